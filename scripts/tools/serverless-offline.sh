# serverless-offline, which make bench-offline compares the local stack with, in .tools/serverless-offline.
. "$(dirname "${BASH_SOURCE[0]}")/functions.sh"
source="$scripts/../performance/offline/serverless"
directory="$tools/serverless-offline"
files=("$source/package.json" "$source/package-lock.json" "$source/serverless.yml" "$source/handler.js")
current "$directory" "${files[@]}" && exit 0
"$scripts/require.sh" node
. "$scripts/path.sh"
echo "require: installing serverless-offline with npm" >&2
rm -rf "$directory"
mkdir -p "$directory"
cp "${files[@]}" "$directory"
(cd "$directory" && npm ci --silent --no-audit --no-fund) >&2
installed "$directory" "${files[@]}"
