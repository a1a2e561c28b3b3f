// The Swift package of nlohmann/json has its header without the folder that everybody else has it in.
#include <json.hpp>
