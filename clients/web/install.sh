#!/usr/bin/env bash
# Installs the packages of package-lock.json, unless they are there already: install.sh [FOLDER]
set -euo pipefail
cd "${1:-$(dirname "${BASH_SOURCE[0]}")}"
if [ ! -f node_modules/.installed ] || [ package-lock.json -nt node_modules/.installed ]; then
	npm ci --no-progress --loglevel=error
	touch node_modules/.installed
fi
