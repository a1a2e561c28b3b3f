#!/usr/bin/env bash
# Runs make targets as stages, two at a time, says how far it is, and stops at the first that fails.
#
#   JOBS=2 scripts/run-stages.sh lint test-go...    JOBS is how many stages run at the same time
#
# What a stage prints goes to build/stages/STAGE.log. Of a stage that fails, the lines that matter are shown. When a stage
# ends, build/stages/times.tsv gets its name, its seconds, its processor seconds and whether it passed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
[ $# -gt 0 ] || { sed -n '2,7s/^# \{0,1\}//p' "scripts/run-stages.sh" >&2; exit 2; }
stages=("$@")
folder=build/stages
mkdir -p "$folder"
rm -f "$folder"/*.log "$folder"/*.time "$folder"/*.status
printf 'stage\tseconds\tprocessor seconds\tresult\n' >"$folder/times.tsv"
set -m # each stage is a process group, which can be ended as a whole

# What a stage needs is what its comment in the Makefile says in brackets.
needs() { sed -nE "s/^$1:.*## .*\[(.*)\]$/\1/p" Makefile; }
clock() { printf '%d:%02d' $((SECONDS / 60)) $((SECONDS % 60)); }
say() { echo "$(clock)  $*"; }

declare -A running=()
end_all() {
	local group
	for group in "${running[@]}"; do kill -TERM -- "-$group" 2>/dev/null || true; done
	for group in "${running[@]}"; do wait "$group" 2>/dev/null || true; done
}
trap end_all EXIT
trap 'exit 130' INT TERM

start() {
	local stage=$1
	say "[$((next + 1)) of ${#stages[@]}] $stage starts; it needs $(needs "$stage")"
	(
		TIMEFORMAT='%R %U %S'
		status=0
		{ time "${MAKE:-make}" --no-print-directory "$stage" >"$folder/$stage.log" 2>&1 </dev/null; } 2>"$folder/$stage.time" || status=$?
		echo "$status" >"$folder/$stage.status"
	) &
	running[$stage]=$!
}

# show prints what tells why a stage failed: the end of what it printed, and then each line that names a failure with the
# lines behind it. Those come last, because a reader of a long output sees its end first.
show() {
	local log=$1
	grep -vE '^ok  |no test files' "$log" | tail -n 25 || true
	echo "... the lines that name a failure, and the whole output in $log:"
	grep -nE -A 3 '^ *--- FAIL|^FAIL|^panic:|DATA RACE|^not formatted|[Ee]rror:|ERROR|NOT AS EXPECTED|violation|✗|failed' "$log" |
		grep -vE '[0-9]+-ok  |no test files' | head -n 40 || true
}

# finish takes a stage that ended, and fails if it failed.
finish() {
	local stage=$1 status real user system result=passed
	status=$(cat "$folder/$stage.status")
	unset "running[$stage]"
	read -r real user system < <(tail -n 1 "$folder/$stage.time")
	[ "$status" = 0 ] || result=failed
	awk -v OFS='\t' -v s="$stage" -v r="$real" -v u="$user" -v y="$system" -v t="$result" \
		'BEGIN { print s, sprintf("%.0f", r), sprintf("%.0f", u + y), t }' >>"$folder/times.tsv"
	done_count=$((done_count + 1))
	if [ "$status" != 0 ]; then
		say "$stage FAILED after ${real%.*} s:"
		show "$folder/$stage.log"
		exit 1
	fi
	say "$stage passed in ${real%.*} s; $done_count of ${#stages[@]} are done"
}

next=0 done_count=0 spoken=0
while [ $done_count -lt ${#stages[@]} ]; do
	while [ $next -lt ${#stages[@]} ] && [ ${#running[@]} -lt "${JOBS:-2}" ]; do
		start "${stages[next]}"
		next=$((next + 1))
	done
	sleep 0.2
	for stage in "${!running[@]}"; do
		if [ -s "$folder/$stage.status" ]; then
			finish "$stage"
			spoken=$SECONDS
		elif ! kill -0 "${running[$stage]}" 2>/dev/null && [ ! -s "$folder/$stage.status" ]; then
			echo 1 >"$folder/$stage.status" # somebody ended it
		elif [ $((SECONDS - spoken)) -ge 60 ]; then
			say "$stage is running: $(tail -n 1 "$folder/$stage.log" | cut -c -100)"
		fi
	done
	[ $((SECONDS - spoken)) -lt 60 ] || spoken=$SECONDS
done
say "all ${#stages[@]} stages passed; their times: $folder/times.tsv"
