#!/usr/bin/env bash
# Builds the C++ client and runs its tests. Usage: clients/cpp/test.sh [native] [address] [thread] [windows]; all of them by default.
#
#   native   without sanitizers: core with the vectors, local stack, console, installation, conformance scenarios
#   address  core, local stack and scenarios under the address and undefined-behaviour sanitizers
#   thread   local stack and scenarios under the thread sanitizer
#   windows  core, local stack, console and scenarios under Wine, and the chat window on a virtual display
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
build="$here/build"
parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(native address thread windows)
tests_passed=0 tests_failed=0 tests_skipped=0
# A machine that has more to do is slow, not wrong.
deadline=60s

fail() {
	echo "cpp: $*" >&2
	exit 1
}

for part in "${parts[@]}"; do
	case "$part" in
	native | address | thread) tools=(cpp boost) ;;
	windows) tools=(cpp mingw wine) ;;
	*) fail "no such part: $part (native, address, thread, windows)" ;;
	esac
	"$root/scripts/require.sh" "${tools[@]}"
done
"$root/scripts/require.sh" java dynamodb-local elasticmq

# ---- The local stack -----------------------------------------------------------------------------------------------------
mkdir -p "$build"
(cd "$root" && go build -o "$build/recall" ./cmd/recall)
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

rm -f "$build/stack.json"
(cd "$root" && exec "$build/recall" local --json --quiet --state "$state" \
	--port 0 --demo-port 0 --admin-port 0 --dynamodb-port 0 --queues-port 0) >"$build/stack.json" 2>"$build/stack.log" &
stack=$!
processes+=("$stack")
stack_ready_or_gone() { [ -s "$build/stack.json" ] || ! kill -0 "$stack" 2>/dev/null; }

# The stack starts while the first part is compiled.
await_stack() {
	wait_for 180 stack_ready_or_gone || true
	RECALL_URL=$(sed -n 's/.*"webSocket":"\([^"]*\)".*/\1/p' "$build/stack.json")
	[ -n "$RECALL_URL" ] || fail "the local stack did not start: $(cat "$build/stack.log")"
	export RECALL_URL
}

# users PREFIX: tokens in RECALL_TOKENS, and the groups, for one run of the tests; the prefix keeps the runs apart.
users() {
	local user number
	RECALL_PREFIX="$1" RECALL_TOKENS=""
	for user in {alice,bob}-{1,2,3,4,5,6,7,8,9,readme,window,console}; do
		RECALL_TOKENS+="$1$user=$("$build/recall" token --state "$state" --user "$1$user") "
	done
	for number in 1 2 3 4 5 6 7 8 9; do
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
	echo "cpp: $name"
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
	echo "cpp: $name"
	if "$@"; then
		tests_passed=$((tests_passed + 1))
	else
		echo "cpp: $name failed" >&2
		tests_failed=$((tests_failed + 1))
	fi
}

scenarios() {
	(cd "$root" && "$build/recall" conformance --deadline "$deadline" -- "$@") >"$build/scenarios.log" && tail -n 1 "$build/scenarios.log" && return
	grep -v '^ok' "$build/scenarios.log" >&2
	return 1
}

# configure PART OPTION...: and builds it.
configure() {
	local directory=$1
	shift
	cmake -S "$here" -B "$build/$directory" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE=-O1 -DRECALL_TESTS=ON "$@" \
		>"$build/configure.log" || fail "configuring failed: $(cat "$build/configure.log")"
	# Ninja builds these and what they need; "all" is everything.
	cmake --build "$build/$directory" --target "${targets[@]}" -- --quiet
}

# linux PART: the tests of one native build.
linux() {
	await_stack
	users "$1-"
	[ "$1" = thread ] || counted "$1-core" "$build/$1/core_test" # the core has no threads
	counted "$1-stack" "$build/$1/stack_test"
	passed "$1 scenarios" scenarios "$build/$1/recall_driver"
}

# ---- The console example -------------------------------------------------------------------------------------------------
# console COMMAND...: two consoles talk, and one recalls.
console() {
	local folder="$build/console" alice="${RECALL_PREFIX}alice-console" bob="${RECALL_PREFIX}bob-console" writer_a writer_b
	rm -rf "$folder" && mkdir -p "$folder"
	mkfifo "$folder/alice.in" "$folder/bob.in"
	RECALL_TOKEN=$("$build/recall" token --state "$state" --user "$alice") "$@" "$RECALL_URL" "$alice" "c2c_$bob" \
		<"$folder/alice.in" >"$folder/alice.out" 2>&1 &
	processes+=($!)
	exec {writer_a}>"$folder/alice.in"
	RECALL_TOKEN=$("$build/recall" token --state "$state" --user "$bob") "$@" "$RECALL_URL" "$bob" "c2c_$alice" \
		<"$folder/bob.in" >"$folder/bob.out" 2>&1 &
	processes+=($!)
	exec {writer_b}>"$folder/bob.in"
	says() { grep -qxF -- "$2" <(tr -d '\r' <"$folder/$1.out"); }
	told() { wait_for 60 says "$@" || { echo "cpp: the console of $1 does not say: $2" >&2; cat "$folder/$1.out" >&2; return 1; }; }
	told alice connected && told bob connected || return 1
	echo "to the wrong person" >&"$writer_a"
	told bob "$alice: to the wrong person" && told alice "sent: to the wrong person" || return 1
	echo /recall >&"$writer_a"
	told alice "Message recalled" && told bob "$alice recalled a message" || return 1
	echo /history >&"$writer_b"
	told bob "$alice: Message recalled" || return 1
	exec {writer_a}>&- {writer_b}>&-
	wait "${processes[-1]}" && wait "${processes[-2]}"
}

installation() {
	rm -rf "$build/prefix" "$build/application"
	cmake --install "$build/native" --prefix "$build/prefix" >/dev/null
	cmake -S "$here/tests/installed" -B "$build/application" -G Ninja -DCMAKE_PREFIX_PATH="$build/prefix" >/dev/null
	cmake --build "$build/application" -- --quiet
	console "$build/application/application"
}

# ---- The parts -----------------------------------------------------------------------------------------------------------
native() {
	local targets=(all)
	configure native
	linux native
	passed "native console, from what was installed" installation
}

address() {
	local targets=(all)
	configure address -DRECALL_SANITIZERS=address,undefined -DCMAKE_CXX_FLAGS_RELEASE=-O0
	linux address
}

thread() {
	local targets=(stack_test recall_driver)
	configure thread -DRECALL_SANITIZERS=thread -DCMAKE_CXX_FLAGS_RELEASE=-O0
	linux thread
}

windows() {
	local display targets=(all)
	configure windows -DCMAKE_TOOLCHAIN_FILE="$here/cmake/mingw.cmake" -DRECALL_JSON_DIRECTORY=/usr/include/nlohmann -DRECALL_EXAMPLES=ON
	await_stack
	users windows-
	# A display of any free number, which Xvfb writes.
	rm -f "$build/display"
	Xvfb -displayfd 3 -screen 0 640x520x24 -nolisten tcp 3>"$build/display" 2>/dev/null &
	processes+=($!)
	wait_for 60 test -s "$build/display" || fail "Xvfb did not start"
	display=$(cat "$build/display")
	export DISPLAY=":$display"
	# A new Wine directory is made by one program alone: two at once make two servers, and one of them goes.
	"$here/wine.sh" wineboot --init >/dev/null 2>&1 || fail "Wine could not make $build/wine"
	# One program that stays keeps Wine's services running; started by a driver they would hold on to its standard output.
	sleep 3600 > >(exec "$here/wine.sh" "$build/windows/recall_driver.exe" >/dev/null 2>&1) &
	processes+=($!)
	counted windows-core "$here/wine.sh" "$build/windows/core_test.exe"
	counted windows-stack "$here/wine.sh" "$build/windows/stack_test.exe"
	counted windows-window "$here/wine.sh" "$build/windows/window_test.exe"
	passed "windows console" console "$here/wine.sh" "$build/windows/recall_console.exe"
	passed "windows scenarios" scenarios "$here/driver-windows.sh"
}

for part in "${parts[@]}"; do "$part"; done
echo "cpp: $tests_passed passed, $tests_failed failed, $tests_skipped skipped"
[ $tests_failed -eq 0 ]
