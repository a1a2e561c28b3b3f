#!/usr/bin/env bash
# Runs the conformance driver of the Android client; builds it first when it is absent or older than its sources.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
stamp="$here/driver/target/built"

is_stale() {
	[ ! -e "$stamp" ] || [ -n "$(find "$here"/{sdk,driver}/{src/main,pom.xml} "$here/pom.xml" -newer "$stamp" -print -quit)" ]
}

if is_stale; then
	(
		# Standard output belongs to the protocol. One build at a time, since several drivers may start together.
		mkdir -p "$here/driver/target"
		exec >&2
		if command -v flock >/dev/null; then exec 9>"$here/driver/target/.lock" && flock 9; fi
		if is_stale; then
			"$here/../../scripts/require.sh" java maven
			cd "$here"
			mvn -q -B -pl sdk,driver -Dmaven.test.skip=true package
			touch "$stamp"
		fi
	)
fi

# A driver lives for a second: starting fast matters more than running fast.
exec java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto -Xmx192m \
	-cp "$here/driver/target/classes:$here/driver/target/lib/*" com.example.recall.driver.Main
