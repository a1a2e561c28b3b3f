# staticcheck, in .tools/bin.
. "$(dirname "${BASH_SOURCE[0]}")/functions.sh"
version=v0.8.2
[ -x "$tools/bin/staticcheck" ] && [ "$(cat "$tools/staticcheck-version" 2>/dev/null)" = "$version $(go env GOVERSION)" ] && exit 0
echo "require: installing staticcheck $version" >&2
GOBIN="$tools/bin" go install "honnef.co/go/tools/cmd/staticcheck@$version"
echo "$version $(go env GOVERSION)" >"$tools/staticcheck-version"
