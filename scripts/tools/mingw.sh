# MinGW's C++ compiler with threads, and GoogleTest as source: the C++ client's cross build for Windows.
. "$(dirname "${BASH_SOURCE[0]}")/functions.sh"
have x86_64-w64-mingw32-g++-posix && [ -f /usr/src/googletest/CMakeLists.txt ] || apt g++-mingw-w64-x86-64-posix googletest
