#!/usr/bin/env bash
# Builds the Objective-C client on GNUstep and runs its tests: the local stack, the sample, the README and all conformance
# scenarios; and has clang read what only Apple's tools build.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
build="$here/build"
client=apple
. "$here/../cpp/testing.sh"

start_stack
"$here/build.sh" all
passed "syntax as on Apple" "$here/check-syntax.sh"
await_stack
users apple- readme
counted apple-stack "$build/gnustep/stack_test"
users apple-sample-
"$build/recall" admin --state "$state" put-group apple-sample-team-5 --window 0 >/dev/null
counted apple-sample "$build/gnustep/sample_test"
passed "apple scenarios" scenarios "$build/gnustep/recall_apple_driver"
finish
