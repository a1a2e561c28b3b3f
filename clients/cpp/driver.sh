#!/usr/bin/env bash
# Runs the conformance driver, and builds it first where that has not been done.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
program=build/native/recall_driver
if [ ! -x "$program" ]; then
	{
		../../scripts/require.sh cpp boost
		cmake -S . -B build/native -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE=-O1 -DRECALL_TESTS=ON
		cmake --build build/native --target recall_driver
	} >&2
fi
exec "$program"
