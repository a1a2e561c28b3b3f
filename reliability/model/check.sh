#!/usr/bin/env bash
# Searches the model in all interleavings: as designed it must hold, and each planted mistake must have a counterexample.
#
#   reliability/model/check.sh           one crash, all posts answered: about a minute
#   reliability/model/check.sh --full    two crashes and a post that fails: some minutes and 5 GB of memory
#   reliability/model/check.sh --trail NAME   the counterexample of a planted mistake, step by step
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
"$here/../../scripts/require.sh" spin

bounds=(-DCRASHES=1 -DFAILED_POSTS=0)
trail=""
case ${1:-} in
"") ;;
--full) bounds=(-DCRASHES=2 -DFAILED_POSTS=1) ;;
--trail) trail=${2:?name a planted mistake, as in recall.pml} ;;
*) sed -n '2,6s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
failed=0

# search EXPECTED NAME MACRO...: EXPECTED is the number of errors that the search must end with.
search() {
	local expected=$1 name=$2
	shift 2
	[ -z "$trail" ] || [ "$trail" = "$name" ] || return 0
	spin "${bounds[@]}" "$@" -a "$here/recall.pml" >spin.log
	gcc -O2 -w -DSAFETY -DCOLLAPSE -DMEMLIM=8000 -o search pan.c
	./search -m100000 -w24 >search.log 2>&1 || true
	local errors states steps
	errors=$(sed -n 's/.*errors: \([0-9]*\).*/\1/p' search.log)
	states=$(sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1/p' search.log)
	steps=$(sed -n 's/.*assertion violated.*at depth \([0-9]*\).*/after \1 steps/p' search.log)
	if [ -n "$trail" ]; then
		spin "${bounds[@]}" "$@" -t -p -k recall.pml.trail "$here/recall.pml" | sed -n 's/.*proc *[0-9]* (\([a-z]*\):.*pml:\([0-9]*\) (state [0-9]*)[^[]*\[\(.*\)\]$/\1\tline \2\t\3/p'
		return
	fi
	local outcome=holds
	[ "$errors" = 0 ] || outcome="counterexample $steps"
	if [ "$errors" != "$expected" ] || grep -qE "reached -DMEMLIM|max search depth too small|^pan:.*invalid end state" search.log; then
		outcome="$outcome: NOT AS EXPECTED"
		tail -n 30 search.log >&2
		failed=1
	fi
	printf '%-26s %14s states   %s\n' "$name" "$states" "$outcome"
}

search 0 "as designed: a send" -DSEND
search 0 "as designed: two recalls" -DTWO_RECALLS
search 0 "as designed: an answer" -DANSWER
search 1 PRESENCE_BEFORE_COMMIT -DPRESENCE_BEFORE_COMMIT
search 1 SETTLE_BEFORE_POST -DSETTLE_BEFORE_POST
search 1 SETTLE_BEFORE_QUEUE -UFAILED_POSTS -DFAILED_POSTS=1 -DSETTLE_BEFORE_QUEUE
search 1 FORGET_FAILED -UFAILED_POSTS -DFAILED_POSTS=1 -DFORGET_FAILED
search 1 GIVE_UP_SILENTLY -UFAILED_POSTS -DFAILED_POSTS=2 -DGIVE_UP_SILENTLY
search 1 DROP_YOUNG -DTWO_RECALLS -DDROP_YOUNG
search 1 AGE_AFTER_THE_ANSWER -DTWO_RECALLS -DAGE_AFTER_THE_ANSWER
search 1 SETTLE_WHATEVER_IS_DUE -DSETTLE_WHATEVER_IS_DUE
search 1 FORGET_EARLY -DFORGET_EARLY
search 1 SYNC_BEFORE_REGISTERING -DSYNC_BEFORE_REGISTERING
search 1 CHECK_BEFORE_THE_WRITE -DANSWER -DCHECK_BEFORE_THE_WRITE
exit $failed
