#!/usr/bin/env bash
# Builds a target of CMakeLists.txt on GNUstep, with the C++ core. Usage: build.sh TARGET...
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
../../scripts/require.sh cpp boost gnustep
cmake -S . -B build/gnustep -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE=-O0 \
	-DCMAKE_OBJCXX_FLAGS_RELEASE=-O0 -DCMAKE_OBJC_FLAGS_RELEASE=-O0 -DCMAKE_OBJC_COMPILER=clang -DCMAKE_OBJCXX_COMPILER=clang++ >/dev/null
cmake --build build/gnustep --target "$@" -- --quiet
