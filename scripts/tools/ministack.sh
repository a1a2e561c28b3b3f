# MiniStack, which make bench-emulators compares the local stack with, in .tools/ministack.
. "$(dirname "${BASH_SOURCE[0]}")/functions.sh"
virtual_environment ministack
