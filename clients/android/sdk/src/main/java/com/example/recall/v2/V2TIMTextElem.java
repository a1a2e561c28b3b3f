package com.example.recall.v2;

/** The text of a text message. */
public final class V2TIMTextElem extends V2TIMElem {
    private final String text;

    V2TIMTextElem(String text) {
        this.text = text;
    }

    public String getText() {
        return text;
    }
}
