package com.example.recall.v2;

/** A user. This service keeps no profiles, so the ID is all there is. */
public final class V2TIMUserFullInfo {
    private final String userID;

    V2TIMUserFullInfo(String userID) {
        this.userID = userID;
    }

    public String getUserID() {
        return userID;
    }
}
