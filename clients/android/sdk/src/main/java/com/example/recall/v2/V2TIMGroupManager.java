package com.example.recall.v2;

import com.example.recall.client.RecallClient;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a screen asks about groups before it offers a recall. Groups are managed on the server and not here. */
public final class V2TIMGroupManager {
    private final V2TIMManager manager;

    V2TIMGroupManager(V2TIMManager manager) {
        this.manager = manager;
    }

    /**
     * The roles of some members of a group, in the order asked for. The client knows only the role of the user who is logged in. All others
     * have the role V2TIM_GROUP_MEMBER_UNDEFINED.
     */
    public void getGroupMembersInfo(String groupID, List<String> memberList,
            @Nullable V2TIMValueCallback<List<V2TIMGroupMemberFullInfo>> callback) {
        RecallClient client = manager.client(callback);
        if (client == null) {
            return;
        }
        List<String> members = new ArrayList<>(memberList);
        client.conversation(ConversationID.ofGroup(groupID), Callbacks.toCallback(callback, conversation -> {
            List<V2TIMGroupMemberFullInfo> infos = new ArrayList<>(members.size());
            for (String member : members) {
                String role = member.equals(manager.getLoginUser()) ? conversation.role() : null;
                infos.add(new V2TIMGroupMemberFullInfo(member, V2TIMGroupMemberFullInfo.numberOf(role)));
            }
            return infos;
        }));
    }
}
