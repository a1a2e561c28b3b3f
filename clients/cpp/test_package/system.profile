# Takes what the package needs from the system (Debian 12: libboost1.81-dev libssl-dev nlohmann-json3-dev), and not from ConanCenter.
include(default)

[platform_requires]
boost/1.81.0
nlohmann_json/3.11.2
openssl/3.0.16
