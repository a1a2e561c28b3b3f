# What the tests of the C++ and the Apple client have in common: a local stack, GoogleTest programs, the conformance scenarios. Sourced;
# it wants $client (the name to print), $root and $build.
tests_passed=0 tests_failed=0 tests_skipped=0
# A machine that has more to do is slow, not wrong.
deadline=60s

# What a compiler made of the same sources in another folder is taken from ccache, where that is installed.
launcher=()
if command -v ccache >/dev/null; then
	export CCACHE_BASEDIR="$root" CCACHE_NOHASHDIR=true
	launcher=(-DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
fi

fail() {
	echo "$client: $*" >&2
	exit 1
}

state="$build/stack-state.json"
processes=()
# Ends what this script started, the last first.
end_all() {
	local place
	for ((place = ${#processes[@]} - 1; place >= 0; place--)); do
		kill "${processes[place]}" 2>/dev/null || true
		wait "${processes[place]}" 2>/dev/null || true
	done
	processes=()
}
trap end_all EXIT

# wait_for SECONDS COMMAND...: until the command succeeds.
wait_for() {
	local tenths=$(($1 * 10))
	shift
	until "$@"; do
		((tenths-- > 0)) || return 1
		sleep 0.1
	done
}

# Starts the stack, and returns before it is ready: something can be compiled meanwhile.
start_stack() {
	"$root/scripts/require.sh" java dynamodb-local elasticmq versitygw
	mkdir -p "$build"
	(cd "$root" && go build -o "$build/recall" ./cmd/recall)
	rm -f "$build/stack.json"
	(cd "$root" && exec "$build/recall" local --json --quiet --parameter Attachments=on --state "$state" \
		--port 0 --demo-port 0 --admin-port 0 --dynamodb-port 0 --queues-port 0) >"$build/stack.json" 2>"$build/stack.log" &
	stack=$!
	processes+=("$stack")
}
stack_ready_or_gone() { [ -s "$build/stack.json" ] || ! kill -0 "$stack" 2>/dev/null; }

await_stack() {
	wait_for 180 stack_ready_or_gone || true
	RECALL_URL=$(sed -n 's/.*"webSocket":"\([^"]*\)".*/\1/p' "$build/stack.json")
	[ -n "$RECALL_URL" ] || fail "the local stack did not start: $(cat "$build/stack.log")"
	export RECALL_URL
}

# users PREFIX NAME...: tokens in RECALL_TOKENS of alice-NAME and bob-NAME for the names and for a number for each test of stack_test, and the
# numbers' groups, for one run of the tests; the prefix keeps the runs apart.
users() {
	local user number name numbers
	mapfile -t numbers < <(seq "$(cat "$here"/tests/stack_*test.* | grep -c '^TEST_F(Stack,')")
	RECALL_PREFIX="$1" RECALL_TOKENS=""
	for name in "${numbers[@]}" "${@:2}"; do for user in alice-"$name" bob-"$name"; do
		RECALL_TOKENS+="$1$user=$("$build/recall" token --state "$state" --user "$1$user") "
	done; done
	for number in "${numbers[@]}"; do
		"$build/recall" admin --state "$state" put-group "$1team-$number"
		"$build/recall" admin --state "$state" put-member "$1team-$number" "$1alice-$number" owner
		"$build/recall" admin --state "$state" put-member "$1team-$number" "$1bob-$number" member
	done >/dev/null
	export RECALL_TOKENS RECALL_PREFIX
}

# ---- Running -------------------------------------------------------------------------------------------------------------
# counted NAME COMMAND...: runs a GoogleTest program and adds up what it reports.
counted() {
	local name=$1 report status=0
	shift
	report="$build/$name.json"
	rm -f "$report"
	echo "$client: $name"
	(cd "$build" && "$@" --gtest_brief=1 --gtest_output="json:$name.json") || status=$?
	[ -s "$report" ] || fail "$name ended with status $status and no report"
	tests_passed=$((tests_passed + $(number tests) - $(number failures) - $(number disabled)))
	tests_failed=$((tests_failed + $(number failures)))
	tests_skipped=$((tests_skipped + $(number disabled)))
	# A sanitizer's complaint at the end of a program whose tests passed.
	[ $status -eq 0 ] || [ "$(number failures)" -gt 0 ] || fail "$name passed and ended with status $status"
}
# number FIELD: of the report's head, which comes first.
number() { sed -n "s/^  \"$1\": \([0-9]*\),.*/\1/p" "$report" | head -n 1; }

# passed NAME COMMAND...: counts a command as one test.
passed() {
	local name=$1
	shift
	echo "$client: $name"
	if "$@"; then
		tests_passed=$((tests_passed + 1))
	else
		echo "$client: $name failed" >&2
		tests_failed=$((tests_failed + 1))
	fi
}

scenarios() {
	(cd "$root" && "$build/recall" conformance --deadline "$deadline" -- "$@") >"$build/scenarios.log" && tail -n 1 "$build/scenarios.log" && return
	grep -v '^ok' "$build/scenarios.log" >&2
	return 1
}

# finish: says what was counted, and fails if something failed.
finish() {
	echo "$client: $tests_passed passed, $tests_failed failed, $tests_skipped skipped"
	[ $tests_failed -eq 0 ]
}
