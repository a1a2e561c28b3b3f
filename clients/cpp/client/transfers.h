// The files that are on their way, and what ends them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "../core/session.h"
#include "transfer.h"

namespace recall {

// A file to upload.
struct LocalFile {
    std::string path;  // in UTF-8
    std::string name;  // left out: the last part of the path
    std::string type;  // such as image/png; left out: what the ending of the name stands for
};

// A file that can be read, and how large it is.
struct MeasuredFile {
    std::string path;
    Attachment attachment;  // without an ID
};

// Nothing if the file cannot be read.
std::optional<MeasuredFile> measure(const LocalFile& file);

// Uploads and downloads files. A transfer ends with the session, and at the recall of its message. Everything is called under the
// mutex of the session, and so are the completions.
class Transfers {
public:
    // `now` is the clock of the session. `ended` is called by a thread of the transport when it has finished with a transfer. It has to
    // call `transportEnded` under the mutex. The transport outlives all transfers.
    Transfers(Session& session, Transport& transport, std::function<Milliseconds()> now,
              std::function<void(std::uint64_t number, bool whole)> ended)
        : session_(session), transport_(transport), now_(std::move(now)), ended_(std::move(ended)) {}

    // Uploads the files of a message, one after another, and then sends it. Returns its messageId.
    std::string send(Draft draft, std::vector<MeasuredFile> files, Progress progress, Completion<Message> completion);
    // `message` is empty if the file belongs to none yet.
    void upload(const MeasuredFile& file, const MessageReference& message, Progress progress, Completion<Attachment> completion);
    void download(const MessageReference& message, const std::string& attachmentId, const std::string& path, Progress progress,
                  Completion<Nothing> completion);

    // Ends what may not go on after what the session has just learnt.
    void endOver();
    void failAll(const Error& error);
    // A file is put in its place here, so never after the session has learnt of the recall of its message.
    void transportEnded(std::uint64_t number, bool whole);

private:
    struct Running {
        MessageReference message;
        std::shared_ptr<Transfer> transfer;
        std::unique_ptr<Exchange> exchange;  // null until the server has said where the file is
        Error failure;                       // of the transfer itself
        Completion<Nothing> completion;
    };
    // A message whose files are being uploaded.
    struct Sending {
        Draft draft;
        std::vector<MeasuredFile> files;
        std::size_t place = 0;
        std::int64_t before = 0, size = 0;  // the bytes of the files that are uploaded, and of all
        Progress progress;
        Completion<Message> completion;
    };

    void uploadNext(const std::shared_ptr<Sending>& sending);
    void begin(std::uint64_t number, HttpRequest request);
    void fail(std::uint64_t number, const Error& error);
    bool isRecalled(const MessageReference& message) const;

    Session& session_;
    Transport& transport_;
    std::function<Milliseconds()> now_;
    std::function<void(std::uint64_t, bool)> ended_;
    std::uint64_t number_ = 0;
    std::map<std::uint64_t, Running> running_;
    std::random_device random_;
};

}  // namespace recall
