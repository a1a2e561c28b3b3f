package com.example.recall.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import org.junit.jupiter.api.Test;

/** A device registers for notifications. */
class PushTest extends ClientTest {
    private Outcome<Void> register(String token) {
        Outcome<Void> outcome = new Outcome<>();
        client.registerPush(token, outcome);
        loop.settle();
        return outcome;
    }

    @Test
    void aDeviceIsRegisteredAndRemoved() {
        login("c2c_bob");
        Outcome<Void> registered = register("abc:def");
        JsonObject frame = server.take("push");
        assertEquals("{\"kind\":\"fcm\",\"token\":\"abc:def\"}", frame.get("device").toString());
        assertFalse(frame.has("remove"));
        server.reply(frame, "{'registered':true}");
        assertNull(registered.value());

        Outcome<Void> removed = new Outcome<>();
        client.unregisterPush("abc:def", removed);
        loop.settle();
        frame = server.take("push");
        assertEquals("{\"kind\":\"fcm\",\"token\":\"abc:def\"}", frame.get("device").toString());
        assertTrue(frame.get("remove").getAsBoolean());
        server.reply(frame, "{'registered':false}");
        assertNull(removed.value());
    }

    @Test
    void aDeploymentWithoutNotificationsSaysSo() {
        login("c2c_bob");
        Outcome<Void> outcome = register("abc:def");
        server.fail(server.take("push"), 76008, false);
        assertEquals(ErrorCode.PUSH_OFF, outcome.code());
    }

    @Test
    void aRegistrationThatHasNoReplyGoesOnWithTheNextConnection() {
        login("c2c_bob");
        Outcome<Void> outcome = register("abc:def");
        server.take("push");
        server.drop();
        while (!server.hasHandshake()) {
            loop.advance(100);
        }
        server.accept();
        server.greet();
        server.reply(server.take("push"), "{'registered':true}");
        outcome.value();
    }

    @Test
    void withoutATokenOrALoginNothingIsAsked() {
        assertEquals(ErrorCode.NOT_CONNECTED, register("abc:def").code());
        login("c2c_bob");
        assertEquals(ErrorCode.INVALID_REQUEST, register("").code());
        assertTrue(server.frames.isEmpty());
    }
}
