#include "transfer.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>

namespace recall {
namespace {

namespace fs = std::filesystem;

constexpr int statusOK = 200;

bool isSuccess(int status) { return status / 100 == 2; }

}  // namespace

std::optional<std::int64_t> sizeOfFile(const std::string& path) {
    std::error_code error;
    const fs::path place = fs::u8path(path);
    if (!fs::is_regular_file(place, error) || error) return std::nullopt;
    const auto size = fs::file_size(place, error);
    if (error || !std::ifstream(place, std::ios::binary).is_open()) return std::nullopt;
    return static_cast<std::int64_t>(size);
}

std::string nameOfFile(const std::string& path) { return fs::u8path(path).filename().u8string(); }

std::string typeOfFile(const std::string& name) {
    static const std::map<std::string, std::string> types = {
        {"avif", "image/avif"},      {"bmp", "image/bmp"},         {"gif", "image/gif"},  {"heic", "image/heic"},
        {"jpeg", "image/jpeg"},      {"jpg", "image/jpeg"},        {"png", "image/png"},  {"webp", "image/webp"},
        {"mp3", "audio/mpeg"},       {"mp4", "video/mp4"},         {"mov", "video/quicktime"},
        {"pdf", "application/pdf"},  {"txt", "text/plain"},        {"zip", "application/zip"},
    };
    const std::size_t point = name.rfind('.');
    std::string ending = point == std::string::npos ? "" : name.substr(point + 1);
    std::transform(ending.begin(), ending.end(), ending.begin(), [](unsigned char byte) { return std::tolower(byte); });
    const auto found = types.find(ending);
    return found == types.end() ? "application/octet-stream" : found->second;
}

bool isPicture(const std::string& type) { return type.compare(0, 6, "image/") == 0 && type != "image/svg+xml"; }

PartialFile::PartialFile(const std::string& place, const std::string& unique)
    : place_(place), path_(place + "." + unique + ".tmp") {
    file_.open(fs::u8path(path_), std::ios::binary | std::ios::trunc);
}

PartialFile::~PartialFile() {
    file_.close();
    std::error_code ignored;  // there is nobody left to tell, and it is there only if it could be made
    fs::remove(fs::u8path(path_), ignored);
}

bool PartialFile::write(const char* bytes, std::size_t count) {
    file_.write(bytes, static_cast<std::streamsize>(count));
    return file_.good();
}

bool PartialFile::putInPlace() {
    file_.close();
    if (file_.fail()) return false;
    std::error_code error;
    fs::rename(fs::u8path(path_), fs::u8path(place_), error);
    return !error;
}

void Transfer::sent(std::int64_t bytes, std::int64_t size) {
    std::lock_guard lock(mutex_);
    if (!stopped_) tell(bytes, size);
}

void Transfer::answered(int status, std::int64_t size) {
    std::lock_guard lock(mutex_);
    status_ = status;
    size_ = size;
}

bool Transfer::received(const char* bytes, std::size_t count) {
    std::lock_guard lock(mutex_);
    if (stopped_) return false;
    if (!into_) return isSuccess(status_);  // nobody wants what an upload is answered with
    if (status_ != statusOK) return false;
    failed_ = failed_ || !into_->write(bytes, count);
    if (failed_) return false;
    done_ += static_cast<std::int64_t>(count);
    tell(done_, size_);
    return true;
}

// The callbacks of the application take some time, so it is told at each hundredth.
void Transfer::tell(std::int64_t done, std::int64_t size) {
    const std::int64_t hundredth = size > 0 ? done * 100 / size : done / (1024 * 1024);
    if (std::exchange(told_, hundredth) != hundredth && progress_) progress_(done, size);
}

bool Transfer::finish(bool whole) {
    std::lock_guard lock(mutex_);
    if (std::exchange(stopped_, true)) return false;
    const auto into = std::move(into_);
    if (!whole || failed_) return false;
    return into ? status_ == statusOK && into->putInPlace() : isSuccess(status_);
}

void Transfer::stop() {
    std::lock_guard lock(mutex_);
    stopped_ = true;
    into_.reset();
}

}  // namespace recall
