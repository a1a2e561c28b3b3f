#!/usr/bin/env python3
"""Invokes each function in a container with the events of events/, and looks at what it answers and does: make test-sam."""

import json
import sys
import tempfile
import time
from pathlib import Path

from samlocal.environment import ROOT, Device, Functions, build, client, stack


def event(name: str) -> dict:
    return json.loads((ROOT / "events" / f"{name}.json").read_text())


def connected_now(given: dict) -> dict:
    """The event of a connection that was made just now: entries of dead connections are dropped on sight."""
    given["requestContext"]["connectedAt"] = int(time.time() * 1000)
    return given


def about(given: dict, message: str) -> dict:
    """The event with the ID of a message that exists."""
    return json.loads(json.dumps(given).replace("01KAWGX0000000000000000000", message))


def frame(answer: dict) -> dict:
    """The frame that a route's function answers with."""
    assert answer.get("statusCode") == 200, answer
    return json.loads(answer["body"])


class Walk:
    """One walk through all functions: alice's requests run in containers, bob is connected to the stack."""

    def __init__(self, directory: Path, addresses: dict):
        self.functions = Functions(directory, addresses)
        self.tables = client("dynamodb", addresses)
        self.bob = Device(addresses, "bob")
        self.message = ""

    def stored(self, message: str) -> dict:
        key = {"pk": {"S": "c2c#alice#bob"}, "sk": {"S": f"msg#{message}"}}
        return self.tables.get_item(TableName="MessagesTable", Key=key, ConsistentRead=True)["Item"]

    def connections(self, user: str) -> list[str]:
        item = self.tables.get_item(TableName="ConnectionsTable", Key={"user": {"S": user}}, ConsistentRead=True).get("Item", {})
        return item.get("conns", {}).get("SS", [])

    def authorize_lets_in_who_has_a_token(self):
        for name in ("authorize", "authorize-browser"):
            answer = self.functions.invoke("AuthorizeFunction", event(name))
            assert answer["policyDocument"]["Statement"][0]["Effect"] == "Allow", answer
            assert answer["context"] == {"userId": "alice", "expiresAt": "4102444800000"}, answer

    def authorize_refuses_a_forged_token(self):
        answer = self.functions.invoke("AuthorizeFunction", event("authorize-forged"))
        assert answer["errorMessage"] == "Unauthorized", answer

    def connect_notes_the_device_and_selects_the_subprotocol(self):
        answer = self.functions.invoke("ConnectFunction", connected_now(event("connect")))
        assert answer["statusCode"] == 200, answer
        assert answer["headers"] == {"Sec-WebSocket-Protocol": "recall.v1"}, answer
        assert any(c.endswith(":BFaT_fALIAMCKug=") for c in self.connections("alice")), self.connections("alice")

    def hello_tells_the_time(self):
        reply = frame(self.functions.invoke("ConnectFunction", event("hello")))
        assert reply["ok"] and reply["user"] == "alice" and reply["recallWindowSeconds"] == 120, reply
        assert abs(reply["serverTime"] - time.time() * 1000) < 60_000, reply

    def an_unknown_action_is_told(self):
        reply = frame(self.functions.invoke("ConnectFunction", event("unknown-action")))
        assert reply["error"]["name"] == "unknown_action" and reply["error"]["code"] == 7014, reply

    def send_stores_the_message_and_bob_gets_it(self):
        reply = frame(self.functions.invoke("SendFunction", event("send")))
        assert reply["ok"] and not reply["duplicate"], reply
        self.message = reply["message"]["messageId"]
        got = self.bob.next("message")["message"]
        assert got["messageId"] == self.message and got["body"] == {"text": "Hello Bob"}, got
        assert got["conversation"] == "c2c_alice", got
        assert "due" not in self.stored(self.message), "the delivery is not settled"

    def sync_read_and_conversations_answer(self):
        reply = frame(self.functions.invoke("SyncFunction", about(event("sync"), self.message)))
        assert [m["messageId"] for m in reply["conversations"][0]["messages"]] == [self.message], reply
        reply = frame(self.functions.invoke("SyncFunction", about(event("read"), self.message)))
        assert reply["ok"] and reply["unread"] == 0, reply
        reply = frame(self.functions.invoke("SyncFunction", event("conversations")))
        assert [c["conversation"] for c in reply["conversations"]] == ["c2c_bob"], reply

    def finish_settles_what_the_stream_says_is_due(self):
        key = {"pk": {"S": "c2c#alice#bob"}, "sk": {"S": f"msg#{self.message}"}}
        self.tables.update_item(TableName="MessagesTable", Key=key, UpdateExpression="SET due = :sent", ExpressionAttributeValues={":sent": {"S": "sent"}})
        batch = about(event("finish"), self.message)
        batch["Records"][0]["dynamodb"]["NewImage"] = self.stored(self.message)
        answer = self.functions.invoke("FinishFunction", batch)
        assert answer == {"batchItemFailures": []}, answer
        assert "due" not in self.stored(self.message), "still due"

    def deliver_tells_a_part_of_a_large_group(self):
        answer = self.functions.invoke("DeliverFunction", about(event("deliver"), self.message))
        assert answer == {"batchItemFailures": []}, answer
        assert self.bob.next("message")["message"]["messageId"] == self.message

    def revoke_removes_the_text_and_bob_is_told(self):
        reply = frame(self.functions.invoke("RevokeFunction", about(event("revoke"), self.message)))
        assert reply["ok"] and reply["results"][0]["revoked"]["role"] == "sender", reply
        got = self.bob.next("revoked")["revocations"][0]
        assert got["messageId"] == self.message and got["revoked"]["by"] == "alice", got
        assert "body" not in self.stored(self.message), "the text is still stored"

    def disconnect_forgets_the_device(self):
        given = connected_now(event("disconnect"))
        entry = next(c for c in self.connections("alice") if c.endswith(":BFaT_fALIAMCKug="))
        given["requestContext"]["connectedAt"] = int(entry.split(":")[0])
        self.functions.invoke("ConnectFunction", given)
        assert entry not in self.connections("alice"), self.connections("alice")

    def admin_answers_direct_calls_and_its_url(self):
        reply = self.functions.invoke("AdminFunction", event("admin-put-group"))
        assert reply["ok"], reply
        sent = frame(self.functions.invoke("SendFunction", event("send")))["message"]["messageId"]
        reply = self.functions.invoke("AdminFunction", about(event("admin-revoke"), sent))
        assert reply["ok"] and reply["results"][0]["revoked"]["role"] == "admin", reply
        assert self.bob.next("revoked")["revocations"][0]["revoked"]["reason"] == "against the rules"
        answer = self.functions.invoke("AdminFunction", event("admin-url"))
        assert answer["statusCode"] == 200 and sent in answer["body"], answer

    def start_lambda_serves_the_admin_function(self):
        with self.functions.start_lambda() as functions:
            answer = functions.invoke(FunctionName="AdminFunction", Payload=json.dumps(event("admin")))
            reply = json.loads(answer["Payload"].read())
        assert reply["ok"] and reply["recallWindowSeconds"] == 120, reply


STEPS = [
    Walk.authorize_lets_in_who_has_a_token,
    Walk.authorize_refuses_a_forged_token,
    Walk.connect_notes_the_device_and_selects_the_subprotocol,
    Walk.hello_tells_the_time,
    Walk.an_unknown_action_is_told,
    Walk.send_stores_the_message_and_bob_gets_it,
    Walk.sync_read_and_conversations_answer,
    Walk.finish_settles_what_the_stream_says_is_due,
    Walk.deliver_tells_a_part_of_a_large_group,
    Walk.revoke_removes_the_text_and_bob_is_told,
    Walk.disconnect_forgets_the_device,
    Walk.admin_answers_direct_calls_and_its_url,
    Walk.start_lambda_serves_the_admin_function,
]


def main() -> int:
    print("building the functions with sam build", file=sys.stderr)
    build()
    with tempfile.TemporaryDirectory() as directory, stack(Path(directory)) as addresses:
        walk = Walk(Path(directory), addresses)
        try:
            for done, step in enumerate(STEPS):
                try:
                    step(walk)
                except (AssertionError, KeyError, RuntimeError, TimeoutError) as error:
                    print(f"FAIL  {step.__name__.replace('_', ' ')}: {type(error).__name__}: {error}\n{walk.functions.log}")
                    print(f"\n{done} passed, 1 failed, {len(STEPS) - done - 1} not reached")
                    return 1
                print(f" ok   {step.__name__.replace('_', ' ')}", flush=True)
        finally:
            walk.bob.close()
    print(f"\n{len(STEPS)} passed, 0 failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
