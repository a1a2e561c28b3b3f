#!/usr/bin/env bash
# Builds the Android client and runs all its tests: unit, scripted server, sample screen, API check, conformance.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
"$root/scripts/require.sh" java maven

cd "$here"
rm -rf -- {sdk,sample,driver}/target/surefire-reports
mvn -q -B package
touch driver/target/built

reports=(*/target/surefire-reports/TEST-*.xml)
count() {
	sed -n "s/^ *<testsuite .* $1=\"\([0-9]*\)\".*/\1/p" "${reports[@]}" | awk '{ total += $1 } END { print total + 0 }'
}
echo "android: $(count tests) passed, $(($(count failures) + $(count errors))) failed, $(count skipped) skipped"

if [ -d "$root/protocol/scenarios" ]; then
	cd "$root"
	go run ./cmd/recall conformance -- clients/android/driver.sh
fi
