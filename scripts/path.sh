# Sourced, not run: puts the programs that scripts/require.sh installed into .tools/ first on the PATH.
case ":$PATH:" in
*":$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/.tools/bin:"*) ;;
*) PATH="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/.tools/bin:$PATH" ;;
esac
export PATH
