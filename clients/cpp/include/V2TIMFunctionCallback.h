// Not in V2TIM: callbacks made of two functions. Make them with new; they delete themselves after one was called.
#pragma once

#include <functional>

#include "V2TIMMessage.h"

using V2TIMFailed = std::function<void(int error_code, const V2TIMString& error_message)>;

class V2TIMFunctionCallback final : public V2TIMCallback {
public:
    V2TIMFunctionCallback(std::function<void()> succeeded, V2TIMFailed failed)
        : succeeded_(std::move(succeeded)), failed_(std::move(failed)) {}

    void OnSuccess() override {
        succeeded_();
        delete this;
    }
    void OnError(int error_code, const V2TIMString& error_message) override {
        failed_(error_code, error_message);
        delete this;
    }

private:
    std::function<void()> succeeded_;
    V2TIMFailed failed_;
};

template <typename Value, typename Base = V2TIMValueCallback<Value>>
class V2TIMFunctionValueCallback final : public Base {
public:
    V2TIMFunctionValueCallback(std::function<void(const Value&)> succeeded, V2TIMFailed failed)
        : succeeded_(std::move(succeeded)), failed_(std::move(failed)) {}

    void OnSuccess(const Value& value) override {
        succeeded_(value);
        delete this;
    }
    void OnError(int error_code, const V2TIMString& error_message) override {
        failed_(error_code, error_message);
        delete this;
    }

private:
    std::function<void(const Value&)> succeeded_;
    V2TIMFailed failed_;
};

using V2TIMFunctionSendCallback = V2TIMFunctionValueCallback<V2TIMMessage, V2TIMSendCallback>;
