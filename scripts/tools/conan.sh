# Conan in .tools/conan, for the package of the C++ client.
. "$(dirname "${BASH_SOURCE[0]}")/functions.sh"
virtual_environment conan
ln -sf ../conan/bin/conan "$tools/bin/conan"
