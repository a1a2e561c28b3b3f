package com.example.recall.v2;

import java.nio.charset.StandardCharsets;

/** The data of a custom message: a JSON object in UTF-8. */
public final class V2TIMCustomElem extends V2TIMElem {
    private final String body;

    V2TIMCustomElem(String body) {
        this.body = body;
    }

    public byte[] getData() {
        return body.getBytes(StandardCharsets.UTF_8);
    }

    /** Always empty. V2TIM shows it in push notifications. */
    public String getDescription() {
        return "";
    }

    /** Always empty. V2TIM puts it into push notifications. */
    public byte[] getExtension() {
        return new byte[0];
    }
}
