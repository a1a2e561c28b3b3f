#!/usr/bin/env bash
# Builds the example bot and starts it: bot.sh [USER] [SECONDS]. `make run` must be running, or RECALL_DEMO must name another demo page.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. ../../scripts/path.sh
{
	../../scripts/require.sh node
	./install.sh
	npx tsc -p tsconfig.examples.json
} >&2
# Node before version 22 has its WebSocket behind a flag.
exec node --experimental-websocket --disable-warning=ExperimentalWarning build/bot/examples/bot.js "$@"
