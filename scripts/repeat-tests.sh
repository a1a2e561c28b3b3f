#!/usr/bin/env bash
# Runs the tests of Go packages many times under the race detector, with busy loops beside them, to find tests that depend on luck.
#
#   COUNT=20 LOAD=2 scripts/repeat-tests.sh [package...]    by default all packages but ./endtoend and ./reliability
#
# COUNT is how often each test runs, LOAD is the number of busy loops. RUN and SKIP choose tests by name, as go test does.
# It prints how many tests passed and failed in each package, and exits with 1 if one failed. The output of a package with a
# failure stays in build/repeat.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
case ${1:-} in -h | --help) sed -n '2,8s/^# \{0,1\}//p' "scripts/repeat-tests.sh"; exit 0 ;; esac
count=${COUNT:-20}
. scripts/path.sh
mkdir -p build/repeat

if [ $# -eq 0 ]; then
	mapfile -t packages < <(go list work | grep -vE '/(endtoend|reliability)(/|$)')
else
	mapfile -t packages < <(go list "$@")
fi

loops=()
stop_loops() { [ ${#loops[@]} -eq 0 ] || kill "${loops[@]}" 2>/dev/null || true; }
trap stop_loops EXIT
for ((i = 0; i < ${LOAD:-2}; i++)); do
	(while :; do :; done) &
	loops+=($!)
done

failures=0
printf '%-32s %8s %8s %8s\n' package passed failed seconds
for package in "${packages[@]}"; do
	directory=$(go list -f '{{.Dir}}' "$package")
	name=${directory#"$PWD/"}
	binary=build/repeat/${name//\//-}
	rm -f "$binary.test"
	go test -race -c -o "$binary.test" "$package" 2>"$binary.log" || { cat "$binary.log" >&2; exit 1; }
	[ -f "$binary.test" ] || continue # a package without tests
	started=$SECONDS status=0
	(cd "$directory" && "$OLDPWD/$binary.test" -test.v -test.count="$count" -test.timeout=120m \
		-test.run="${RUN:-.}" -test.skip="${SKIP:-}") >"$binary.log" 2>&1 || status=$?
	passed=$(grep -c '^--- PASS' "$binary.log" || true)
	failed=$(grep -c '^--- FAIL' "$binary.log" || true)
	printf '%-32s %8s %8s %8s\n' "$name" "$passed" "$failed" "$((SECONDS - started))"
	rm -f "$binary.test"
	if [ "$status" = 0 ]; then
		rm -f "$binary.log"
	else
		failures=$((failures + 1))
		grep -E '^( *--- FAIL|panic:|WARNING: DATA RACE)' "$binary.log" | sort | uniq -c | sed 's/^/    /' || true
		echo "    the whole output: $binary.log"
	fi
done
[ "$failures" = 0 ]
