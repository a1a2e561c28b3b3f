// The list of messages: a list box that draws each as a bubble. The items' texts are what is shown, so that screen readers
// read it too.
#pragma once

#include <windows.h>

#include <optional>
#include <string>

#include "V2TIMMessage.h"

class Bubbles {
public:
    void create(HWND parent, int id);
    HWND handle() const { return list_; }

    void show(const V2TIMMessageVector& newestFirst);
    // The message at a place of the screen, or of the selected bubble where it is (-1, -1), as the menu key says it.
    std::optional<V2TIMMessage> at(POINT screen) const;

    // WM_MEASUREITEM and WM_DRAWITEM
    void measure(MEASUREITEMSTRUCT& item) const;
    void draw(const DRAWITEMSTRUCT& item) const;

private:
    HWND list_ = nullptr;
    V2TIMMessageVector messages_;  // oldest first, as the items
};

// What a bubble says.
std::wstring bubbleText(const V2TIMMessage& message);
