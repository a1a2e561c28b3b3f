#!/usr/bin/env bash
# Builds Tencent's chat UI, as npm has it, on this package: build/kit, which the local stack serves under /tencent/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. ../../../scripts/path.sh
../../../scripts/require.sh node
../install.sh "$PWD"
npx vite build -c kit/vite.config.ts --logLevel error
