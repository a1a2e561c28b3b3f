#!/usr/bin/env bash
# Makes what a release consists of, in build/release: the command line for each system, the functions as they are deployed
# for both processors, lists of the modules in them (SBOM, CycloneDX), and checksums. The same source gives the same archives.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=${1:?usage: scripts/release.sh VERSION}
release=build/release
sbom=github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0
time=$(git log -1 --format=%ct)
rm -rf "$release"
mkdir -p "$release"

# pack ARCHIVE DIRECTORY: an archive whose bytes depend on nothing but its content and the commit's time.
pack() {
	tar --sort=name --mtime="@$time" --owner=0 --group=0 --numeric-owner -C "$2" -c . | gzip -n -9 >"$release/$1.tar.gz"
}

staged=$(mktemp -d)
trap 'rm -rf "$staged"' EXIT
for system in linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64; do
	suffix=""
	[ "${system%/*}" = windows ] && suffix=.exe
	mkdir -p "$staged/recall"
	GOOS=${system%/*} GOARCH=${system#*/} CGO_ENABLED=0 go build -trimpath -buildvcs=true -ldflags="-s -w -X main.version=$version" \
		-o "$staged/recall/recall$suffix" ./cmd/recall
	go run "$sbom" bin -json -std -version "$version" -output "$release/recall-$version-${system/\//-}.cdx.json" "$staged/recall/recall$suffix"
	cp LICENSE template.yaml "$staged/recall/"
	pack "recall-$version-${system/\//-}" "$staged/recall"
	rm -rf "$staged/recall"
done
for architecture in arm64 x86_64; do
	make -s sam-build ARCHITECTURE="$architecture" >/dev/null
	cp -R .aws-sam/build "$staged/functions"
	cp LICENSE samconfig.toml "$staged/functions/"
	pack "recall-$version-functions-$architecture" "$staged/functions"
	rm -rf "$staged/functions"
done
GOWORK=off go run "$sbom" mod -json -std -output "$release/recall-$version-functions.cdx.json"
(cd "$release" && sha256sum -- * >SHA256SUMS)
cat "$release/SHA256SUMS"
