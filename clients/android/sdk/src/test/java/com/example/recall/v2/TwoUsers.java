package com.example.recall.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What tests over real sockets have in common: a server, and two users who are logged in. */
abstract class TwoUsers {
    BackendInMemory backend;
    V2TIMManager alice;
    V2TIMManager bob;
    final CallbackRecorder results = new CallbackRecorder();
    final CallbackRecorder bobHeard = new CallbackRecorder();

    @BeforeEach
    void logIn() throws IOException, InterruptedException {
        backend = new BackendInMemory();
        alice = user("alice");
        bob = user("bob");
    }

    V2TIMManager user(String name) throws InterruptedException {
        V2TIMManager manager = V2TIMManager.newInstance();
        assertTrue(manager.initSDK(null, 0, new V2TIMSDKConfig().setServerUrl(backend.url())));
        manager.login(name, "token-of-" + name, results.callback());
        assertEquals("success", results.next());
        return manager;
    }

    @AfterEach
    void logOut() {
        alice.unInitSDK();
        bob.unInitSDK();
        backend.close();
    }
}
