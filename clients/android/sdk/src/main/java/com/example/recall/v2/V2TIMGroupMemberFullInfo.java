package com.example.recall.v2;

/** A member of a group, with their role. */
public final class V2TIMGroupMemberFullInfo extends V2TIMGroupMemberInfo {
    /** The role is not known here. */
    public static final int V2TIM_GROUP_MEMBER_UNDEFINED = 0;
    public static final int V2TIM_GROUP_MEMBER_ROLE_MEMBER = 200;
    /** May recall the messages of all members, as the owner. */
    public static final int V2TIM_GROUP_MEMBER_ROLE_ADMIN = 300;
    public static final int V2TIM_GROUP_MEMBER_ROLE_OWNER = 400;

    private final int role;

    V2TIMGroupMemberFullInfo(String userID, int role) {
        super(userID);
        this.role = role;
    }

    /** One of the V2TIM_GROUP_MEMBER_… constants. */
    public int getRole() {
        return role;
    }

    /** Tencent's number for a role of this service, which may be null. */
    static int numberOf(String role) {
        if ("owner".equals(role)) {
            return V2TIM_GROUP_MEMBER_ROLE_OWNER;
        }
        if ("admin".equals(role)) {
            return V2TIM_GROUP_MEMBER_ROLE_ADMIN;
        }
        return "member".equals(role) ? V2TIM_GROUP_MEMBER_ROLE_MEMBER : V2TIM_GROUP_MEMBER_UNDEFINED;
    }
}
