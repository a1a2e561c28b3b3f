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
client=cpp
. "$here/testing.sh"
. "$root/scripts/path.sh"

for part in "${parts[@]}"; do
	case "$part" in
	native) tools=(cpp boost conan) ;;
	address | thread) tools=(cpp boost) ;;
	windows) tools=(cpp mingw wine) ;;
	*) fail "no such part: $part (native, address, thread, windows)" ;;
	esac
	"$root/scripts/require.sh" "${tools[@]}"
done
start_stack

# Several files are compiled as one, which takes about half the time. Only the native build compiles each file by itself.
# The compiler takes the files in such a file for headers, and would warn of an anonymous namespace in a header.
together=(-DCMAKE_UNITY_BUILD=ON -DCMAKE_CXX_FLAGS=-Wno-subobject-linkage)

# configure PART OPTION...: and builds it.
configure() {
	local directory=$1
	shift
	cmake -S "$here" -B "$build/$directory" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE=-O1 -DRECALL_TESTS=ON "${launcher[@]}" "$@" \
		>"$build/configure.log" || fail "configuring failed: $(cat "$build/configure.log")"
	# Ninja builds these and what they need; "all" is everything.
	cmake --build "$build/$directory" --target "${targets[@]}" -- --quiet
}

# linux PART: the tests of one native build.
linux() {
	await_stack
	users "$1-" readme window console
	[ "$1" = thread ] || counted "$1-core" "$build/$1/core_test" # the core has no threads
	counted "$1-stack" "$build/$1/stack_test"
	[ "$1" != native ] || passed "native storage, killed" killed "$build/native/storage_writer"
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

# killed COMMAND...: kills a program that saves documents, at any moment, and looks at what it left. Then the same again.
killed() {
	local folder="$build/killed" number
	rm -rf "$folder" && mkdir -p "$folder"
	for number in {1..25}; do
		"$@" "$folder/storage" >"$folder/out" 2>"$folder/log" &
		processes+=($!)
		wait_for 60 test -s "$folder/out" || { cat "$folder/log" >&2; return 1; }
		sleep "0.0$((RANDOM % 100))"
		kill -9 "${processes[-1]}"
		wait "${processes[-1]}" 2>/dev/null
		unset 'processes[-1]'
		"$@" "$folder/storage" check || return 1
	done
}

# installation PART: a program that finds what was installed from a build, and in a version that it can use.
installation() {
	local prefix="$build/prefix-$1" application="$build/application-$1"
	rm -rf "$prefix" "$application"
	cmake --install "$build/$1" --prefix "$prefix" >/dev/null
	cmake -S "$here/tests/installed" -B "$application" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" >/dev/null
	cmake --build "$application" -- --quiet
	console "$application/application"
}

# The Conan package, with what the system has; a program that uses it is built and started.
conan_package() {
	export CONAN_HOME="$build/conan"
	{
		conan profile detect --force && conan remote disable '*' &&
			CMAKE_CXX_COMPILER_LAUNCHER="$(command -v ccache)" conan create "$here" -pr "$here/test_package/system.profile" -pr:b default -s build_type=Debug
	} >"$build/conan.log" 2>&1 || { cat "$build/conan.log" >&2; return 1; }
}

# ---- The parts -----------------------------------------------------------------------------------------------------------
native() {
	local targets=(all)
	configure native
	linux native
	passed "native console, from archives that were installed" installation native
	targets=(recall)
	configure shared -DBUILD_SHARED_LIBS=ON -DRECALL_TESTS=OFF
	users shared- console
	passed "native console, from a shared library that was installed" installation shared
	passed "native Conan package" conan_package
}

address() {
	local targets=(all)
	configure address "${together[@]}" -DRECALL_SANITIZERS=address,undefined -DCMAKE_CXX_FLAGS_RELEASE=-O0
	linux address
}

thread() {
	local targets=(stack_test recall_driver)
	configure thread "${together[@]}" -DRECALL_SANITIZERS=thread -DCMAKE_CXX_FLAGS_RELEASE=-O0
	linux thread
}

windows() {
	local display targets=(all)
	configure windows "${together[@]}" -DCMAKE_TOOLCHAIN_FILE="$here/cmake/mingw.cmake" -DRECALL_JSON_DIRECTORY=/usr/include/nlohmann \
		-DRECALL_EXAMPLES=ON
	await_stack
	users windows- readme window console
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
	passed "windows storage, killed" killed "$here/wine.sh" "$build/windows/storage_writer.exe"
	passed "windows scenarios" scenarios "$here/driver-windows.sh"
}

for part in "${parts[@]}"; do "$part"; done
finish
