#!/usr/bin/env bash
# Runs each function in a container with `sam local invoke`, against a local stack that the containers reach by the bridge:
# make test-sam. Docker's engine is started where it does not run, and then also stopped.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

stop_engine() {
	local engine
	engine=$(cat .tools/dockerd.pid 2>/dev/null) || return 0
	kill "$engine" 2>/dev/null || return 0
	tail --pid="$engine" -f /dev/null
}
docker info >/dev/null 2>&1 || trap stop_engine EXIT
scripts/require.sh sam docker java dynamodb-local elasticmq
. scripts/path.sh
scripts/base-image.sh
go build -o build/recall ./cmd/recall
.tools/sam/bin/python scripts/test-sam.py
