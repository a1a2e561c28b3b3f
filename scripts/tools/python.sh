# Python 3.10 or newer with venv.
. "$(dirname "${BASH_SOURCE[0]}")/functions.sh"
ready() { have python3 && python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; }
ready || apt python3 python3-venv
ready || { echo "require: Python 3.10 or newer is needed, found: $(python3 --version 2>&1)" >&2; exit 1; }
