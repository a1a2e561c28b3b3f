// UTF-8 text.
#pragma once

#include <cstddef>
#include <string>

class V2TIMString {
public:
    V2TIMString() = default;
    V2TIMString(const char* text) : text_(text == nullptr ? "" : text) {}
    V2TIMString(const char* text, std::size_t size) : text_(text, size) {}
    V2TIMString(std::string text) : text_(std::move(text)) {}

    const char* CString() const { return text_.c_str(); }
    std::size_t Size() const { return text_.size(); }
    std::size_t Length() const { return text_.size(); }
    bool Empty() const { return text_.empty(); }
    // A byte, which must be there.
    char& operator[](int index) { return text_[static_cast<std::size_t>(index)]; }

    bool operator==(const V2TIMString& other) const { return text_ == other.text_; }
    bool operator!=(const V2TIMString& other) const { return text_ != other.text_; }
    bool operator<(const V2TIMString& other) const { return text_ < other.text_; }

    // Not in V2TIM.
    const std::string& ToString() const { return text_; }
    V2TIMString operator+(const V2TIMString& other) const { return V2TIMString(text_ + other.text_); }

private:
    std::string text_;
};
