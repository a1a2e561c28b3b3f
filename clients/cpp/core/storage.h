// Where a client keeps what must outlive the program.
#pragma once

#include <map>
#include <stdexcept>
#include <string>

namespace recall {

// What a storage could not do, and what a person can do about it.
class StorageError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// Keeps one document for each conversation of a user. All functions throw StorageError when they cannot do what they say.
//
// A change is atomic and durable: if the program ends at any moment, the old document or the new one is there, whole. After
// a function returns, no file holds the old document.
class Storage {
public:
    virtual ~Storage() = default;
    // Every stored conversation ID of a user with its document. From now on the user's data belongs to the caller alone, and
    // load fails for everybody else.
    virtual std::map<std::string, std::string> load(const std::string& user) = 0;
    virtual void save(const std::string& user, const std::string& conversation, const std::string& document) = 0;
    virtual void remove(const std::string& user, const std::string& conversation) = 0;
    // Removes everything of a user.
    virtual void clear(const std::string& user) = 0;
    // Others may load the user's data from now on.
    virtual void release(const std::string& user) = 0;
};

}  // namespace recall
