#include "bubbles.h"

#include <windowsx.h>

#include <algorithm>

#include "text.h"

namespace {

constexpr int margin = 8, padding = 10, indent = 90;
constexpr COLORREF paper = RGB(255, 255, 255), own = RGB(149, 236, 105), others = RGB(236, 236, 236),
                   ink = RGB(20, 20, 20), faded = RGB(140, 140, 140);

bool isTombstone(const V2TIMMessage& message) { return message.status == V2TIM_MSG_STATUS_LOCAL_REVOKED; }

SIZE textSize(HDC context, const std::wstring& text, int width) {
    RECT area{0, 0, width - indent - 2 * padding, 0};
    DrawTextW(context, text.c_str(), -1, &area, DT_CALCRECT | DT_WORDBREAK | DT_NOPREFIX);
    return {area.right, area.bottom};
}

}  // namespace

std::wstring bubbleText(const V2TIMMessage& message) {
    if (isTombstone(message)) {
        if (message.isSelf || message.groupID.Empty()) return L"Message recalled";
        return L"Message recalled by " + wide(message.revokerInfo.userID.ToString());
    }
    const auto* text = message.elemList.Empty() ? nullptr : dynamic_cast<const V2TIMTextElem*>(message.elemList[0]);
    return text == nullptr ? L"(something else than text)" : wide(text->text.ToString());
}

void Bubbles::create(HWND parent, int id) {
    list_ = CreateWindowExW(0, L"LISTBOX", L"Messages",
                            WS_CHILD | WS_VISIBLE | WS_VSCROLL | LBS_OWNERDRAWVARIABLE | LBS_HASSTRINGS | LBS_NOTIFY |
                                LBS_NOINTEGRALHEIGHT,
                            0, 0, 0, 0, parent, reinterpret_cast<HMENU>(static_cast<INT_PTR>(id)), nullptr, nullptr);
}

void Bubbles::show(const V2TIMMessageVector& newestFirst) {
    V2TIMMessageVector oldestFirst;
    for (std::size_t place = newestFirst.Size(); place-- > 0;) oldestFirst.PushBack(newestFirst[place]);
    messages_ = std::move(oldestFirst);
    SendMessageW(list_, WM_SETREDRAW, FALSE, 0);
    ListBox_ResetContent(list_);
    for (const V2TIMMessage& message : messages_) {
        SendMessageW(list_, LB_ADDSTRING, 0, reinterpret_cast<LPARAM>(bubbleText(message).c_str()));
    }
    SendMessageW(list_, LB_SETTOPINDEX, messages_.Size() == 0 ? 0 : messages_.Size() - 1, 0);
    SendMessageW(list_, WM_SETREDRAW, TRUE, 0);
    InvalidateRect(list_, nullptr, TRUE);
}

std::optional<V2TIMMessage> Bubbles::at(POINT screen) const {
    int place = ListBox_GetCurSel(list_);
    if (screen.x != -1 || screen.y != -1) {
        POINT point = screen;
        ScreenToClient(list_, &point);
        const auto found = SendMessageW(list_, LB_ITEMFROMPOINT, 0, MAKELPARAM(point.x, point.y));
        place = HIWORD(found) != 0 ? LB_ERR : LOWORD(found);
    }
    if (place < 0 || static_cast<std::size_t>(place) >= messages_.Size()) return std::nullopt;
    return messages_[static_cast<std::size_t>(place)];
}

void Bubbles::measure(MEASUREITEMSTRUCT& item) const {
    item.itemHeight = 0;
    if (item.itemID >= messages_.Size()) return;
    RECT area;
    GetClientRect(list_, &area);
    const HDC context = GetDC(list_);
    const HGDIOBJ before = SelectObject(context, GetStockObject(DEFAULT_GUI_FONT));
    const SIZE size = textSize(context, bubbleText(messages_[item.itemID]), area.right);
    SelectObject(context, before);
    ReleaseDC(list_, context);
    item.itemHeight = static_cast<UINT>(std::min<LONG>(size.cy + 2 * padding + margin, 255));  // a list box knows no more
}

void Bubbles::draw(const DRAWITEMSTRUCT& item) const {
    if (item.itemID >= messages_.Size()) return;
    const V2TIMMessage& message = messages_[item.itemID];
    const bool tombstone = isTombstone(message);
    const std::wstring text = bubbleText(message);
    const HDC context = item.hDC;
    SetDCBrushColor(context, paper);
    FillRect(context, &item.rcItem, static_cast<HBRUSH>(GetStockObject(DC_BRUSH)));
    const HGDIOBJ font = SelectObject(context, GetStockObject(DEFAULT_GUI_FONT));
    const SIZE size = textSize(context, text, item.rcItem.right);

    RECT bubble = item.rcItem;
    bubble.top += margin / 2;
    bubble.bottom -= margin / 2;
    const int width = size.cx + 2 * padding;
    if (tombstone) bubble.left = (bubble.left + bubble.right - width) / 2;
    else if (message.isSelf) bubble.left = bubble.right - margin - width;
    else bubble.left += margin;
    bubble.right = bubble.left + width;
    if (!tombstone) {
        const HGDIOBJ brush = SelectObject(context, GetStockObject(DC_BRUSH));
        const HGDIOBJ pen = SelectObject(context, GetStockObject(DC_PEN));
        SetDCBrushColor(context, message.isSelf ? own : others);
        SetDCPenColor(context, (item.itemState & ODS_SELECTED) != 0 ? faded : message.isSelf ? own : others);
        RoundRect(context, bubble.left, bubble.top, bubble.right, bubble.bottom, padding, padding);
        SelectObject(context, pen);
        SelectObject(context, brush);
    }
    InflateRect(&bubble, -padding, -padding);
    SetBkMode(context, TRANSPARENT);
    SetTextColor(context, tombstone ? faded : ink);
    DrawTextW(context, text.c_str(), -1, &bubble, DT_WORDBREAK | DT_NOPREFIX);
    SelectObject(context, font);
}
