// What tests against a local stack have in common. test.sh starts it and puts its address and tokens into the environment.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <random>
#include <sstream>
#include <string>
#include <thread>

namespace recall::test {

// What happened, in order, to be waited for.
class Happenings {
public:
    void add(std::string what) {
        std::lock_guard lock(mutex_);
        all_.push_back(std::move(what));
        changed_.notify_all();
    }

    // The next one, or what says that none came.
    std::string next() {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, std::chrono::seconds(60), [this] { return !all_.empty(); })) return "nothing happened";
        std::string what = std::move(all_.front());
        all_.pop_front();
        return what;
    }

    bool empty() {
        std::lock_guard lock(mutex_);
        return all_.empty();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::string> all_;
};

// Waits until a condition holds; false if it never does.
template <typename Condition>
bool eventually(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return true;
}

inline std::string environment(const char* name) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == 0) ADD_FAILURE() << name << " is not set: run test.sh";
    return value == nullptr ? "" : value;
}

// A folder that is empty at first and gone at the end.
class Folder {
public:
    Folder() { std::filesystem::remove_all(path_); }
    ~Folder() { std::filesystem::remove_all(path_); }

    std::string path() const { return path_.u8string(); }

    // Whether any file in it holds this text.
    bool holds(const std::string& text) const {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(path_)) {
            if (!entry.is_regular_file() || entry.path().filename() == "lock") continue;
            std::ifstream file(entry.path(), std::ios::binary);
            const std::string bytes((std::istreambuf_iterator<char>(file)), {});
            if (bytes.find(text) != std::string::npos) return true;
        }
        return false;
    }

private:
    const std::filesystem::path path_ =
        std::filesystem::temp_directory_path() /
        ("recall-" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()) + "-" +
         std::to_string(std::random_device()()));
};

// What RECALL_PREFIX puts before every user and group, so that runs on one stack do not meet.
inline std::string prefixed(const std::string& name) { return environment("RECALL_PREFIX") + name; }

// RECALL_TOKENS is user=token user=token …
inline std::string tokenOf(const std::string& user) {
    std::istringstream pairs(environment("RECALL_TOKENS"));
    for (std::string pair; pairs >> pair;) {
        if (pair.compare(0, user.size() + 1, user + "=") == 0) return pair.substr(user.size() + 1);
    }
    ADD_FAILURE() << "RECALL_TOKENS has no token of " << user;
    return "";
}

}  // namespace recall::test
