#!/usr/bin/env bash
# Fuzzes each fuzz target of the Go code for some seconds. What fails is kept by go test under testdata/fuzz of its package:
# commit it with the fix, and every later `go test` tries it again.
#
#   reliability/fuzz.sh [seconds for each target, 20]
set -euo pipefail
cd "$(dirname "$0")/.."
case ${1:-} in -h | --help) sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 0 ;; esac
seconds=${1:-20}
failed=0
while IFS=: read -r file _ line; do
	target=$(sed -E 's/^func (Fuzz[A-Za-z0-9_]*).*/\1/' <<<"$line")
	package=./$(dirname "$file")
	echo "$target in $package, $seconds s"
	go test -run='^$' -fuzz="^$target\$" -fuzztime="${seconds}s" "$package" || failed=1
done < <(grep -n --include='*_test.go' -r '^func Fuzz' shared clients/go local functions cmd | sort)
exit $failed
