// A storage of files: one for each conversation, in a folder for each user.
//
// A database would be more than this needs: nothing is consistent across two documents, and nothing is searched. A database also
// keeps deleted text in its journal and free pages, where a recalled message must not be.
#pragma once

#include <memory>

#include "../core/storage.h"

namespace recall {

class FileStorage final : public Storage {
public:
    // The directory, in UTF-8. It is made when it is needed.
    explicit FileStorage(std::string directory);
    ~FileStorage() override;

    std::map<std::string, std::string> load(const std::string& user) override;
    void save(const std::string& user, const std::string& conversation, const std::string& document) override;
    void remove(const std::string& user, const std::string& conversation) override;
    void clear(const std::string& user) override;
    void release(const std::string& user) override;

private:
    std::string folderOf(const std::string& user) const;
    std::string fileOf(const std::string& user, const std::string& conversation) const;

    std::string directory_;
    std::string lockedUser_;
    std::shared_ptr<void> lock_;  // of the folder of that user
};

}  // namespace recall
