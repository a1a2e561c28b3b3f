# Clients that are not ours, for the end-to-end tests: Python's websockets and AWS's command line in .tools/foreign, wscat
# in .tools/wscat.
. "$(dirname "${BASH_SOURCE[0]}")/functions.sh"
virtual_environment foreign
pins="$scripts/tools/wscat/package-lock.json"
current "$tools/wscat" "$pins" && exit 0
"$scripts/require.sh" node
. "$scripts/path.sh"
echo "require: installing wscat with npm" >&2
rm -rf "$tools/wscat"
mkdir -p "$tools/wscat"
cp "$scripts/tools/wscat/package.json" "$pins" "$tools/wscat"
(cd "$tools/wscat" && npm ci --no-audit --no-fund --no-progress --loglevel=error >&2)
installed "$tools/wscat" "$pins"
