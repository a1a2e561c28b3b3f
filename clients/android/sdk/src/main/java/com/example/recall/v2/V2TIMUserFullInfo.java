package com.example.recall.v2;

/** A user, for example who recalled a message. */
public final class V2TIMUserFullInfo extends V2TIMUserInfo {
    V2TIMUserFullInfo(String userID) {
        super(userID);
    }
}
