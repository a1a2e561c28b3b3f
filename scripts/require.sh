#!/usr/bin/env bash
# Makes tools available: scripts/require.sh java dynamodb-local …
#
# Each TOOL is scripts/tools/TOOL.sh: it returns at once when the tool is there, and installs it when not:
# with apt-get when run as root, else into .tools/ in the project root. What it cannot install it names.
# Programs that had to go into .tools/ are found after `. scripts/path.sh`.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
mkdir -p "$root/.tools/bin"
. "$root/scripts/path.sh"

if [ $# -eq 0 ]; then
	echo "usage: scripts/require.sh TOOL..." >&2
	echo "tools: $(cd "$root/scripts/tools" && ls -- *.sh | sed 's/\.sh$//' | grep -v '^functions$' | paste -sd' ')" >&2
	exit 2
fi
for tool in "$@"; do
	script="$root/scripts/tools/$tool.sh"
	if [ ! -f "$script" ]; then
		echo "require: no such tool: $tool (there is no scripts/tools/$tool.sh)" >&2
		exit 2
	fi
	# One installation of a tool at a time; a second caller waits and then finds it there.
	(if command -v flock >/dev/null; then flock 9; fi && exec bash -euo pipefail "$script" 9>&-) 9>"$root/.tools/.$tool.lock"
done
