// What a screen asks about groups before it offers a recall. Groups are managed on the server and not here.
#pragma once

#include "V2TIMCallback.h"
#include "V2TIMGroup.h"

class V2TIMGroupManager {
public:
    virtual ~V2TIMGroupManager() = default;
    // The roles of some members, in the order asked for. The client knows only the role of the user who is logged in. All
    // others have the role V2TIM_GROUP_MEMBER_UNDEFINED.
    virtual void GetGroupMembersInfo(const V2TIMString& groupID, V2TIMStringVector memberList,
                                     V2TIMValueCallback<V2TIMGroupMemberFullInfoVector>* callback) = 0;
};
