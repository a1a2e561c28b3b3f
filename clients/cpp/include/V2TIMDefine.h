// Strings, lists and buffers of the V2TIM-shaped interface.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

// UTF-8 text.
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
    const std::string& ToString() const { return text_; }

    bool operator==(const V2TIMString& other) const { return text_ == other.text_; }
    bool operator!=(const V2TIMString& other) const { return text_ != other.text_; }
    bool operator<(const V2TIMString& other) const { return text_ < other.text_; }
    V2TIMString operator+(const V2TIMString& other) const { return V2TIMString(text_ + other.text_); }

private:
    std::string text_;
};

template <typename Item>
class V2TIMVector {
public:
    void PushBack(Item item) { items_.push_back(std::move(item)); }
    std::size_t Size() const { return items_.size(); }
    bool Empty() const { return items_.empty(); }
    Item& operator[](std::size_t index) { return items_[index]; }
    const Item& operator[](std::size_t index) const { return items_[index]; }
    auto begin() const { return items_.begin(); }
    auto end() const { return items_.end(); }
    auto begin() { return items_.begin(); }
    auto end() { return items_.end(); }

private:
    std::vector<Item> items_;
};

class V2TIMBuffer {
public:
    V2TIMBuffer() = default;
    V2TIMBuffer(const std::uint8_t* data, std::size_t size) : bytes_(data, data + size) {}

    const std::uint8_t* Data() const { return bytes_.data(); }
    std::size_t Size() const { return bytes_.size(); }

private:
    std::vector<std::uint8_t> bytes_;
};
