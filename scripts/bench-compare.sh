#!/usr/bin/env bash
# Compares the Go benchmarks of this tree with those of a commit, in one run and in turns, so that whatever else the machine does
# meets both: scripts/bench-compare.sh [COMMIT]. Without COMMIT it is the last one or, where nothing is changed, the one before.
# COUNT and BENCH change how often and what.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

against=HEAD
if git diff --quiet HEAD; then against=HEAD~1; fi
against=${1:-$against}
count=${COUNT:-6}
packages=(./shared/wire ./shared/gateway ./functions/revoke)
benchstat=golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da

scratch=$(mktemp -d)
trap 'git worktree remove --force "$scratch/tree" >/dev/null 2>&1; rm -rf "$scratch"' EXIT
git worktree add --quiet --detach "$scratch/tree" "$against"
for turn in $(seq "$count"); do
	for side in before after; do
		echo "turn $turn of $count: $side" >&2
		directory=.
		[ "$side" = before ] && directory=$scratch/tree
		(cd "$directory" && go test -run '^$' -bench "${BENCH:-.}" -benchmem -benchtime 200ms "${packages[@]}") >>"$scratch/$side" 2>&1 ||
			{ tail -20 "$scratch/$side" >&2; exit 1; }
	done
done
go run "$benchstat" "before=$scratch/before" "after=$scratch/after"
