#!/usr/bin/env bash
# Installs the packages of package-lock.json, unless they are there already: install.sh [FOLDER]
set -euo pipefail
cd "${1:-$(dirname "${BASH_SOURCE[0]}")}"
# Two test stages may want the same packages at the same time; one installs.
exec 9>.install.lock
flock 9
if [ ! -f node_modules/.installed ] || [ package-lock.json -nt node_modules/.installed ]; then
	npm ci --no-progress --loglevel=error
	touch node_modules/.installed
fi
