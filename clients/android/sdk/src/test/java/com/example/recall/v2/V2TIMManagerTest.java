package com.example.recall.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** V2TIM's calls, over real sockets. */
@Timeout(60)
class V2TIMManagerTest extends TwoUsers {
    @BeforeEach
    void hear() {
        bob.messageManager().addAdvancedMsgListener(new V2TIMAdvancedMsgListener() {
            @Override
            public void onRecvNewMessage(V2TIMMessage msg) {
                bobHeard.happened(msg);
            }

            @Override
            public void onRecvMessageRevoked(String msgID) {
                bobHeard.happened("revoked " + msgID);
            }

            @Override
            public void onRecvMessageRevoked(String msgID, V2TIMUserFullInfo operateUser, String reason) {
                bobHeard.happened("revoked " + msgID + " by " + operateUser.getUserID() + " because " + reason);
            }
        });
    }

    private V2TIMMessage sent(String text) throws InterruptedException {
        V2TIMMessage message = alice.messageManager().createTextMessage(text);
        String msgID = alice.messageManager().sendMessage(message, "bob", null, V2TIMMessage.V2TIM_PRIORITY_DEFAULT, false, null,
                results.valueCallback());
        assertSame(message, results.next());
        assertEquals(msgID, message.getMsgID());
        return message;
    }

    @Test
    void aMessageArrivesWithEverythingThatV2timTellsOfIt() throws InterruptedException {
        V2TIMMessage message = sent("hello \uD83D\uDE00");
        assertEquals(V2TIMMessage.V2TIM_MSG_STATUS_SEND_SUCC, message.getStatus());
        assertTrue(message.isSelf());
        V2TIMMessage received = (V2TIMMessage) bobHeard.next();
        assertEquals(message.getMsgID(), received.getMsgID());
        assertEquals("hello \uD83D\uDE00", received.getTextElem().getText());
        assertEquals(V2TIMMessage.V2TIM_ELEM_TYPE_TEXT, received.getElemType());
        assertEquals("alice", received.getSender());
        assertEquals("alice", received.getUserID());
        assertNull(received.getGroupID());
        assertFalse(received.isSelf());
        assertEquals(received.getSentAt() / 1000, received.getTimestamp());
    }

    @Test
    void aDeviceGetsTheNotificationsOfTheUserWhoRegisteredItLast() throws InterruptedException {
        V2TIMOfflinePushConfig config = new V2TIMOfflinePushConfig(0, "token-of-the-phone");
        alice.offlinePushManager().setOfflinePushConfig(config, results.callback());
        assertEquals("success", results.next());
        assertEquals("alice", backend.userOf("token-of-the-phone"));
        bob.offlinePushManager().setOfflinePushConfig(config, results.callback());
        assertEquals("success", results.next());
        assertEquals("bob", backend.userOf("token-of-the-phone"));
        bob.offlinePushManager().removeOfflinePushConfig(config, results.callback());
        assertEquals("success", results.next());
        assertNull(backend.userOf("token-of-the-phone"));
    }

    @Test
    void aRecallCallsBothFormsOfTheListenerAndLeavesATombstoneOnBothSides() throws InterruptedException {
        V2TIMMessage message = sent("secret");
        bobHeard.next();
        alice.messageManager().revokeMessage(message, results.callback());
        assertEquals("success", results.next());
        assertEquals(V2TIMMessage.V2TIM_MSG_STATUS_LOCAL_REVOKED, message.getStatus());
        assertEquals("alice", message.getRevokerInfo().getUserID());
        assertEquals("", message.getRevokerInfo().getNickName());
        assertNull(message.getBody());
        assertEquals("revoked " + message.getMsgID(), bobHeard.next());
        assertEquals("revoked " + message.getMsgID() + " by alice because ", bobHeard.next());
        bob.messageManager().findMessages(List.of(message.getMsgID()), results.valueCallback());
        V2TIMMessage held = (V2TIMMessage) ((List<?>) results.next()).get(0);
        assertEquals(V2TIMMessage.V2TIM_MSG_STATUS_LOCAL_REVOKED, held.getStatus());
        assertNull(held.getBody());
        assertEquals(V2TIMMessage.V2TIM_ELEM_TYPE_NONE, held.getElemType());
    }

    @Test
    void whoRecalledTheirOwnMessageCanEditItAgainAndNobodyElse() throws IOException, ClassNotFoundException, InterruptedException {
        V2TIMMessage message = sent("secret");
        V2TIMMessage received = (V2TIMMessage) bobHeard.next();
        alice.messageManager().revokeMessage(message, results.callback());
        assertEquals("success", results.next());
        assertEquals(V2TIMMessage.V2TIM_ELEM_TYPE_TEXT, message.getElemType());
        assertEquals("secret", message.getTextElem().getText());
        assertNull(copied(message).getTextElem(), "what is written to a disk has no text");

        bob.messageManager().revokeMessage(received, results.callback());
        assertEquals("success", results.next());
        assertEquals(V2TIMMessage.V2TIM_ELEM_TYPE_NONE, received.getElemType());
        assertNull(received.getTextElem());
    }

    @Test
    void aMessageAndATombstoneSurviveSerialization() throws IOException, ClassNotFoundException, InterruptedException {
        V2TIMMessage message = sent("hello");
        assertEquals("hello", copied(message).getTextElem().getText());
        assertEquals(message.getMsgID(), copied(message).getMsgID());
        alice.messageManager().revokeMessage(message, results.callback());
        assertEquals("success", results.next());
        V2TIMMessage tombstone = copied(message);
        assertEquals(V2TIMMessage.V2TIM_MSG_STATUS_LOCAL_REVOKED, tombstone.getStatus());
        assertEquals("alice", tombstone.getRevokerInfo().getUserID());
        assertNull(tombstone.getBody());
    }

    /** The message after a way through bytes, as in an Android Bundle. */
    private static V2TIMMessage copied(V2TIMMessage message) throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream output = new ObjectOutputStream(bytes)) {
            output.writeObject(message);
        }
        try (ObjectInputStream input = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (V2TIMMessage) input.readObject();
        }
    }

    @Test
    void customDataArrivesAsItWasGiven() throws InterruptedException {
        byte[] data = "{\"businessID\":\"link\",\"title\":\"\u00e9\"}".getBytes(StandardCharsets.UTF_8);
        V2TIMMessage message = alice.messageManager().createCustomMessage(data, "for a notification", new byte[] {1});
        alice.messageManager().sendMessage(message, "bob", null, 0, false, null, results.valueCallback());
        assertSame(message, results.next());
        V2TIMMessage received = (V2TIMMessage) bobHeard.next();
        assertEquals(V2TIMMessage.V2TIM_ELEM_TYPE_CUSTOM, received.getElemType());
        assertEquals(new String(data, StandardCharsets.UTF_8), new String(received.getCustomElem().getData(), StandardCharsets.UTF_8));
        assertNull(received.getTextElem());
    }

    @Test
    void customDataThatIsNotUtf8IsRefusedAndNotChanged() throws InterruptedException {
        V2TIMMessage message = alice.messageManager().createCustomMessage(new byte[] {'{', '"', (byte) 0xFF, '"', ':', '1', '}'});
        assertNull(alice.messageManager().sendMessage(message, "bob", null, 0, false, null, results.valueCallback()));
        assertEquals("error 6017", results.next());
    }

    @ParameterizedTest
    @ValueSource(strings = {"[1]", "7", "{", "", "null"})
    void aBodyThatIsNoObjectHasNoTextAndIsRefusedOnlyWhenItIsSent(String body) throws InterruptedException {
        V2TIMMessage message = alice.messageManager().createJsonMessage(body);
        assertEquals(V2TIMMessage.V2TIM_ELEM_TYPE_CUSTOM, message.getElemType());
        assertNull(message.getTextElem());
        assertNull(alice.messageManager().sendMessage(message, "c2c_bob", results.valueCallback()));
        assertEquals("error 6017", results.next());
    }

    @Test
    void aRecallByIdsAloneWithAReasonReachesTheOther() throws InterruptedException {
        V2TIMMessage message = sent("secret");
        bobHeard.next();
        alice.messageManager().revokeMessage("c2c_bob", message.getMsgID(), "wrong chat", results.callback());
        assertEquals("success", results.next());
        bobHeard.next();
        assertEquals("revoked " + message.getMsgID() + " by alice because wrong chat", bobHeard.next());
    }

    @Test
    void aRefusedRecallTellsTheCode() throws InterruptedException {
        V2TIMMessage message = sent("secret");
        backend.refuseRevocationsWith(20016);
        alice.messageManager().revokeMessage(message, results.callback());
        assertEquals("error 20016", results.next());
        assertEquals(V2TIMMessage.V2TIM_MSG_STATUS_SEND_SUCC, message.getStatus());
    }

    @Test
    void historyIsNewestFirstWithTombstones() throws InterruptedException {
        V2TIMMessage first = sent("one");
        V2TIMMessage second = sent("two");
        alice.messageManager().revokeMessage(first, results.callback());
        results.next();
        alice.messageManager().getC2CHistoryMessageList("bob", 20, null, results.valueCallback());
        List<?> page = (List<?>) results.next();
        assertEquals(second.getMsgID(), ((V2TIMMessage) page.get(0)).getMsgID());
        assertEquals(V2TIMMessage.V2TIM_MSG_STATUS_LOCAL_REVOKED, ((V2TIMMessage) page.get(1)).getStatus());
        alice.messageManager().getC2CHistoryMessageList("bob", 20, second, results.valueCallback());
        assertEquals(1, ((List<?>) results.next()).size());
    }

    @Test
    void newerMessagesAreThoseHeldAfterOneAndTheServerIsNotAskedForThem() throws InterruptedException {
        V2TIMMessage first = sent("one");
        V2TIMMessage second = sent("two");
        V2TIMMessage third = sent("three");
        V2TIMMessageListGetOption option = new V2TIMMessageListGetOption();
        option.setUserID("bob");
        option.setGetType(V2TIMMessageListGetOption.V2TIM_GET_LOCAL_NEWER_MSG);
        option.setLastMsg(first);
        alice.messageManager().getHistoryMessageList(option, results.valueCallback());
        assertEquals(List.of(second.getMsgID(), third.getMsgID()), ids(results.next()));
        option.setLastMsg(null);
        option.setCount(1);
        alice.messageManager().getHistoryMessageList(option, results.valueCallback());
        assertEquals(List.of(first.getMsgID()), ids(results.next()));
        option.setGetType(V2TIMMessageListGetOption.V2TIM_GET_CLOUD_NEWER_MSG);
        alice.messageManager().getHistoryMessageList(option, results.valueCallback());
        assertEquals("error 6017", results.next());
    }

    private static List<String> ids(Object messages) {
        List<String> ids = new ArrayList<>();
        for (Object message : (List<?>) messages) {
            ids.add(((V2TIMMessage) message).getMsgID());
        }
        return ids;
    }

    @Test
    void aMessageIsRecalledAndNeverChanged() throws InterruptedException {
        V2TIMMessage message = sent("one");
        alice.messageManager().modifyMessage(message, (code, desc, value) -> results.happened(code));
        assertEquals(7013, results.next());
    }

    @Test
    void aConversationListenerHearsOfTheListOfNewConversationsAndOfTheUnreadNumber() throws InterruptedException {
        CallbackRecorder told = new CallbackRecorder();
        Thread caller = Thread.currentThread();
        V2TIMManager carol = V2TIMManager.newInstance();
        carol.initSDK(new V2TIMSDKConfig().setServerUrl(backend.url()));
        carol.conversationManager().addConversationListener(new V2TIMConversationListener() {
            @Override
            public void onSyncServerStart() {
                told.happened(Thread.currentThread() == caller ? "start on the caller's thread" : "start");
            }

            @Override
            public void onSyncServerFinish() {
                told.happened("finish");
            }

            @Override
            public void onNewConversation(List<V2TIMConversation> list) {
                told.happened("new " + list.get(0).getShowName());
            }

            @Override
            public void onConversationChanged(List<V2TIMConversation> list) {
                told.happened("changed " + list.get(0).getConversationID());
            }

            @Override
            public void onTotalUnreadMessageCountChanged(long total) {
                told.happened(total);
            }
        });
        carol.login("carol", "token-of-carol", results.callback());
        assertEquals("success", results.next());
        assertEquals(List.of("start", "finish"), List.of(told.next(), told.next()));
        alice.messageManager().sendMessage(alice.messageManager().createTextMessage("hi"), "c2c_carol", results.valueCallback());
        V2TIMMessage first = (V2TIMMessage) results.next();
        assertEquals("new alice", told.next());
        assertEquals(1L, next(told, "changed c2c_alice"));
        alice.messageManager().revokeMessage(first, results.callback());
        assertEquals("success", results.next());
        assertEquals(0L, next(told, "changed c2c_alice"));
        carol.unInitSDK();
    }

    /** What happens next, after any number of the same thing. */
    private static Object next(CallbackRecorder told, Object repeated) throws InterruptedException {
        Object next = told.next();
        while (next.equals(repeated)) {
            next = told.next();
        }
        return next;
    }

    @Test
    void unreadAndTheConversationListFollowMessagesAndRecalls() throws InterruptedException {
        V2TIMMessage message = sent("one");
        bobHeard.next();
        bob.conversationManager().getTotalUnreadMessageCount(results.valueCallback());
        assertEquals(1L, results.next());
        alice.messageManager().revokeMessage(message, results.callback());
        results.next();
        bobHeard.next();
        bob.conversationManager().getConversationList(0, 10, results.valueCallback());
        V2TIMConversationResult list = (V2TIMConversationResult) results.next();
        V2TIMConversation line = list.getConversationList().get(0);
        assertEquals("c2c_alice", line.getConversationID());
        assertEquals(V2TIMConversation.V2TIM_C2C, line.getType());
        assertEquals(0, line.getUnreadCount());
        assertEquals(V2TIMMessage.V2TIM_MSG_STATUS_LOCAL_REVOKED, line.getLastMessage().getStatus());
        assertTrue(list.isFinished());
        bob.messageManager().markC2CMessageAsRead("alice", results.callback());
        assertEquals("success", results.next());
    }

    @Test
    void aListenerThatWasRemovedHearsNothing() throws InterruptedException {
        CallbackRecorder other = new CallbackRecorder();
        V2TIMAdvancedMsgListener listener = new V2TIMAdvancedMsgListener() {
            @Override
            public void onRecvNewMessage(V2TIMMessage msg) {
                other.happened(msg);
            }
        };
        bob.messageManager().addAdvancedMsgListener(listener);
        bob.messageManager().removeAdvancedMsgListener(listener);
        sent("hi");
        bobHeard.next();
        assertTrue(other.isQuiet());
    }

    @Test
    void logoutForgetsAndCallsFailUntilTheNextLogin() throws InterruptedException {
        sent("hi");
        alice.logout(results.callback());
        assertEquals("success", results.next());
        assertEquals(V2TIMManager.V2TIM_STATUS_LOGOUT, alice.getLoginStatus());
        assertNull(alice.messageManager().sendMessage(alice.messageManager().createTextMessage("x"), "c2c_bob", results.valueCallback()));
        assertEquals("error 9508", results.next());
        alice.login("alice", "token-of-alice", results.callback());
        assertEquals("success", results.next());
        assertEquals(V2TIMManager.V2TIM_STATUS_LOGINED, alice.getLoginStatus());
    }

    @Test
    void aRefusedTokenWithoutProviderFailsTheLoginAndTellsTheApp() throws InterruptedException {
        CallbackRecorder told = new CallbackRecorder();
        V2TIMManager stranger = V2TIMManager.newInstance();
        stranger.initSDK(new V2TIMSDKConfig().setServerUrl(backend.url()));
        stranger.addIMSDKListener(new V2TIMSDKListener() {
            @Override
            public void onUserSigExpired() {
                told.happened("expired");
            }
        });
        stranger.login("mallory", "forged", results.callback());
        assertEquals("error 6206", results.next());
        assertEquals("expired", told.next());
        stranger.unInitSDK();
    }

    @Test
    void whatIsNotSupportedIsRefused() throws InterruptedException {
        alice.messageManager().sendMessage(alice.messageManager().createTextMessage("x"), "bob", null, 0, true, null,
                results.valueCallback());
        assertEquals("error 6017", results.next());
        alice.messageManager().sendMessage(alice.messageManager().createJsonMessage("[]"), "c2c_bob", results.valueCallback());
        assertEquals("error 6017", results.next());
        alice.conversationManager().cleanConversationUnreadMessageCount("c2c_bob", 5, 0, results.callback());
        assertEquals("error 6017", results.next());
    }

    @Test
    void withoutInitialisationNothingWorksAndASecondOneIsRefused() throws InterruptedException {
        V2TIMManager fresh = V2TIMManager.newInstance();
        fresh.login("a", "t", results.callback());
        assertEquals("error 6013", results.next());
        assertFalse(fresh.initSDK(new V2TIMSDKConfig()));
        assertFalse(alice.initSDK(new V2TIMSDKConfig().setServerUrl("ws://127.0.0.1/")));
    }

    @Test
    void theSingletonIsOne() {
        assertSame(V2TIMManager.getInstance(), V2TIMManager.getInstance());
        assertSame(V2TIMManager.getMessageManager(), V2TIMManager.getInstance().messageManager());
        assertSame(V2TIMManager.getConversationManager(), V2TIMManager.getInstance().conversationManager());
        assertSame(V2TIMManager.getGroupManager(), V2TIMManager.getInstance().groupManager());
    }
}
