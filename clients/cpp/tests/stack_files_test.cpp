// Pictures and files, by the V2TIM-shaped interface, against the real functions and a real bucket on the local stack.
#include <filesystem>
#include <fstream>

#include "two_users.h"

namespace recall::test {
namespace {

// Ends a download, and is gone then.
class Downloaded final : public V2TIMDownloadCallback {
public:
    explicit Downloaded(Happenings& results) : results_(results) {}
    void OnDownLoadProgress(uint64_t currentSize, uint64_t totalSize) override {
        if (currentSize == totalSize) results_.add("all of " + std::to_string(totalSize));
    }
    void OnSuccess() override {
        results_.add("success");
        delete this;
    }
    void OnError(int error_code, const V2TIMString&) override {
        results_.add("error " + std::to_string(error_code));
        delete this;
    }

private:
    Happenings& results_;
};

std::string contentOf(const std::string& path) {
    std::ifstream file(std::filesystem::u8path(path), std::ios::binary);
    return std::string((std::istreambuf_iterator<char>(file)), {});
}

}  // namespace

TEST_F(Stack, APictureAndAFileAreSentFetchedForwardedAndGoneAfterTheRecall) {
    const Folder folder;
    std::filesystem::create_directory(std::filesystem::u8path(folder.path()));
    const std::string picture = folder.path() + "/cat.png", into = folder.path() + "/fetched", late = folder.path() + "/late";
    const std::string bytes(300'000, 'c');
    std::ofstream(std::filesystem::u8path(picture), std::ios::binary) << bytes;
    EXPECT_GT(alice.messages()->GetMaxAttachmentBytes(), bytes.size());

    V2TIMMessage message = alice.messages()->CreateImageMessage(picture);
    auto* document = new V2TIMFileElem;  // the list takes it over
    document->path = picture;
    document->filename = "cat.pdf";
    message.elemList.PushBack(document);
    const V2TIMMessage sent = alice.send(toBob, message);
    ASSERT_EQ(sent.attachments.Size(), 2u);
    EXPECT_EQ(sent.attachments[0].name, "cat.png");

    EXPECT_EQ(bob.heard.next(), "new ?");
    const V2TIMMessage received = bob.history(toAlice)[0];
    ASSERT_EQ(received.elemList.Size(), 2u);
    ASSERT_EQ(received.elemList[0]->elemType, V2TIM_ELEM_TYPE_IMAGE);
    ASSERT_EQ(received.elemList[1]->elemType, V2TIM_ELEM_TYPE_FILE);
    auto* image = static_cast<V2TIMImageElem*>(received.elemList[0]);
    auto* file = static_cast<V2TIMFileElem*>(received.elemList[1]);
    ASSERT_EQ(image->imageList.Size(), 1u);
    EXPECT_EQ(image->imageList[0].size, bytes.size());
    EXPECT_EQ(file->filename, "cat.pdf");
    EXPECT_EQ(file->fileSize, bytes.size());
    image->imageList[0].DownloadImage(into, new Downloaded(bob.results));
    EXPECT_EQ(bob.results.next(), "all of 300000");
    EXPECT_EQ(bob.results.next(), "success");
    EXPECT_EQ(contentOf(into), bytes);

    V2TIMMessage forward = bob.messages()->CreateTextMessage("from alice");
    forward.attachments.PushBack(received.attachments[1]);
    forward.attachments[0].fromConversationID = toAlice;
    forward.attachments[0].fromMsgID = received.msgID;
    const V2TIMMessage forwarded = bob.send(toAlice, forward);
    ASSERT_EQ(forwarded.elemList.Size(), 2u);

    EXPECT_EQ(alice.revoke(sent), "success");
    EXPECT_EQ(bob.heard.next(), revokedBy(sent, alice.user));
    const V2TIMMessage tombstone = bob.history(toAlice, V2TIM_GET_LOCAL_OLDER_MSG)[1];
    EXPECT_TRUE(tombstone.elemList.Empty());
    EXPECT_TRUE(tombstone.attachments.Empty());
    file->DownloadFile(late, new Downloaded(bob.results));
    EXPECT_EQ(bob.results.next(), "error 20023");
    EXPECT_FALSE(std::filesystem::exists(std::filesystem::u8path(late)));

    // A forwarded file is a copy of its own.
    static_cast<V2TIMFileElem*>(forwarded.elemList[1])->DownloadFile(late, new Downloaded(bob.results));
    EXPECT_EQ(bob.results.next(), "all of 300000");
    EXPECT_EQ(bob.results.next(), "success");
    EXPECT_EQ(contentOf(late), bytes);
}

TEST_F(Stack, AMessageWhoseFileIsNotThereIsNotSent) {
    V2TIMMessage message = alice.messages()->CreateFileMessage("no such file", "cat.pdf");
    const V2TIMString messageID = alice.messages()->SendMessage(
        message, bob.user, "", V2TIM_PRIORITY_DEFAULT, false, {},
        new V2TIMFunctionSendCallback([&](const V2TIMMessage&) { alice.results.add("success"); }, alice.failed()));
    EXPECT_TRUE(messageID.Empty());
    EXPECT_EQ(alice.results.next(), "error 6017");
}

}  // namespace recall::test
