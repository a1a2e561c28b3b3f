#ifdef _WIN32
#include "files.h"

#include <algorithm>

#include <windows.h>

namespace recall::files {
namespace {

[[noreturn]] void fail(const std::string& what, const std::string& path) {
    throw StorageError("could not " + what + " " + path + ": error " + std::to_string(GetLastError()) + " of Windows");
}

// The absolute path, in the form that may be longer than 260 characters.
std::wstring wide(const std::string& path) {
    std::wstring text(static_cast<std::size_t>(MultiByteToWideChar(CP_UTF8, 0, path.data(), static_cast<int>(path.size()), nullptr, 0)), 0);
    MultiByteToWideChar(CP_UTF8, 0, path.data(), static_cast<int>(path.size()), text.data(), static_cast<int>(text.size()));
    std::wstring absolute(GetFullPathNameW(text.c_str(), 0, nullptr, nullptr), 0);
    if (absolute.empty()) fail("find", path);
    absolute.resize(GetFullPathNameW(text.c_str(), static_cast<DWORD>(absolute.size()), absolute.data(), nullptr));
    const std::wstring prefix = L"\\\\";
    // A name that begins with two backslashes is of another computer, or has this form already.
    return absolute.compare(0, prefix.size(), prefix) == 0 ? absolute : L"\\\\?\\" + absolute;
}

std::string narrow(const wchar_t* text) {
    std::string result(static_cast<std::size_t>(WideCharToMultiByte(CP_UTF8, 0, text, -1, nullptr, 0, nullptr, nullptr)), 0);
    WideCharToMultiByte(CP_UTF8, 0, text, -1, result.data(), static_cast<int>(result.size()), nullptr, nullptr);
    result.pop_back();  // the zero at the end
    return result;
}

class File {
public:
    File(const std::string& path, DWORD access, DWORD sharing, DWORD disposition)
        : handle_(CreateFileW(wide(path).c_str(), access, sharing, nullptr, disposition, FILE_ATTRIBUTE_NORMAL, nullptr)) {}
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() {
        if (isOpen()) CloseHandle(handle_);
    }

    bool isOpen() const { return handle_ != INVALID_HANDLE_VALUE; }
    HANDLE handle() const { return handle_; }

private:
    HANDLE handle_;
};

}  // namespace

void makeFolder(const std::string& path) {
    if (CreateDirectoryW(wide(path).c_str(), nullptr) || GetLastError() == ERROR_ALREADY_EXISTS) return;
    const std::size_t end = path.find_last_of("/\\");
    if (GetLastError() != ERROR_PATH_NOT_FOUND || end == std::string::npos) fail("make the folder", path);
    makeFolder(path.substr(0, end));
    if (!CreateDirectoryW(wide(path).c_str(), nullptr) && GetLastError() != ERROR_ALREADY_EXISTS) fail("make the folder", path);
}

std::vector<std::string> list(const std::string& folder) {
    std::vector<std::string> names;
    WIN32_FIND_DATAW found;
    const HANDLE search = FindFirstFileW((wide(folder) + L"\\*").c_str(), &found);
    if (search == INVALID_HANDLE_VALUE) {
        if (GetLastError() == ERROR_FILE_NOT_FOUND || GetLastError() == ERROR_PATH_NOT_FOUND) return names;
        fail("read the folder", folder);
    }
    do {
        const std::string name = narrow(found.cFileName);
        if (name != "." && name != "..") names.push_back(name);
    } while (FindNextFileW(search, &found));
    FindClose(search);
    return names;
}

std::string read(const std::string& path) {
    const File file(path, GENERIC_READ, FILE_SHARE_READ, OPEN_EXISTING);
    if (!file.isOpen()) fail("open", path);
    std::string bytes;
    char part[64 * 1024];
    for (DWORD count = 0;;) {
        if (!ReadFile(file.handle(), part, sizeof part, &count, nullptr)) fail("read", path);
        if (count == 0) return bytes;
        bytes.append(part, count);
    }
}

namespace {

void write(const std::string& path, const std::string& bytes) {
    const File file(path, GENERIC_WRITE, 0, CREATE_ALWAYS);
    if (!file.isOpen()) fail("open", path);
    for (std::size_t written = 0; written < bytes.size();) {
        DWORD count = 0;
        const auto rest = static_cast<DWORD>(std::min<std::size_t>(bytes.size() - written, 1024 * 1024));
        if (!WriteFile(file.handle(), bytes.data() + written, rest, &count, nullptr)) fail("write", path);
        written += count;
    }
    if (!FlushFileBuffers(file.handle())) fail("write", path);
}

}  // namespace

// MOVEFILE_WRITE_THROUGH returns after the new name is on the disk.
void replace(const std::string& path, const std::string& bytes) {
    const std::string made = path + unfinished;
    try {
        write(made, bytes);
        if (!MoveFileExW(wide(made).c_str(), wide(path).c_str(), MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH)) {
            fail("replace", path);
        }
    } catch (const StorageError&) {
        DeleteFileW(wide(made).c_str());  // it may hold a text that is recalled later
        throw;
    }
}

void remove(const std::string& path) {
    if (!DeleteFileW(wide(path).c_str()) && GetLastError() != ERROR_FILE_NOT_FOUND && GetLastError() != ERROR_PATH_NOT_FOUND) {
        fail("remove", path);
    }
}

// Nobody else can open a file that is open without sharing. The files of a process that was killed are closed a moment
// after its end, so a program that is started again at once may have to wait.
std::shared_ptr<void> lock(const std::string& path) {
    constexpr int attempts = 100;
    constexpr DWORD pauseMilliseconds = 20;
    for (int attempt = 0; attempt < attempts; ++attempt) {
        if (attempt > 0) Sleep(pauseMilliseconds);
        auto file = std::make_shared<File>(path, GENERIC_READ | GENERIC_WRITE, 0, OPEN_ALWAYS);
        if (file->isOpen()) return file;
        if (GetLastError() != ERROR_SHARING_VIOLATION) fail("lock", path);
    }
    return nullptr;
}

}  // namespace recall::files
#endif
