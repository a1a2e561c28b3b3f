#!/usr/bin/env bash
# Builds a target of CMakeLists.txt on GNUstep, with the C++ core. Usage: build.sh TARGET...
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
../../scripts/require.sh cpp boost gnustep
# What was compiled before in another folder is taken from ccache, where that is installed.
launcher=()
if command -v ccache >/dev/null; then
	export CCACHE_BASEDIR="$(cd ../.. && pwd)" CCACHE_NOHASHDIR=true
	for language in CXX OBJC OBJCXX; do launcher+=("-DCMAKE_${language}_COMPILER_LAUNCHER=ccache"); done
fi
cmake "${launcher[@]}" -S . -B build/gnustep -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE=-O0 \
	-DCMAKE_OBJCXX_FLAGS_RELEASE=-O0 -DCMAKE_OBJC_FLAGS_RELEASE=-O0 -DCMAKE_OBJC_COMPILER=clang -DCMAKE_OBJCXX_COMPILER=clang++ >/dev/null
cmake --build build/gnustep --target "$@" -- --quiet
