#!/bin/sh
# Runs the conformance driver of the Go client, building it first. The contract: protocol/conformance/README.md.
set -eu
cd "$(dirname "$0")/../.."
mkdir -p build
go build -o build/driver-go ./clients/go/driver
exec build/driver-go
