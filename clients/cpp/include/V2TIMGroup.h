// Members of groups.
#pragma once

#include "V2TIMDefine.h"

enum V2TIMGroupMemberRole {
    V2TIM_GROUP_MEMBER_UNDEFINED = 0,  // not known here
    V2TIM_GROUP_MEMBER_ROLE_MEMBER = 200,
    V2TIM_GROUP_MEMBER_ROLE_ADMIN = 300,  // may recall the messages of all members, as the owner
    V2TIM_GROUP_MEMBER_ROLE_SUPER = 400,  // the owner
};

// The service keeps no profiles: names and pictures are empty.
struct V2TIMGroupMemberInfo {
    V2TIMString userID;
    V2TIMString nickName;
    V2TIMString friendRemark;
    V2TIMString nameCard;
    V2TIMString faceURL;
};

struct V2TIMGroupMemberFullInfo : V2TIMGroupMemberInfo {
    uint32_t role = V2TIM_GROUP_MEMBER_UNDEFINED;
};

using V2TIMGroupMemberFullInfoVector = V2TIMVector<V2TIMGroupMemberFullInfo>;
