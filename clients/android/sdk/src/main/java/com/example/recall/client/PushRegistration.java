package com.example.recall.client;

import com.google.gson.JsonObject;

/** The registration of a device for notifications, and its end. */
final class PushRegistration implements Request.Handler {
    private final Answer<Void> answer;

    private PushRegistration(Answer<Void> answer) {
        this.answer = answer;
    }

    static Request request(String fcmToken, boolean remove, Answer<Void> answer) {
        JsonObject device = new JsonObject();
        device.addProperty("kind", "fcm");
        device.addProperty("token", fcmToken);
        JsonObject fields = new JsonObject();
        fields.add("device", device);
        if (remove) {
            fields.addProperty("remove", true);
        }
        return new Request("push", fields, false, new PushRegistration(answer));
    }

    @Override
    public boolean onReply(JsonObject reply) {
        answer.onSuccess(null);
        return true;
    }

    @Override
    public void onError(RecallError error, JsonObject reply) {
        answer.onError(error);
    }
}
