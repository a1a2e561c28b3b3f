#!/usr/bin/env bash
# Tests the web client and the demo page: types, units, vectors, the packed package, the local stack, a browser, conformance.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
demo=$root/demo
work=$root/build/web
. "$root/scripts/path.sh"
"$root/scripts/require.sh" node chromium java dynamodb-local elasticmq versitygw
"$here/install.sh" "$here"
"$here/install.sh" "$demo"
rm -rf "$work" "$demo/build"
mkdir -p "$work"

(cd "$here" && npx tsc --noEmit)
(cd "$demo" && npx tsc --noEmit)
"$demo/build.sh"

# One stack for all tests.
stack=""
stop_stack() {
	if [ -n "$stack" ]; then
		kill "$stack" 2>/dev/null || true
		wait "$stack" 2>/dev/null || true
	fi
}
trap stop_stack EXIT
(cd "$root" && go build -o "$work/recall" ./cmd/recall)
(cd "$root" && exec "$work/recall" local --json --quiet --parameter Attachments=on --state "$work/stack-state.json" \
	--port 0 --demo-port 0 --admin-port 0 --dynamodb-port 0 --queues-port 0) >"$work/stack.json" 2>"$work/stack.log" &
stack=$!
for _ in $(seq 240); do
	[ -s "$work/stack.json" ] && break
	kill -0 "$stack" 2>/dev/null || break
	sleep 0.5
done
address() {
	sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" "$work/stack.json"
}
RECALL_DEMO=$(address demo)
RECALL_WEBSOCKET=$(address webSocket)
if [ -z "$RECALL_DEMO" ]; then
	echo "web: the local stack did not start:" >&2
	cat "$work/stack.log" >&2
	exit 1
fi
export RECALL_DEMO RECALL_WEBSOCKET

failed=0
report=(--reporter=default --reporter=json)
(cd "$here" && npx vitest run "${report[@]}" --outputFile.json="$work/client.json") || failed=1
(cd "$demo" && npx vitest run "${report[@]}" --outputFile.json="$work/demo.json") || failed=1
stop_stack
stack=""

node - "$work/client.json" "$work/demo.json" <<'SUM'
const { readFileSync } = require('node:fs');
const reports = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, 'utf8')));
const sum = (name) => reports.reduce((total, report) => total + (report[name] ?? 0), 0);
console.log(`web: ${sum('numPassedTests')} passed, ${sum('numFailedTests')} failed, ${sum('numPendingTests') + sum('numTodoTests')} skipped`);
SUM

"$here/driver.sh" </dev/null # builds it
(cd "$root" && "$work/recall" conformance --deadline 60s -- clients/web/driver.sh) || failed=1
echo "pictures of the demo page: demo/build/screenshots"
exit "$failed"
