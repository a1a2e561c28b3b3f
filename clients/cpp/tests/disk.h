// A storage in memory that outlives the device, and a program that ends at one of its writes.
#pragma once

#include <map>
#include <string>

#include "core/storage.h"

namespace recall::test {

// The program was killed. It is no std::exception, so nothing catches it but the test.
struct Killed {};

class Disk final : public Storage {
public:
    std::map<std::string, std::string> load(const std::string& user) override {
        if (broken) throw StorageError("could not read the disk");
        return documents[user];
    }
    void save(const std::string& user, const std::string& conversation, const std::string& document) override {
        if (full) throw StorageError("the disk is full");
        write([&] { documents[user][conversation] = document; });
    }
    void remove(const std::string& user, const std::string& conversation) override {
        write([&] { documents[user].erase(conversation); });
    }
    void clear(const std::string& user) override {
        write([&] { documents.erase(user); });
    }
    void release(const std::string&) override { ++releases; }

    bool holds(const std::string& text) const {
        for (const auto& [user, all] : documents) {
            for (const auto& [conversation, document] : all) {
                if (document.find(text) != std::string::npos) return true;
            }
        }
        return false;
    }

    std::map<std::string, std::map<std::string, std::string>> documents;
    bool broken = false, full = false;
    int writes = 0, releases = 0;
    int killAtWrite = 0;           // counted from 1; 0: never
    bool killAfterwards = false;  // the write is done first

private:
    template <typename Apply>
    void write(Apply apply) {
        if (broken) throw StorageError("could not write to the disk");
        const bool killed = ++writes == killAtWrite;
        if (killed && !killAfterwards) throw Killed();
        apply();
        if (killed) throw Killed();
    }
};

}  // namespace recall::test
