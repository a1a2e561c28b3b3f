#!/usr/bin/env bash
# Runs the conformance driver of the web client, building it first where it is absent or older than its sources.
# The contract: protocol/conformance/README.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. ../../scripts/path.sh
main=build/driver/main.js
# The runner starts several at once; one builds.
exec 9>.driver.lock
flock 9
if [ ! -f "$main" ] || [ -n "$(find src driver package.json tsconfig.json -newer "$main" -print -quit)" ]; then
	{
		../../scripts/require.sh node
		./install.sh
		rm -rf build && npx tsc -p tsconfig.driver.json
	} >&2
fi
exec node "$main" 9>&-
