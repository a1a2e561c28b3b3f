// Callbacks. A callback object must live until one of its functions was called; exactly one is, once.
#pragma once

#include "V2TIMDefine.h"

class V2TIMBaseCallback {
public:
    virtual ~V2TIMBaseCallback() = default;
    virtual void OnError(int error_code, const V2TIMString& error_message) = 0;
};

class V2TIMCallback : public V2TIMBaseCallback {
public:
    virtual void OnSuccess() = 0;
};

template <typename Value>
class V2TIMValueCallback : public V2TIMBaseCallback {
public:
    virtual void OnSuccess(const Value& value) = 0;
};

// Ends a call that has a value in both cases; the code is 0 or an error's.
template <typename Value>
class V2TIMCompleteCallback : public V2TIMBaseCallback {
public:
    virtual void OnComplete(int error_code, const V2TIMString& error_message, const Value& value) = 0;
};

// Ends a download.
class V2TIMDownloadCallback : public V2TIMCallback {
public:
    // Bytes so far, and in all. The second is 0 if the server does not say it.
    virtual void OnDownLoadProgress(uint64_t currentSize, uint64_t totalSize) = 0;
};

class V2TIMMessage;

class V2TIMSendCallback : public V2TIMValueCallback<V2TIMMessage> {
public:
    // How many hundredths of the message's files are uploaded. It is not called for a message without files.
    virtual void OnProgress(uint32_t progress) { (void)progress; }
};
