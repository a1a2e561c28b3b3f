/** Coroutines and flows over the calls and listeners of V2TIM. */
package com.example.recall.kotlin

import com.example.recall.client.Attachment
import com.example.recall.client.UnsentMessage
import com.example.recall.v2.V2TIMAdvancedMsgListener
import com.example.recall.v2.V2TIMCallback
import com.example.recall.v2.V2TIMConversation
import com.example.recall.v2.V2TIMConversationListener
import com.example.recall.v2.V2TIMConversationResult
import com.example.recall.v2.V2TIMManager
import com.example.recall.v2.V2TIMMessage
import com.example.recall.v2.V2TIMMessageListGetOption
import com.example.recall.v2.V2TIMOfflinePushConfig
import com.example.recall.v2.V2TIMSDKListener
import com.example.recall.v2.V2TIMValueCallback
import kotlin.coroutines.resume
import kotlin.coroutines.resumeWithException
import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.channels.awaitClose
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.buffer
import kotlinx.coroutines.flow.callbackFlow
import kotlinx.coroutines.suspendCancellableCoroutine

/**
 * A call failed. [code] is one of `com.example.recall.BaseConstants` or `com.example.recall.client.ErrorCode`, and [description] is English for
 * developers.
 */
public class RecallException(public val code: Int, public val description: String) : Exception("$code: $description")

/** Connects, and returns after the first synchronisation. */
public suspend fun V2TIMManager.login(userID: String, token: String): Unit = awaitCallback { login(userID, token, it) }

/** Disconnects, and forgets what is held and stored of the user. */
public suspend fun V2TIMManager.logout(): Unit = awaitCallback { logout(it) }

/** Sends a text to a conversation, `c2c_<user ID>` or `group_<group ID>`, and returns the stored message. */
public suspend fun V2TIMManager.sendText(conversationID: String, text: String): V2TIMMessage =
    send(conversationID, messageManager().createTextMessage(text))

/**
 * Sends a message to a conversation, and returns it when it is stored. If this fails because there was no answer, call it again with the same
 * message: it is stored once. A coroutine that is cancelled does not wait any more, but the message is sent.
 */
public suspend fun V2TIMManager.send(conversationID: String, message: V2TIMMessage): V2TIMMessage =
    awaitValue { messageManager().sendMessage(message, conversationID, it) }

/** Uploads a file for messages that name it with `setAttachments`. The type is such as `image/png`. */
public suspend fun V2TIMManager.uploadFile(path: String, name: String, type: String): Attachment =
    awaitValue { messageManager().uploadFile(path, name, type, it) }

/** Downloads a file of a message to a path. It fails with 20023 when the message is recalled meanwhile, and leaves nothing on the device. */
public suspend fun V2TIMManager.downloadFile(message: V2TIMMessage, attachment: Attachment, path: String): Unit =
    awaitCallback { messageManager().downloadAttachment(message.conversationID!!, message.msgID!!, attachment.attachmentId(), path, it) }

/** Registers this device for notifications, by the token that Firebase Cloud Messaging gave. Call it after each login. */
public suspend fun V2TIMManager.registerPush(token: String): Unit =
    awaitCallback { offlinePushManager().setOfflinePushConfig(V2TIMOfflinePushConfig(0, token), it) }

/** Ends the notifications of this device. Call it before a logout, which does not end them. */
public suspend fun V2TIMManager.unregisterPush(token: String): Unit =
    awaitCallback { offlinePushManager().removeOfflinePushConfig(V2TIMOfflinePushConfig(0, token), it) }

/** Recalls a message. Its status is then `V2TIM_MSG_STATUS_LOCAL_REVOKED`. */
public suspend fun V2TIMManager.revoke(message: V2TIMMessage): Unit = awaitCallback { messageManager().revokeMessage(message, it) }

/** Recalls a message by its IDs, with a reason of up to 256 bytes that the members see. */
public suspend fun V2TIMManager.revoke(conversationID: String, msgID: String, reason: String? = null): Unit =
    awaitCallback { messageManager().revokeMessage(conversationID, msgID, reason, it) }

/** Messages from the server, or from what the device holds, newest first, recalled ones included. */
public suspend fun V2TIMManager.history(option: V2TIMMessageListGetOption): List<V2TIMMessage> =
    awaitValue { messageManager().getHistoryMessageList(option, it) }

/**
 * The user's own messages of a conversation that have no good answer yet, oldest first, also those of an earlier process. One with a
 * `failedWith()` is not sent again by itself: recall it by its ID, or send it with `sendMessageAgain` of the message manager.
 */
public suspend fun V2TIMManager.unsentMessages(conversationID: String): List<UnsentMessage> =
    awaitValue { messageManager().getUnsentMessages(conversationID, it) }

/** Removes everything that is stored of a user who is not logged in, for a "sign out". */
public suspend fun V2TIMManager.clearStorage(userID: String): Unit = awaitCallback { clearStorage(userID, it) }

/** A page of the conversation list, latest change first. It begins with `nextSeq` 0. */
public suspend fun V2TIMManager.conversations(nextSeq: Long = 0, count: Int = 100): V2TIMConversationResult =
    awaitValue { conversationManager().getConversationList(nextSeq, count, it) }

/** Every new message, from the moment of collecting. Nothing is dropped, however slow the collector is. */
public fun V2TIMManager.newMessages(): Flow<V2TIMMessage> = listening { emit ->
    val listener = object : V2TIMAdvancedMsgListener() {
        override fun onRecvNewMessage(msg: V2TIMMessage) = emit(msg)
    }
    messageManager().addAdvancedMsgListener(listener)
    return@listening { messageManager().removeAdvancedMsgListener(listener) }
}

/** The tombstone of every message that is recalled, from the moment of collecting: change its bubble to "Message recalled". */
public fun V2TIMManager.recalledMessages(): Flow<V2TIMMessage> = listening { emit ->
    val listener = object : V2TIMAdvancedMsgListener() {
        override fun onRecvMessageRevoked(tombstone: V2TIMMessage) = emit(tombstone)
    }
    messageManager().addAdvancedMsgListener(listener)
    return@listening { messageManager().removeAdvancedMsgListener(listener) }
}

/** Every conversation that is new or whose last message, unread number or place in the list changed, from the moment of collecting. */
public fun V2TIMManager.changedConversations(): Flow<V2TIMConversation> = listening { emit ->
    val listener = object : V2TIMConversationListener() {
        override fun onNewConversation(conversationList: List<V2TIMConversation>) = conversationList.forEach(emit)

        override fun onConversationChanged(conversationList: List<V2TIMConversation>) = conversationList.forEach(emit)
    }
    conversationManager().addConversationListener(listener)
    return@listening { conversationManager().removeConversationListener(listener) }
}

/** What becomes of the connection. */
public sealed interface ConnectionState {
    /** A connection is being made. */
    public data object Connecting : ConnectionState

    /** The client is connected. */
    public data object Connected : ConnectionState

    /** The connection was lost or could not be made. The client keeps trying. */
    public data class Disconnected(val code: Int, val description: String) : ConnectionState

    /** The token is over and no new one could be had: log in again. */
    public data object TokenExpired : ConnectionState

    /** The server ended this device's session: log in when the person wants to. */
    public data class KickedOffline(val reason: String) : ConnectionState
}

/** What becomes of the connection, from the moment of collecting. */
public fun V2TIMManager.connectionStates(): Flow<ConnectionState> = listening { emit ->
    val listener = object : V2TIMSDKListener() {
        override fun onConnecting() = emit(ConnectionState.Connecting)

        override fun onConnectSuccess() = emit(ConnectionState.Connected)

        override fun onConnectFailed(code: Int, error: String) = emit(ConnectionState.Disconnected(code, error))

        override fun onUserSigExpired() = emit(ConnectionState.TokenExpired)

        override fun onKickedOffline(reason: String) = emit(ConnectionState.KickedOffline(reason))
    }
    addIMSDKListener(listener)
    return@listening { removeIMSDKListener(listener) }
}

/** What the storage of this device refused, from the moment of collecting. Messages go on without it. */
public fun V2TIMManager.storageFailures(): Flow<RecallException> = listening { emit ->
    val listener = object : V2TIMSDKListener() {
        override fun onStorageFailed(code: Int, desc: String) = emit(RecallException(code, desc))
    }
    addIMSDKListener(listener)
    return@listening { removeIMSDKListener(listener) }
}

/** Adds a listener when collecting begins, and removes it when collecting ends. */
private fun <T> listening(add: (emit: (T) -> Unit) -> () -> Unit): Flow<T> = callbackFlow {
    val remove = add { trySend(it) }
    awaitClose { remove() }
}.buffer(Channel.UNLIMITED)

private suspend fun awaitCallback(call: (V2TIMCallback) -> Unit): Unit = suspendCancellableCoroutine { waiting ->
    call(object : V2TIMCallback {
        override fun onSuccess() = waiting.resume(Unit)

        override fun onError(code: Int, desc: String) = waiting.fail(code, desc)
    })
}

private suspend fun <T : Any> awaitValue(call: (V2TIMValueCallback<T>) -> Unit): T = suspendCancellableCoroutine { waiting ->
    call(object : V2TIMValueCallback<T> {
        override fun onSuccess(value: T) = waiting.resume(value)

        override fun onError(code: Int, desc: String) = waiting.fail(code, desc)
    })
}

private fun CancellableContinuation<*>.fail(code: Int, description: String) = resumeWithException(RecallException(code, description))
