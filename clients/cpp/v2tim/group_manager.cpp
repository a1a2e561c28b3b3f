#include "instance.h"

namespace recall {

void GroupManager::GetGroupMembersInfo(const V2TIMString& groupID, V2TIMStringVector memberList,
                                       V2TIMValueCallback<V2TIMGroupMemberFullInfoVector>* callback) {
    const auto client = instance_.client(callback);
    if (!client || callback == nullptr) return;
    const std::string self = client->user();
    const std::string role = client->conversation(conversationOf("", groupID)).role;
    V2TIMGroupMemberFullInfoVector infos;
    for (const V2TIMString& member : memberList) {
        V2TIMGroupMemberFullInfo info;
        info.userID = member;
        if (member.ToString() == self) info.role = roleOf(role);
        infos.PushBack(info);
    }
    client->post([callback, infos] { callback->OnSuccess(infos); });
}

}  // namespace recall
