#!/usr/bin/env bash
# Lets clang read everything that Apple's tools build, with ARC, as far as that goes without Apple's SDK: against tests/stubs, which declare
# what is used of it. Public headers are read as plain Objective-C, each alone.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
clang=(clang -fsyntax-only -fblocks -fobjc-arc -fobjc-runtime=macosx-10.15 -Wall -Wextra -Wno-unused-parameter -Werror -Itests/stubs -Iinclude)
checked=0
check() {
	"${clang[@]}" "$@"
	checked=$((checked + 1))
}
for header in include/RecallIM/*.h; do check -x objective-c -std=c99 "$header" -Wno-pragma-once-outside-header; done
for source in src/*.mm; do check -x objective-c++ -std=c++17 -Isrc -I../cpp "$source"; done
for source in sample/*.m sample/UIKit/*.m tests/v2tim_members.m; do check -x objective-c -Isrc "$source"; done
echo "$checked files"
