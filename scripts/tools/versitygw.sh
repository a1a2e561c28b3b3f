# Versity S3 Gateway, a local S3, in .tools/bin.
. "$(dirname "${BASH_SOURCE[0]}")/functions.sh"
version=v1.8.0
[ -x "$tools/bin/versitygw" ] && [ "$(cat "$tools/versitygw-version" 2>/dev/null)" = "$version $(go env GOVERSION)" ] && exit 0
echo "require: installing versitygw $version" >&2
GOBIN="$tools/bin" CGO_ENABLED=0 go install -trimpath -ldflags='-s -w' "github.com/versity/versitygw/cmd/versitygw@$version"
echo "$version $(go env GOVERSION)" >"$tools/versitygw-version"
