package com.example.recall.kotlin

import com.example.recall.v2.V2TIMManager

/** The example of the README. */
internal class Example(private val manager: V2TIMManager, private val show: (String) -> Unit) {
    suspend fun sendAndRecall(userID: String, token: String) {
        manager.login(userID, token)
        val message = manager.sendText("c2c_bob", "to the wrong person")
        try {
            manager.revoke(message)
            show("Message recalled")
        } catch (failure: RecallException) {
            show("Not recalled: ${failure.code}")
        }
    }

    suspend fun receive() {
        manager.recalledMessages().collect { tombstone ->
            show("${tombstone.msgID} recalled by ${tombstone.revokerInfo?.userID}")
        }
    }
}
