# The Spin model checker, and the C compiler that it needs.
. "$(dirname "${BASH_SOURCE[0]}")/functions.sh"
have spin gcc || apt spin gcc libc6-dev
