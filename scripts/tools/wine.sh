# Wine for 64-bit programs, and a virtual display for those with windows.
. "$(dirname "${BASH_SOURCE[0]}")/functions.sh"
have wine Xvfb || apt wine wine64 xvfb
