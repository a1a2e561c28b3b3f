#!/usr/bin/env bash
# Runs a program that was built for Windows: clients/cpp/wine.sh build/windows/recall_driver.exe
set -euo pipefail
export WINEPREFIX="${WINEPREFIX:-$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/build/wine}" WINEDEBUG="${WINEDEBUG:--all}"
# Neither Mono nor Gecko is needed; without this Wine would ask whether to install them.
export WINEDLLOVERRIDES='mscoree=;mshtml=;winemenubuilder.exe='
mkdir -p "$WINEPREFIX"
exec wine "$@"
