// Lists of the V2TIM-shaped interface, and all that is made of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "V2TIMBuffer.h"
#include "V2TIMString.h"

template <typename Item>
class V2TIMVector {
public:
    void PushBack(Item item) { items_.push_back(std::move(item)); }
    void PopBack() { items_.pop_back(); }
    std::size_t Size() const { return items_.size(); }
    bool Empty() const { return items_.empty(); }
    void Clear() { items_.clear(); }
    void Erase(std::size_t index) { items_.erase(items_.begin() + static_cast<std::ptrdiff_t>(index)); }
    Item& operator[](std::size_t index) { return items_[index]; }
    const Item& operator[](std::size_t index) const { return items_[index]; }

    // Not in V2TIM.
    auto begin() const { return items_.begin(); }
    auto end() const { return items_.end(); }
    auto begin() { return items_.begin(); }
    auto end() { return items_.end(); }

private:
    std::vector<Item> items_;
};

using V2TIMStringVector = V2TIMVector<V2TIMString>;
