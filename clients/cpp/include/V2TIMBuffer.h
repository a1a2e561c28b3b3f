// Bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

class V2TIMBuffer {
public:
    V2TIMBuffer() = default;
    V2TIMBuffer(const std::uint8_t* data, std::size_t size) : bytes_(data, data + size) {}

    const std::uint8_t* Data() const { return bytes_.data(); }
    std::size_t Size() const { return bytes_.size(); }

private:
    std::vector<std::uint8_t> bytes_;
};
