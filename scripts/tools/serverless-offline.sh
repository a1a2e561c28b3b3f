# serverless-offline, which make bench-emulators compares the local stack with, in .tools/serverless-offline.
. "$(dirname "${BASH_SOURCE[0]}")/functions.sh"
source="$scripts/../performance/emulators/serverless"
directory="$tools/serverless-offline"
files=(
	"$source/package.json" "$source/package-lock.json" "$source/serverless.yml" "$source/serverless-default.yml"
	"$scripts/../local/gatewayrules/probe/index.js"
)
current "$directory" "${files[@]}" && exit 0
"$scripts/require.sh" node
. "$scripts/path.sh"
echo "require: installing serverless-offline with npm" >&2
# The folder gets its name when it is complete, so that nobody finds half of an installation that was cut off.
new="$tools/.serverless-offline.new"
rm -rf "$new"
mkdir -p "$new"
cp "${files[@]}" "$new"
(cd "$new" && npm ci --silent --no-audit --no-fund) >&2
installed "$new" "${files[@]}"
rm -rf "$directory"
mv "$new" "$directory"
