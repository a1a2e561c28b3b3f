#include "file_storage.h"

#include <optional>
#include <string_view>

#include "files.h"

namespace recall {
namespace {

constexpr std::string_view ending = ".json";
constexpr std::string_view hexadecimal = "0123456789abcdef";

bool isPlain(char character) {
    return (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9') || character == '_' || character == '-';
}

// A name that no file system changes, takes for another one or refuses: capital letters are written as %41, because most do not
// tell them from small ones.
std::string encoded(std::string_view text) {
    std::string name;
    for (const char character : text) {
        if (isPlain(character)) {
            name.push_back(character);
        } else {
            const auto byte = static_cast<unsigned char>(character);
            name += {'%', hexadecimal[byte >> 4], hexadecimal[byte & 15]};
        }
    }
    return name;
}

std::optional<std::string> decoded(std::string_view name) {
    std::string text;
    for (std::size_t place = 0; place < name.size(); ++place) {
        if (isPlain(name[place])) {
            text.push_back(name[place]);
            continue;
        }
        if (name[place] != '%' || place + 2 >= name.size()) return std::nullopt;
        const std::size_t high = hexadecimal.find(name[place + 1]), low = hexadecimal.find(name[place + 2]);
        if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
        text.push_back(static_cast<char>(high << 4 | low));
        place += 2;
    }
    return text;
}

bool endsWith(std::string_view text, std::string_view end) {
    return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

}  // namespace

FileStorage::FileStorage(std::string directory) : directory_(std::move(directory)) {}

FileStorage::~FileStorage() = default;

std::string FileStorage::folderOf(const std::string& user) const { return directory_ + "/user_" + encoded(user); }

std::string FileStorage::fileOf(const std::string& user, const std::string& conversation) const {
    return folderOf(user) + "/" + encoded(conversation) + std::string(ending);
}

std::map<std::string, std::string> FileStorage::load(const std::string& user) {
    const std::string folder = folderOf(user);
    files::makeFolder(folder);
    if (!lock_ || lockedUser_ != user) {
        lock_ = files::lock(folder + "/lock");
        lockedUser_ = user;
    }
    if (!lock_) {
        throw StorageError("the stored messages in " + folder +
                           " are in use: give each program, and each client of a program, a folder of its own");
    }
    std::map<std::string, std::string> documents;
    for (const std::string& name : files::list(folder)) {
        const std::string path = folder + "/" + name;
        if (endsWith(name, files::unfinished)) files::remove(path);
        if (!endsWith(name, ending)) continue;
        const auto conversation = decoded(std::string_view(name).substr(0, name.size() - ending.size()));
        if (conversation) documents[*conversation] = files::read(path);
    }
    return documents;
}

void FileStorage::save(const std::string& user, const std::string& conversation, const std::string& document) {
    files::replace(fileOf(user, conversation), document);
}

void FileStorage::remove(const std::string& user, const std::string& conversation) {
    files::remove(fileOf(user, conversation));
}

void FileStorage::clear(const std::string& user) {
    const std::string folder = folderOf(user);
    const std::vector<std::string> names = files::list(folder);
    if (names.empty()) return;
    release(user);
    const std::shared_ptr<void> lock = files::lock(folder + "/lock");
    if (!lock) throw StorageError("the stored messages in " + folder + " are in use: log out the client that uses them");
    for (const std::string& name : names) {
        if (name != "lock") files::remove(folder + "/" + name);
    }
}

void FileStorage::release(const std::string& user) {
    if (lockedUser_ == user) lock_.reset();
}

}  // namespace recall
