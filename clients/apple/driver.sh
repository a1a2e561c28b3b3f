#!/usr/bin/env bash
# Runs the conformance driver, and builds it first where that has not been done.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
program=build/gnustep/recall_apple_driver
[ -x "$program" ] || ./build.sh recall_apple_driver >&2
exec "$program"
