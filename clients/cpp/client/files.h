// Files as FileStorage needs them, on this platform. Paths are UTF-8. All functions throw StorageError, which names the path and
// the system's reason.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "../core/storage.h"

namespace recall::files {

// Makes a folder and those above it, for this user of the computer alone. It may be there already.
void makeFolder(const std::string& path);
// The names in a folder; none if there is no such folder.
std::vector<std::string> list(const std::string& folder);
std::string read(const std::string& path);
// Puts a file with these bytes in the place of another one, or of none. After a crash at any moment, the old bytes are there or the
// new ones. It makes a file with the name of the place and an ending of its own, and then renames it.
void replace(const std::string& path, const std::string& bytes);
void remove(const std::string& path);
// Holds a file for this program and this caller alone, until the result is gone. Nothing if somebody else holds it.
std::shared_ptr<void> lock(const std::string& path);

// What replace adds to a name. A file with this ending is what a crash left behind.
constexpr char unfinished[] = ".tmp";

}  // namespace recall::files
