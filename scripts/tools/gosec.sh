# gosec, in .tools/bin.
. "$(dirname "${BASH_SOURCE[0]}")/functions.sh"
version=v2.22.10
[ -x "$tools/bin/gosec" ] && [ "$(cat "$tools/gosec-version" 2>/dev/null)" = "$version $(go env GOVERSION)" ] && exit 0
echo "require: installing gosec $version" >&2
GOBIN="$tools/bin" go install "github.com/securego/gosec/v2/cmd/gosec@$version"
echo "$version $(go env GOVERSION)" >"$tools/gosec-version"
