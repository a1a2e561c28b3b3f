package com.example.recall.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The client against the real functions on the local stack, whose demo page's URL is in the system property {@code recall.demo}. Run by
 * test.sh, which starts the stack, with the Maven profile local-stack.
 */
@Tag("local-stack")
@Timeout(120)
class LocalStackTest {
    private final String demo = System.getProperty("recall.demo");
    private final OkHttpClient http = new OkHttpClient();
    private final List<V2TIMManager> managers = new ArrayList<>();
    private final String suffix = "-" + UUID.randomUUID().toString().substring(0, 8);
    private final String alice = "alice" + suffix;
    private final String bob = "bob" + suffix;
    private final CallbackRecorder results = new CallbackRecorder();
    private final CallbackRecorder bobHeard = new CallbackRecorder();
    private V2TIMManager alicesPhone;
    private V2TIMManager bobsPhone;

    @BeforeEach
    void logBothIn() throws IOException, InterruptedException {
        alicesPhone = logIn(alice);
        bobsPhone = logIn(bob);
        listen(bobsPhone, bobHeard);
    }

    @AfterEach
    void logOut() {
        managers.forEach(V2TIMManager::unInitSDK);
    }

    private JsonObject session(String user) throws IOException {
        try (Response response = http.newCall(new Request.Builder().url(demo + "session.json?user=" + user).build()).execute()) {
            return JsonParser.parseString(response.body().string()).getAsJsonObject();
        }
    }

    private void admin(String json) throws IOException {
        RequestBody body = RequestBody.create(json.replace('\'', '"'), MediaType.get("application/json"));
        try (Response response = http.newCall(new Request.Builder().url(demo + "admin").post(body).build()).execute()) {
            String reply = response.body().string();
            assertTrue(JsonParser.parseString(reply).getAsJsonObject().get("ok").getAsBoolean(), reply);
        }
    }

    private V2TIMManager logIn(String user) throws IOException, InterruptedException {
        JsonObject session = session(user);
        V2TIMManager manager = V2TIMManager.newInstance();
        managers.add(manager);
        manager.initSDK(new V2TIMSDKConfig().setServerUrl(session.get("url").getAsString()));
        manager.login(user, session.get("token").getAsString(), results.callback());
        assertEquals("success", results.next());
        return manager;
    }

    private static void listen(V2TIMManager manager, CallbackRecorder heard) {
        manager.messageManager().addAdvancedMsgListener(new V2TIMAdvancedMsgListener() {
            @Override
            public void onRecvNewMessage(V2TIMMessage msg) {
                heard.happened("new " + msg.getTextElem().getText());
            }

            @Override
            public void onRecvMessageRevoked(String msgID, V2TIMUserFullInfo operateUser, String reason) {
                heard.happened("revoked " + msgID + " by " + operateUser.getUserID() + " because " + reason);
            }
        });
    }

    private V2TIMMessage send(V2TIMManager from, String conversation, String text) throws InterruptedException {
        V2TIMMessage message = from.messageManager().createTextMessage(text);
        from.messageManager().sendMessage(message, conversation, results.valueCallback());
        assertEquals(message, results.next());
        return message;
    }

    /** The roles of alice and of bob, as the client of one of them knows them. */
    private List<Integer> roles(V2TIMManager of, String group) throws InterruptedException {
        of.groupManager().getGroupMembersInfo(group, List.of(alice, bob), results.valueCallback());
        List<Integer> roles = new ArrayList<>();
        for (Object member : (List<?>) results.next()) {
            roles.add(((V2TIMGroupMemberFullInfo) member).getRole());
        }
        return roles;
    }

    private String revoke(V2TIMManager by, String conversation, String msgID, String reason) throws InterruptedException {
        by.messageManager().revokeMessage(conversation, msgID, reason, results.callback());
        return (String) results.next();
    }

    @Test
    void aRecallReachesTheOtherAndLeavesNoText() throws InterruptedException {
        V2TIMMessage message = send(alicesPhone, "c2c_" + bob, "secret");
        assertTrue(message.getRecallableUntil() > message.getSentAt());
        assertEquals("new secret", bobHeard.next());
        assertEquals("success", revoke(alicesPhone, "c2c_" + bob, message.getMsgID(), "wrong chat"));
        assertEquals("revoked " + message.getMsgID() + " by " + alice + " because wrong chat", bobHeard.next());
        bobsPhone.messageManager().getC2CHistoryMessageList(alice, 20, null, results.valueCallback());
        V2TIMMessage tombstone = (V2TIMMessage) ((List<?>) results.next()).get(0);
        assertEquals(V2TIMMessage.V2TIM_MSG_STATUS_LOCAL_REVOKED, tombstone.getStatus());
        assertNull(tombstone.getBody());
        assertEquals("wrong chat", tombstone.getRevokeReason());
        assertEquals("success", revoke(alicesPhone, "c2c_" + bob, message.getMsgID(), null), "again by the same user");
    }

    @Test
    void onlyTheSenderRecallsAndWhatIsNotThereIsNotFound() throws InterruptedException {
        V2TIMMessage message = send(alicesPhone, "c2c_" + bob, "hi");
        bobHeard.next();
        assertEquals("error 10032", revoke(bobsPhone, "c2c_" + alice, message.getMsgID(), null));
        assertEquals("error 20022", revoke(bobsPhone, "c2c_" + alice, "01HF7YAT00000000000000B0B1", null));
        V2TIMManager stranger = managers.get(0);
        assertEquals("error 20022", revoke(stranger, "c2c_somebody" + suffix, message.getMsgID(), null));
    }

    @Test
    void whoWasAwayFindsTheTombstoneAndTheUnreadNumberWithoutIt() throws IOException, InterruptedException {
        bobsPhone.logout(results.callback());
        assertEquals("success", results.next());
        V2TIMMessage secret = send(alicesPhone, "c2c_" + bob, "secret");
        send(alicesPhone, "c2c_" + bob, "kept");
        assertEquals("success", revoke(alicesPhone, "c2c_" + bob, secret.getMsgID(), null));
        V2TIMManager again = logIn(bob);
        again.conversationManager().getConversation("c2c_" + alice, results.valueCallback());
        assertEquals(1, ((V2TIMConversation) results.next()).getUnreadCount());
        V2TIMMessageListGetOption held = new V2TIMMessageListGetOption();
        held.setGetType(V2TIMMessageListGetOption.V2TIM_GET_LOCAL_OLDER_MSG);
        held.setUserID(alice);
        again.messageManager().getHistoryMessageList(held, results.valueCallback());
        List<?> messages = (List<?>) results.next();
        assertEquals("kept", ((V2TIMMessage) messages.get(0)).getTextElem().getText());
        assertEquals(V2TIMMessage.V2TIM_MSG_STATUS_LOCAL_REVOKED, ((V2TIMMessage) messages.get(1)).getStatus());
        again.messageManager().markC2CMessageAsRead(alice, results.callback());
        assertEquals("success", results.next());
        again.conversationManager().getTotalUnreadMessageCount(results.valueCallback());
        assertEquals(0L, results.next());
    }

    @Test
    void anotherDeviceOfTheSenderSeesTheMessageAndItsRecall() throws IOException, InterruptedException {
        V2TIMManager tablet = logIn(alice);
        CallbackRecorder tabletHeard = new CallbackRecorder();
        listen(tablet, tabletHeard);
        V2TIMMessage message = send(alicesPhone, "c2c_" + bob, "hi");
        assertEquals("new hi", tabletHeard.next());
        assertEquals("success", revoke(tablet, "c2c_" + bob, message.getMsgID(), null));
        bobHeard.next();
        assertEquals("revoked " + message.getMsgID() + " by " + alice + " because ", bobHeard.next());
        assertTrue(tabletHeard.isQuiet(), "who recalls gets a result and no notice");
    }

    @Test
    void aGroupsModeratorRecallsAnothersMessageAndAMemberCannot() throws IOException, InterruptedException {
        String group = "team" + suffix;
        admin("{'action':'putGroup','group':'" + group + "','name':'Team'}");
        admin("{'action':'putMember','group':'" + group + "','user':'" + alice + "','role':'owner'}");
        admin("{'action':'putMember','group':'" + group + "','user':'" + bob + "','role':'member'}");
        V2TIMMessage ofAlice = send(alicesPhone, "group_" + group, "rules");
        assertEquals("new rules", bobHeard.next());
        assertEquals("error 10032", revoke(bobsPhone, "group_" + group, ofAlice.getMsgID(), null));
        V2TIMMessage ofBob = send(bobsPhone, "group_" + group, "spam");
        assertEquals("success", revoke(alicesPhone, "group_" + group, ofBob.getMsgID(), "off topic"));
        assertEquals(List.of(V2TIMGroupMemberFullInfo.V2TIM_GROUP_MEMBER_ROLE_OWNER, V2TIMGroupMemberFullInfo.V2TIM_GROUP_MEMBER_UNDEFINED),
                roles(alicesPhone, group), "the client knows the role of its own user");
        assertEquals(List.of(V2TIMGroupMemberFullInfo.V2TIM_GROUP_MEMBER_UNDEFINED, V2TIMGroupMemberFullInfo.V2TIM_GROUP_MEMBER_ROLE_MEMBER),
                roles(bobsPhone, group));
        assertEquals("revoked " + ofBob.getMsgID() + " by " + alice + " because off topic", bobHeard.next());
        bobsPhone.messageManager().getGroupHistoryMessageList(group, 20, null, results.valueCallback());
        V2TIMMessage tombstone = (V2TIMMessage) ((List<?>) results.next()).get(0);
        assertEquals("moderator", tombstone.getRevokerRole());
        assertFalse(tombstone.getRevokerInfo().getUserID().equals(bob));
    }
}
