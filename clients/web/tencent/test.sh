#!/usr/bin/env bash
# Tests the package, and Tencent's chat UI, as npm has it, on it: in a browser, against the local stack.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
. "$root/scripts/path.sh"
"$root/scripts/require.sh" node chromium java dynamodb-local elasticmq versitygw
"$here/../install.sh" "$here"
"$here/../install.sh" "$here/.." # the local stack's tests are shared with the web client
cd "$here"
rm -rf build
npx tsc --noEmit
npx vitest run
echo "pictures of Tencent's UI: clients/web/tencent/build/pictures"
