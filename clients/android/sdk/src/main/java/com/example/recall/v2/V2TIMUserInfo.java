package com.example.recall.v2;

/** A user. This service keeps no profiles, so the ID is all there is. */
public class V2TIMUserInfo {
    private final String userID;

    V2TIMUserInfo(String userID) {
        this.userID = userID;
    }

    public String getUserID() {
        return userID;
    }

    /** Always empty. Show the user ID, or the name that your app knows. */
    public String getNickName() {
        return "";
    }

    /** Always empty. */
    public String getFaceUrl() {
        return "";
    }
}
