# Boost.Beast (header-only, 1.75 or newer) and OpenSSL: the native clients' network outside Windows.
. "$(dirname "${BASH_SOURCE[0]}")/functions.sh"
[ -f /usr/include/boost/beast.hpp ] && [ -f /usr/include/openssl/ssl.h ] || apt libboost1.81-dev libssl-dev
