#!/usr/bin/env bash
# Runs the conformance driver for Windows under Wine; test.sh builds it.
exec "$(dirname "${BASH_SOURCE[0]}")/wine.sh" "$(dirname "${BASH_SOURCE[0]}")/build/windows/recall_driver.exe"
