# AWS's runtime interface clients, with which the local stack runs handlers in Python and Node.js: in .tools/lambda-python and
# .tools/lambda-node. The one for Node.js builds a native part when it is installed.
. "$(dirname "${BASH_SOURCE[0]}")/functions.sh"
virtual_environment lambda-python
pins="$scripts/tools/lambda-node/package-lock.json"
current "$tools/lambda-node" "$pins" && exit 0
"$scripts/require.sh" node
. "$scripts/path.sh"
have autoreconf cmake g++ make libtoolize || apt autoconf automake libtool cmake g++ make
echo "require: building aws-lambda-ric with npm" >&2
rm -rf "$tools/lambda-node"
mkdir -p "$tools/lambda-node"
cp "$scripts/tools/lambda-node/package.json" "$pins" "$tools/lambda-node"
# node-gyp would fetch Node's headers from nodejs.org; where they lie beside the program, it takes those.
beside=$(node -p 'path.dirname(path.dirname(process.execPath))')
[ ! -f "$beside/include/node/node.h" ] || export npm_config_nodedir="$beside"
(cd "$tools/lambda-node" && npm ci --no-audit --no-fund --no-progress --loglevel=error >&2)
installed "$tools/lambda-node" "$pins"
