package com.example.recall.v2;

/** A member of a group. This service keeps no profiles, so the ID is all there is. */
public class V2TIMGroupMemberInfo {
    private final String userID;

    V2TIMGroupMemberInfo(String userID) {
        this.userID = userID;
    }

    public String getUserID() {
        return userID;
    }

    /** Always empty. */
    public String getNickName() {
        return "";
    }

    /** Always empty. */
    public String getFriendRemark() {
        return "";
    }

    /** Always empty. */
    public String getNameCard() {
        return "";
    }

    /** Always empty. */
    public String getFaceUrl() {
        return "";
    }
}
