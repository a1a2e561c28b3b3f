// JSON as the core reads and writes it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace recall {

// It keeps the order of the fields.
using Json = nlohmann::ordered_json;

// Bytes that are not UTF-8 become U+FFFD: the server takes text only.
inline std::string write(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace recall
