# Sourced by the tool scripts beside it.
tools="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/.tools"
scripts="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
mkdir -p "$tools/bin"

# have PROGRAM...: whether all of these are on the PATH.
have() {
	local program
	for program in "$@"; do command -v "$program" >/dev/null 2>&1 || return 1; done
}

# apt PACKAGE...: installs Debian packages, or says what to install.
apt() {
	if [ "$(id -u)" != 0 ] || ! have apt-get; then
		echo "require: please install: $* (as root: apt-get install $*), then run this again" >&2
		return 1
	fi
	echo "require: installing $* with apt-get" >&2
	export DEBIAN_FRONTEND=noninteractive
	# The package lists are fetched once a day; a fresh image has none.
	if [ -z "$(find /var/lib/apt/lists -name '*Packages*' -mtime -1 -print -quit 2>/dev/null)" ] ||
		[ ! -e /var/lib/apt/lists/.recall-updated ] ||
		[ -n "$(find /var/lib/apt/lists/.recall-updated -mtime +0)" ]; then
		apt-get -o DPkg::Lock::Timeout=300 -qq update >/dev/null
		touch /var/lib/apt/lists/.recall-updated
	fi
	apt-get -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 -qq -y --no-install-recommends install "$@" </dev/null >/dev/null
}

# current DIRECTORY FILE...: whether DIRECTORY was installed from exactly these files.
current() {
	local directory=$1
	shift
	[ -f "$directory/.installed-from" ] && [ "$(cat -- "$@" | sha256sum)" = "$(cat "$directory/.installed-from")" ]
}

# installed DIRECTORY FILE...: notes what DIRECTORY was installed from.
installed() {
	local directory=$1
	shift
	cat -- "$@" | sha256sum >"$directory/.installed-from"
}

# jars NAME: copies the Maven Central artifacts of scripts/tools/NAME.pom.xml into .tools/NAME/lib.
jars() {
	local directory="$tools/$1" pom="$scripts/tools/$1.pom.xml"
	current "$directory" "$pom" && return 0
	"$scripts/require.sh" java maven
	echo "require: fetching $1 from Maven Central" >&2
	rm -rf "$directory"
	mkdir -p "$directory"
	mvn -q -B -Dstyle.color=never -f "$pom" dependency:copy-dependencies -DoutputDirectory="$directory/lib" >&2
	installed "$directory" "$pom"
}

# virtual_environment NAME: a Python environment in .tools/NAME with the pins of scripts/requirements-NAME.txt. pip installs
# only files whose hash stands there; `uv pip compile --no-deps --universal --generate-hashes FILE` prints those of every file of a
# version, for all processors. Another hash of the same version is no reason to install anew.
virtual_environment() {
	local directory pins="$scripts/requirements-$1.txt"
	mkdir -p "$tools"
	directory="$(cd "$tools" && pwd -P)/$1"
	# The programs of a virtual environment name its folder, so it is made again if the folder was moved.
	if current "$directory" <(versions "$pins") && grep -qF "$directory" "$directory/bin/activate"; then
		return 0
	fi
	"$scripts/require.sh" python
	echo "require: installing the Python packages of ${pins##*/}" >&2
	rm -rf "$directory"
	python3 -m venv "$directory"
	"$directory/bin/pip" -q --disable-pip-version-check install --no-deps --require-hashes -r "$pins" >&2
	installed "$directory" <(versions "$pins")
}

# versions FILE: a file of pins without its hashes.
versions() { sed -e '/^    --hash=/d' -e 's/ \\$//' "$1"; }
