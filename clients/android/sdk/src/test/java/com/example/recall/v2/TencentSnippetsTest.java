package com.example.recall.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The samples of Tencent's page about recalling messages, as they stand there: only the end of the second, which the page lacks, is added. */
@Timeout(60)
class TencentSnippetsTest {
    private final CallbackRecorder asked = new CallbackRecorder();
    private final Iterable<V2TIMMessage> msgList = () -> {
        asked.happened("the listener looks for the message");
        return Collections.emptyIterator();
    };

    private static void recall(V2TIMMessage v2TIMMessage) {
// From Tencent's page: "Recalling a Message (by the Sender)", Android.
V2TIMManager.getMessageManager().revokeMessage(v2TIMMessage, new V2TIMCallback() {
	@Override
	public void onError(int code, String desc) {
		// The message failed to be recalled
	}
	@Override
	public void onSuccess() {
		// Message recalled successfully
	}
});
    }

    private void listen() {
// From Tencent's page: "Noticing a Message Recall (by the Receiver)", Android.
V2TIMManager.getMessageManager().addAdvancedMsgListener(new V2TIMAdvancedMsgListener() {
	@Override
	public void onRecvMessageRevoked(String msgID) {
		// `msgList` is the message list on the current chat interface
		for (V2TIMMessage msg : msgList) {
			if (msg.getMsgID().equals(msgID)) {
				// `msg` is the recalled message. You need to change the corresponding message bubble state on the UI.
			}
		}
	}
}
);
    }

    @Test
    void theSamplesRecallAndHearOfARecall() throws IOException, InterruptedException {
        CallbackRecorder results = new CallbackRecorder();
        CallbackRecorder heard = new CallbackRecorder();
        V2TIMManager bob = V2TIMManager.newInstance();
        try (BackendInMemory backend = new BackendInMemory()) {
            V2TIMSDKConfig config = new V2TIMSDKConfig().setServerUrl(backend.url());
            V2TIMManager.getInstance().initSDK(null, 0, config);
            V2TIMManager.getInstance().login("alice", "token-of-alice", results.callback());
            results.next();
            bob.initSDK(null, 0, config);
            bob.login("bob", "token-of-bob", results.callback());
            results.next();
            bob.messageManager().addAdvancedMsgListener(new V2TIMAdvancedMsgListener() {
                @Override
                public void onRecvMessageRevoked(String msgID) {
                    heard.happened(msgID);
                }
            });
            V2TIMMessage fromAlice = V2TIMManager.getMessageManager().createTextMessage("to the wrong person");
            V2TIMManager.getMessageManager().sendMessage(fromAlice, "bob", null, 0, false, null, results.valueCallback());
            results.next();
            recall(fromAlice);
            assertEquals(fromAlice.getMsgID(), heard.next());

            listen();
            V2TIMMessage fromBob = bob.messageManager().createTextMessage("to the wrong person");
            bob.messageManager().sendMessage(fromBob, "alice", null, 0, false, null, results.valueCallback());
            results.next();
            bob.messageManager().revokeMessage(fromBob, results.callback());
            assertEquals("the listener looks for the message", asked.next());
        } finally {
            bob.unInitSDK();
            V2TIMManager.getInstance().unInitSDK();
        }
    }
}
