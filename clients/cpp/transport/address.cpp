#include <algorithm>
#include <cctype>

#include "transport.h"

namespace recall {
namespace {

std::optional<Address> parse(const std::string& url, const std::string& plain, const std::string& secure) {
    Address address;
    std::string rest;
    if (url.compare(0, plain.size(), plain) == 0) {
        rest = url.substr(plain.size());
    } else if (url.compare(0, secure.size(), secure) == 0) {
        address.secure = true;
        rest = url.substr(secure.size());
    } else {
        return std::nullopt;
    }
    const bool printable = std::all_of(rest.begin(), rest.end(), [](unsigned char byte) { return std::isgraph(byte); });
    if (!printable || rest.find('@') < rest.find('/')) return std::nullopt;

    const std::size_t path = rest.find_first_of("/?#");
    std::string authority = rest.substr(0, path);
    address.target = path == std::string::npos ? "/" : rest.substr(path, rest.find('#') - path);
    if (address.target.empty() || address.target.front() != '/') address.target.insert(0, "/");

    const std::size_t bracket = authority.find(']');  // of an IPv6 address
    const std::size_t colon = authority.find(':', bracket == std::string::npos ? 0 : bracket);
    address.host = authority.substr(0, colon);
    if (address.host.size() > 2 && address.host.front() == '[' && address.host.back() == ']') {
        address.host = address.host.substr(1, address.host.size() - 2);
    }
    address.port = colon == std::string::npos ? (address.secure ? "443" : "80") : authority.substr(colon + 1);
    const bool digits = !address.port.empty() && address.port.size() <= 5 &&
                        std::all_of(address.port.begin(), address.port.end(),
                                    [](unsigned char byte) { return std::isdigit(byte); });
    if (!digits || std::stoi(address.port) > 65'535 || address.host.empty()) return std::nullopt;
    return address;
}

}  // namespace

std::string Address::hostAndPort() const {
    std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
    if (port != (secure ? "443" : "80")) name += ":" + port;
    return name;
}

std::optional<Address> parseAddress(const std::string& url) { return parse(url, "ws://", "wss://"); }

std::optional<Address> parseWebAddress(const std::string& url) { return parse(url, "http://", "https://"); }

}  // namespace recall
