#!/usr/bin/env bash
# Builds the Objective-C client on GNUstep and runs its tests: the local stack, the sample, the README and all conformance
# scenarios; and has clang read what only Apple's tools build.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
build="$here/build"
client=apple
. "$here/../cpp/testing.sh"

# first_callbacks: a program hangs or it does not, depending on which of two threads is faster, so it waits longer each time.
first_callbacks() {
	local wait
	for wait in {1..150}; do
		timeout 60 "$build/gnustep/first_callback" $((wait * 2000)) || { echo "apple: run $wait has no callback" >&2; return 1; }
	done
}

start_stack
"$here/build.sh" all
passed "syntax as on Apple" "$here/check-syntax.sh"
passed "the first callback" first_callbacks
await_stack
users apple- readme
# Messages are stored in the home folder, unless the application says otherwise.
rm -rf "$build/home" && mkdir -p "$build/home"
counted apple-stack env HOME="$build/home" "$build/gnustep/stack_test"
users apple-sample-
"$build/recall" admin --state "$state" put-group apple-sample-team-5 --window 0 >/dev/null
counted apple-sample "$build/gnustep/sample_test"
passed "apple scenarios" scenarios "$build/gnustep/recall_apple_driver"
finish
