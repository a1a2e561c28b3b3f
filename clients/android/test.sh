#!/usr/bin/env bash
# Builds the Android client and runs all its tests: unit, scripted server, sample screen, Kotlin, package, API check, the local stack, conformance.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
"$root/scripts/require.sh" java maven dynamodb-local elasticmq

cd "$here"
rm -rf -- {sdk,sample,kotlin,example}/target/surefire-reports
mvn -q -B package
touch driver/target/built

# The tests against the real functions on the local stack.
stack=""
stop_stack() {
	if [ -n "$stack" ]; then
		kill "$stack" 2>/dev/null || true
		wait "$stack" 2>/dev/null || true
	fi
}
trap stop_stack EXIT
(cd "$root" && go build -o "$here/target/recall" ./cmd/recall)
rm -f target/stack.json
(cd "$root" && exec "$here/target/recall" local --json --quiet --state "$here/target/stack-state.json" \
	--port 0 --demo-port 0 --admin-port 0 --dynamodb-port 0 --queues-port 0) >target/stack.json 2>target/stack.log &
stack=$!
for _ in $(seq 240); do
	[ -s target/stack.json ] && break
	kill -0 "$stack" 2>/dev/null || break
	sleep 0.5
done
demo=$(sed -n 's/.*"demo":"\([^"]*\)".*/\1/p' target/stack.json)
if [ -z "$demo" ]; then
	echo "android: the local stack did not start:" >&2
	cat target/stack.log >&2
	exit 1
fi
mvn -q -B -pl sdk -Plocal-stack -Drecall.demo="$demo" surefire:test
stop_stack
stack=""

reports=(*/target/surefire-reports/TEST-*.xml)
count() {
	sed -n "s/^ *<testsuite .* $1=\"\([0-9]*\)\".*/\1/p" "${reports[@]}" | awk '{ total += $1 } END { print total + 0 }'
}
echo "android: $(count tests) passed, $(($(count failures) + $(count errors))) failed, $(count skipped) skipped"

cd "$root"
"$here/target/recall" conformance --deadline 60s -- clients/android/driver.sh
