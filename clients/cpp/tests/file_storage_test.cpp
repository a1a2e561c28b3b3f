// The storage of files, on this platform's file system.
#include "client/file_storage.h"
#include "stack.h"

namespace recall::test {
namespace {

namespace filesystem = std::filesystem;

class Files : public testing::Test {
protected:
    bool holds(const std::string& text) const { return folder_.holds(text); }

    void write(const filesystem::path& path, const std::string& bytes) const {
        filesystem::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << bytes;
    }

private:
    const Folder folder_;

protected:
    const filesystem::path directory = filesystem::u8path(folder_.path());
};

// The longest names and those that differ only in what file systems do not tell apart.
std::map<std::string, std::string> documents() {
    return {{"c2c_bob", "1"}, {"c2c_Bob", "2"}, {"c2c_BOB", "3"}, {"c2c_b.o-b@_", "4"},
            {"group_" + std::string(64, 'A'), "5"}, {"group_con", "6"}, {"c2c_bob.json", "7"}, {"c2c_bob.tmp", std::string(300'000, 'x')}};
}

}  // namespace

TEST_F(Files, HoldWhatWasSavedUntilItIsReplacedOrRemoved) {
    const std::string user = std::string(40, 'Z');
    {
        FileStorage storage(directory.u8string());
        EXPECT_TRUE(storage.load(user).empty());
        for (const auto& [conversation, document] : documents()) storage.save(user, conversation, document);
        storage.save(user, "c2c_bob", "replaced");
        storage.remove(user, "c2c_Bob");
        storage.remove(user, "c2c_nobody");
    }
    auto expected = documents();
    expected["c2c_bob"] = "replaced";
    expected.erase("c2c_Bob");
    FileStorage storage(directory.u8string());
    EXPECT_EQ(storage.load(user), expected);
    storage.clear(user);
    EXPECT_TRUE(storage.load("another").empty());
}

TEST_F(Files, HoldNoOldText) {
    FileStorage storage(directory.u8string());
    storage.load("alice");
    storage.save("alice", "c2c_bob", "the secret");
    EXPECT_TRUE(holds("secret"));
    storage.save("alice", "c2c_bob", "a tombstone");
    EXPECT_FALSE(holds("secret"));
    storage.remove("alice", "c2c_bob");
    EXPECT_FALSE(holds("tombstone"));
}

TEST_F(Files, ThatACrashLeftUnfinishedAreRemoved) {
    {
        FileStorage storage(directory.u8string());
        storage.load("alice");
        storage.save("alice", "c2c_bob", "whole");
    }
    write(directory / "user_alice" / "c2c_bob.json.tmp", "half a secret");
    FileStorage storage(directory.u8string());
    EXPECT_EQ(storage.load("alice"), (std::map<std::string, std::string>{{"c2c_bob", "whole"}}));
    EXPECT_FALSE(holds("secret"));
}

TEST_F(Files, BelongToOneAtATime) {
    FileStorage first(directory.u8string()), second(directory.u8string());
    first.load("alice");
    EXPECT_THROW(second.load("alice"), StorageError);
    EXPECT_THROW(second.clear("alice"), StorageError);
    EXPECT_NO_THROW(second.load("bob"));
    EXPECT_NO_THROW(first.load("alice")) << "again by the same";
    first.release("alice");
    EXPECT_NO_THROW(second.load("alice"));
}

TEST_F(Files, OfAUserCanBeCleared) {
    FileStorage storage(directory.u8string());
    EXPECT_NO_THROW(storage.clear("alice")) << "there is nothing yet";
    for (const char* user : {"alice", "bob"}) {
        storage.load(user);
        storage.save(user, "c2c_carol", std::string("secret of ") + user);
    }
    storage.clear("alice");
    EXPECT_FALSE(holds("secret of alice"));
    EXPECT_TRUE(holds("secret of bob"));
    EXPECT_TRUE(storage.load("alice").empty());
}

TEST_F(Files, ThatCannotBeWrittenSayWhereAndWhy) {
    write(directory / "file", "no folder");
    FileStorage storage((directory / "file" / "messages").u8string());
    try {
        storage.load("alice");
        FAIL() << "it was loaded";
    } catch (const StorageError& error) {
        EXPECT_NE(std::string(error.what()).find("messages"), std::string::npos) << error.what();
    }
}

}  // namespace recall::test
