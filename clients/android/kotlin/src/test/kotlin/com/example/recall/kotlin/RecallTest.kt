package com.example.recall.kotlin

import com.example.recall.client.FileStorage
import com.example.recall.v2.BackendInMemory
import com.example.recall.v2.V2TIMConversation
import com.example.recall.v2.V2TIMManager
import com.example.recall.v2.V2TIMMessage
import com.example.recall.v2.V2TIMMessageListGetOption
import com.example.recall.v2.V2TIMSDKConfig
import java.io.File
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Job
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.filter
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.yield
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.io.TempDir

/** Coroutines and flows over a server that really listens. */
class RecallTest {
    private val backend = BackendInMemory()
    private val alice = user()
    private val bob = user()

    private fun user(): V2TIMManager = V2TIMManager.newInstance().also { it.initSDK(V2TIMSDKConfig().setServerUrl(backend.url())) }

    @AfterEach
    fun close() {
        alice.unInitSDK()
        bob.unInitSDK()
        backend.close()
    }

    /** Runs with alice and bob logged in. */
    private fun together(test: suspend CoroutineScope.() -> Unit) = runBlocking {
        withTimeout(60_000) {
            alice.login("alice", "token-of-alice")
            bob.login("bob", "token-of-bob")
            test()
        }
    }

    /** Begins to collect at once, before what the test does next. The listener is added when this coroutine yields. */
    private suspend fun <T> CoroutineScope.next(flow: Flow<T>): Deferred<T> =
        async(start = CoroutineStart.UNDISPATCHED) { flow.first() }.also { yield() }

    @Test
    fun `a message and its recall come out of the flows of the other`() = together {
        val arrived = next(bob.newMessages())
        val message = alice.sendText("c2c_bob", "to the wrong person")
        assertEquals("to the wrong person", arrived.await().textElem?.text)

        val recalled = next(bob.recalledMessages())
        alice.revoke(message)
        assertEquals(V2TIMMessage.V2TIM_MSG_STATUS_LOCAL_REVOKED, message.status)
        assertEquals(message.msgID, recalled.await().msgID)
        assertNull(recalled.await().textElem)
        assertEquals("alice", recalled.await().revokerInfo?.userID)
    }

    @Test
    fun `a recall by its IDs has a reason`() = together {
        val message = alice.sendText("c2c_bob", "secret")
        val recalled = next(bob.recalledMessages())
        alice.revoke("c2c_bob", message.msgID!!, reason = "wrong chat")
        assertEquals("wrong chat", recalled.await().revokeReason)
    }

    @Test
    fun `a file is uploaded, sent and downloaded`(@TempDir folder: File) = together {
        val received = next(bob.newMessages())
        val cat = folder.resolve("cat.png").apply { writeText("a picture") }
        val message = alice.messageManager().createTextMessage("look")
        message.setAttachments(listOf(alice.uploadFile(cat.path, "cat.png", "image/png")))
        alice.send("c2c_bob", message)
        val target = folder.resolve("downloaded")
        bob.downloadFile(received.await(), received.await().attachments.single(), target.path)
        assertEquals("a picture", target.readText())
    }

    @Test
    fun `a device is registered for notifications and removed`() = together {
        alice.registerPush("token-of-the-phone")
        assertEquals("alice", backend.userOf("token-of-the-phone"))
        alice.unregisterPush("token-of-the-phone")
        assertNull(backend.userOf("token-of-the-phone"))
    }

    @Test
    fun `a call that fails throws its code`() = together {
        val message = alice.sendText("c2c_bob", "secret")
        backend.refuseRevocationsWith(20016)
        val failure = assertThrows<RecallException> { alice.revoke(message) }
        assertEquals(20016, failure.code)
        assertTrue(failure.message!!.startsWith("20016: "))
    }

    @Test
    fun `the history and the list of conversations are values`() = together {
        val changed: Deferred<V2TIMConversation> = next(alice.changedConversations())
        val first = alice.sendText("c2c_bob", "one")
        assertEquals("c2c_bob", changed.await().conversationID, "a new conversation is a changed one")
        val second = alice.sendText("c2c_bob", "two")
        val page = alice.history(V2TIMMessageListGetOption().apply { setUserID("bob") })
        assertEquals(listOf(second.msgID, first.msgID), page.map { it.msgID })
        assertEquals(listOf("c2c_bob"), alice.conversations().conversationList.map { it.conversationID })
    }

    @Test
    fun `a collector that is cancelled listens no more`() = together {
        val heard = mutableListOf<V2TIMMessage>()
        val collecting: Job = launch(start = CoroutineStart.UNDISPATCHED) { bob.newMessages().collect { heard += it } }
        val first = next(bob.newMessages())
        alice.sendText("c2c_bob", "one")
        first.await()
        while (heard.isEmpty()) yield()
        collecting.cancelAndJoin()
        val second = next(bob.newMessages())
        alice.sendText("c2c_bob", "two")
        second.await()
        assertEquals(listOf("one"), heard.map { it.textElem?.text })
    }

    @Test
    fun `the states of the connection are a flow`() = runBlocking {
        withTimeout(60_000) {
            val state = next(alice.connectionStates())
            alice.login("alice", "token-of-alice")
            assertEquals(ConnectionState.Connecting, state.await())
            val expired = next(bob.connectionStates().filter { it == ConnectionState.TokenExpired })
            val failure = runCatching { bob.login("bob", "forged") }.exceptionOrNull() as RecallException
            assertEquals(6206, failure.code)
            assertEquals(ConnectionState.TokenExpired, expired.await())
        }
    }

    @Test
    fun `what is unsent can be listed, and what is stored can be cleared`(@TempDir folder: File) = runBlocking {
        withTimeout(60_000) {
            val carol = V2TIMManager.newInstance()
            carol.initSDK(V2TIMSDKConfig().setServerUrl(backend.url()).setStorage(FileStorage(folder)))
            carol.login("carol", "token-of-carol")
            backend.holdSends(true)
            val sending = launch(start = CoroutineStart.UNDISPATCHED) { carol.sendText("c2c_bob", "wait for me") }
            assertEquals(listOf("""{"text":"wait for me"}"""), carol.unsentMessages("c2c_bob").map { it.body() })
            sending.cancelAndJoin()
            assertEquals(6017, assertThrows<RecallException> { carol.clearStorage("carol") }.code)
            carol.logout()
            carol.clearStorage("carol")
            carol.login("carol", "token-of-carol")
            assertEquals(emptyList<String>(), carol.unsentMessages("c2c_bob").map { it.messageId() })
            carol.unInitSDK()
        }
    }

    @Test
    fun `a storage that fails is reported by a flow`(@TempDir folder: File) = runBlocking {
        withTimeout(60_000) {
            val file = File(folder, "not a folder").apply { writeText("x") }
            val carol = V2TIMManager.newInstance()
            carol.initSDK(V2TIMSDKConfig().setServerUrl(backend.url()).setStorage(FileStorage(file)))
            val failure = next(carol.storageFailures())
            carol.login("carol", "token-of-carol")
            assertEquals(6019, failure.await().code)
            carol.unInitSDK()
        }
    }

    @Test
    fun `the example of the README runs`() = runBlocking {
        withTimeout(60_000) {
            bob.login("bob", "token-of-bob")
            val received = Channel<String>(Channel.UNLIMITED)
            val receiving = launch(start = CoroutineStart.UNDISPATCHED) { Example(bob) { received.trySend(it) }.receive() }
            val shown = mutableListOf<String>()
            Example(alice) { shown += it }.sendAndRecall("alice", "token-of-alice")
            assertEquals(listOf("Message recalled"), shown)
            assertTrue(received.receive().endsWith(" recalled by alice"))
            receiving.cancelAndJoin()
        }
    }

    @Test
    fun `the README has the example as it is here`() {
        val example = File("src/test/kotlin/com/example/recall/kotlin/Example.kt").readLines().map { it.trim() }
        val blocks = Regex("```kotlin\n(.*?)```", RegexOption.DOT_MATCHES_ALL).findAll(File("../README.md").readText()).toList()
        assertEquals(1, blocks.size)
        assertEquals(emptyList<String>(), blocks.single().groupValues[1].lines().map { it.trim() } - example.toSet() - "")
    }
}
