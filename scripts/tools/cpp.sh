# A C++17 compiler, CMake, Ninja, nlohmann's JSON library and GoogleTest, for the native clients.
. "$(dirname "${BASH_SOURCE[0]}")/functions.sh"
have g++ cmake ninja && [ -f /usr/include/nlohmann/json.hpp ] && [ -f /usr/include/gtest/gtest.h ] ||
	apt g++ cmake ninja-build nlohmann-json3-dev libgtest-dev libgmock-dev
# ccache keeps what was compiled for the next clone of the repository. Without it all works, only more slowly.
have ccache || [ "$(id -u)" != 0 ] || apt ccache
