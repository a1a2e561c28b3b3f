#!/usr/bin/env bash
# Builds the page to demo/dist.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. ../scripts/path.sh
../scripts/require.sh node
../clients/web/install.sh "$PWD"
npx vite build --logLevel warn
