#ifndef _WIN32
#include "files.h"

#include <cerrno>
#include <cstring>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace recall::files {
namespace {

[[noreturn]] void fail(const std::string& what, const std::string& path) {
    throw StorageError("could not " + what + " " + path + ": " + std::strerror(errno));
}

class File {
public:
    File(const std::string& path, int flags) : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0600)), path_(path) {
        if (descriptor_ < 0) fail("open", path);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() { ::close(descriptor_); }

    int descriptor() const { return descriptor_; }

    void write(const std::string& bytes) {
        for (std::size_t written = 0; written < bytes.size();) {
            const ssize_t count = ::write(descriptor_, bytes.data() + written, bytes.size() - written);
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) fail("write", path_);
            written += static_cast<std::size_t>(count);
        }
    }

    // Until the bytes are on the disk. On Apple's systems fsync leaves them in the disk's cache.
    void sync() {
#ifdef F_FULLFSYNC
        if (::fcntl(descriptor_, F_FULLFSYNC) == 0) return;
#endif
        if (::fsync(descriptor_) != 0) fail("write", path_);
    }

private:
    int descriptor_;
    std::string path_;
};

std::string folderOf(const std::string& path) { return path.substr(0, path.rfind('/')); }

// Until the names in it are on the disk.
void syncFolder(const std::string& path) { File(path, O_RDONLY | O_DIRECTORY).sync(); }

}  // namespace

void makeFolder(const std::string& path) {
    if (path.empty() || ::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return;
    if (errno != ENOENT || path.rfind('/') == std::string::npos) fail("make the folder", path);
    makeFolder(folderOf(path));
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) fail("make the folder", path);
}

std::vector<std::string> list(const std::string& folder) {
    std::vector<std::string> names;
    DIR* const directory = ::opendir(folder.c_str());
    if (directory == nullptr) {
        if (errno == ENOENT) return names;
        fail("read the folder", folder);
    }
    while (const dirent* entry = ::readdir(directory)) {
        const std::string name = entry->d_name;
        if (name != "." && name != "..") names.push_back(name);
    }
    ::closedir(directory);
    return names;
}

std::string read(const std::string& path) {
    const File file(path, O_RDONLY);
    std::string bytes;
    char part[64 * 1024];
    for (;;) {
        const ssize_t count = ::read(file.descriptor(), part, sizeof part);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) fail("read", path);
        if (count == 0) return bytes;
        bytes.append(part, static_cast<std::size_t>(count));
    }
}

void replace(const std::string& path, const std::string& bytes) {
    const std::string made = path + unfinished;
    try {
        File file(made, O_WRONLY | O_CREAT | O_TRUNC);
        file.write(bytes);
        file.sync();
        if (::rename(made.c_str(), path.c_str()) != 0) fail("replace", path);
    } catch (const StorageError&) {
        ::unlink(made.c_str());  // it may hold a text that is recalled later
        throw;
    }
    syncFolder(folderOf(path));
}

void remove(const std::string& path) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) fail("remove", path);
    syncFolder(folderOf(path));
}

std::shared_ptr<void> lock(const std::string& path) {
    auto file = std::make_shared<File>(path, O_RDWR | O_CREAT);
    if (::flock(file->descriptor(), LOCK_EX | LOCK_NB) == 0) return file;
    if (errno == EWOULDBLOCK) return nullptr;
    fail("lock", path);
}

}  // namespace recall::files
#endif
