package com.example.recall.driver;

import com.example.recall.v2.V2TIMMessage;
import com.example.recall.v2.V2TIMSendCallback;

/** Prints the result of a send. */
class SendResult extends ValueResult<V2TIMMessage> implements V2TIMSendCallback<V2TIMMessage> {
    SendResult(Output output, String call) {
        super(output, call);
    }
}
