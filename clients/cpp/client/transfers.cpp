#include "transfers.h"

#include <algorithm>
#include <cctype>

namespace recall {
namespace {

const Error recalled{code::alreadyRecalled, "the message was recalled"};
const char *const notWhole = "the bytes of the attachment were not transferred whole";

bool isHeader(const std::string& name, const std::string& wanted) {
    return std::equal(name.begin(), name.end(), wanted.begin(), wanted.end(),
                      [](unsigned char left, unsigned char right) { return std::tolower(left) == right; });
}

// The request of an upload, with the headers that the server has signed. Those that every HTTP request has are not repeated.
HttpRequest uploadRequest(const UploadTarget& target, const MeasuredFile& file) {
    HttpRequest request{target.method, target.url, {}, file.path, file.attachment.size};
    for (const auto& header : target.headers) {
        if (!isHeader(header.first, "content-length") && !isHeader(header.first, "host")) request.headers.push_back(header);
    }
    return request;
}

}  // namespace

std::optional<MeasuredFile> measure(const LocalFile& file) {
    const auto size = sizeOfFile(file.path);
    if (!size) return std::nullopt;
    MeasuredFile measured{file.path, {}};
    measured.attachment.name = file.name.empty() ? nameOfFile(file.path) : file.name;
    measured.attachment.type = file.type.empty() ? typeOfFile(measured.attachment.name) : file.type;
    measured.attachment.size = *size;
    return measured;
}

void Transfers::upload(const MeasuredFile& file, const MessageReference& message, Progress progress, Completion<Attachment> completion) {
    const auto attachment = std::make_shared<Attachment>(file.attachment);
    const std::uint64_t number = ++number_;
    running_[number] = {message,
                        std::make_shared<Transfer>(nullptr, std::move(progress)),
                        nullptr,
                        {code::uploadFailed, notWhole},
                        {[attachment, succeeded = std::move(completion.succeeded)](const Nothing&) { succeeded(*attachment); },
                         std::move(completion.failed)}};
    session_.attach(now_(), attachment->name, attachment->type, attachment->size,
                    {[this, number, attachment, file](const UploadTarget& target) {
                         attachment->attachmentId = target.attachmentId;
                         begin(number, uploadRequest(target, file));
                     },
                     [this, number](const Error& error) { fail(number, error); }});
}

void Transfers::download(const MessageReference& message, const std::string& attachmentId, const std::string& path, Progress progress,
                         Completion<Nothing> completion) {
    if (isRecalled(message)) {
        completion.failed(recalled);
        return;
    }
    const std::uint64_t number = ++number_;
    running_[number] = {message, nullptr, nullptr, {code::downloadFailed, notWhole}, std::move(completion)};
    session_.download(now_(), message.conversation, message.messageId, attachmentId,
                      {[this, number, path, progress = std::move(progress)](const std::string& url) {
                           const auto found = running_.find(number);
                           if (found == running_.end()) return;
                           auto into = std::make_unique<PartialFile>(path, std::to_string(random_()) + std::to_string(random_()));
                           if (!into->isOpen()) {
                               fail(number, {code::downloadFailed, "the file cannot be written"});
                               return;
                           }
                           found->second.transfer = std::make_shared<Transfer>(std::move(into), progress);
                           begin(number, {"GET", url, {}, "", 0});
                       },
                       [this, number](const Error& error) { fail(number, error); }});
}

std::string Transfers::send(Draft draft, std::vector<MeasuredFile> files, Progress progress, Completion<Message> completion) {
    if (const auto refusal = session_.refusal()) {
        completion.failed(*refusal);
        return "";
    }
    draft.messageId = session_.prepare(now_(), draft.messageId);
    const auto sending = std::make_shared<Sending>();
    for (const MeasuredFile& file : files) sending->size += file.attachment.size;
    sending->draft = std::move(draft);
    sending->files = std::move(files);
    sending->progress = std::move(progress);
    sending->completion = std::move(completion);
    uploadNext(sending);
    return sending->draft.messageId;
}

void Transfers::endOver() {
    if (running_.empty()) return;
    if (const auto refusal = session_.refusal()) {
        failAll(*refusal);
        return;
    }
    std::vector<std::uint64_t> over;
    for (const auto& [number, running] : running_) {
        if (isRecalled(running.message)) over.push_back(number);
    }
    for (const std::uint64_t number : over) fail(number, recalled);
}

void Transfers::failAll(const Error& error) {
    while (!running_.empty()) fail(running_.begin()->first, error);
}

void Transfers::uploadNext(const std::shared_ptr<Sending>& sending) {
    Draft& draft = sending->draft;
    if (sending->place == sending->files.size()) {
        session_.send(now_(), draft, sending->completion);
        session_.forget(draft.messageId);
        return;
    }
    upload(sending->files[sending->place], {draft.conversation, draft.messageId},
           [sending, before = sending->before](std::int64_t done, std::int64_t) {
               sending->progress(before + done, sending->size);
           },
           {[this, sending](const Attachment& attachment) {
                sending->draft.attachments.push_back(attachment);
                sending->before += attachment.size;
                ++sending->place;
                uploadNext(sending);
            },
            [this, sending](const Error& error) {
                session_.forget(sending->draft.messageId);
                sending->completion.failed(error);
            }});
}

void Transfers::begin(std::uint64_t number, HttpRequest request) {
    const auto found = running_.find(number);
    if (found == running_.end()) return;
    const auto transfer = found->second.transfer;
    HttpEvents events;
    events.sent = [transfer, size = request.bodyBytes](std::int64_t bytes) { transfer->sent(bytes, size); };
    events.answered = [transfer](int status, std::int64_t bytes) { transfer->answered(status, bytes); };
    events.received = [transfer](const char* bytes, std::size_t count) { return transfer->received(bytes, count); };
    events.ended = [ended = ended_, number](bool whole) { ended(number, whole); };
    found->second.exchange = transport_.exchange(std::move(request), std::move(events));
}

void Transfers::transportEnded(std::uint64_t number, bool whole) {
    auto ended = running_.extract(number);
    if (ended.empty()) return;
    if (ended.mapped().transfer->finish(whole)) {
        ended.mapped().completion.succeeded({});
    } else {
        ended.mapped().completion.failed(ended.mapped().failure);
    }
}

void Transfers::fail(std::uint64_t number, const Error& error) {
    auto failed = running_.extract(number);
    if (failed.empty()) return;
    if (failed.mapped().transfer) failed.mapped().transfer->stop();
    if (failed.mapped().exchange) failed.mapped().exchange->cancel();
    failed.mapped().completion.failed(error);
}

bool Transfers::isRecalled(const MessageReference& message) const {
    if (message.messageId.empty()) return false;
    const auto held = session_.message(message.conversation, message.messageId);
    return held && held->revoked;
}

}  // namespace recall
