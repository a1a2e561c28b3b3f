// A file on its way to the bucket or from it.
#pragma once

#include <cstdint>
#include <fstream>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "../transport/transport.h"

namespace recall {

// Is told how many bytes were transferred so far, and how many there are, which is -1 if that is not known.
using Progress = std::function<void(std::int64_t done, std::int64_t size)>;

// How many bytes a file has, whose path is in UTF-8. Nothing if it is no file that can be read.
std::optional<std::int64_t> sizeOfFile(const std::string& path);
// The last part of a path.
std::string nameOfFile(const std::string& path);
// The type that the ending of a name stands for, such as image/png, or application/octet-stream.
std::string typeOfFile(const std::string& name);
// Whether a type is that of a picture to show. An SVG may have scripts in it, so it is none.
bool isPicture(const std::string& type);

// A file that is being written: beside its place, with a name of its own. It is gone with this, unless it is put in its place.
class PartialFile {
public:
    // `unique` makes the name one that nobody else has.
    PartialFile(const std::string& place, const std::string& unique);
    ~PartialFile();
    PartialFile(const PartialFile&) = delete;
    PartialFile& operator=(const PartialFile&) = delete;

    // These return whether it could be done.
    bool isOpen() const { return file_.is_open(); }
    bool write(const char* bytes, std::size_t count);
    bool putInPlace();

private:
    std::string place_, path_;
    std::ofstream file_;
};

// What the transport tells of one transfer. It may be stopped at any moment, and from then on touches no file and tells nothing.
class Transfer {
public:
    // `into` is empty for an upload.
    Transfer(std::unique_ptr<PartialFile> into, Progress progress) : into_(std::move(into)), progress_(std::move(progress)) {}

    void sent(std::int64_t bytes, std::int64_t size);
    void answered(int status, std::int64_t size);
    // Returns false if the bytes are not wanted, or cannot be written.
    bool received(const char* bytes, std::size_t count);
    // Returns whether the answer was a success. Then the file is in its place.
    bool finish(bool whole);
    void stop();

private:
    void tell(std::int64_t done, std::int64_t size);

    std::mutex mutex_;
    std::unique_ptr<PartialFile> into_;
    Progress progress_;
    int status_ = 0;
    std::int64_t size_ = -1, done_ = 0, told_ = -1;
    bool failed_ = false, stopped_ = false;
};

}  // namespace recall
