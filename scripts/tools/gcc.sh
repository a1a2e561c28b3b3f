# A C compiler, for Go's race detector.
. "$(dirname "${BASH_SOURCE[0]}")/functions.sh"
have gcc || apt gcc libc6-dev
