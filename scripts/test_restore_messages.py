"""Restores into tables of DynamoDB Local, and sees that what was recalled stays recalled."""

import contextlib
import importlib.util
import io
import os
import socket
import subprocess
import time
import unittest
import uuid
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from deploycheck.transform import read

ROOT = Path(__file__).resolve().parent.parent
WAIT_SECONDS = 60
specification = importlib.util.spec_from_file_location("restore_messages", ROOT / "scripts/restore-messages.py")
restore_messages = importlib.util.module_from_spec(specification)
specification.loader.exec_module(restore_messages)


def start_dynamodb_local() -> tuple[subprocess.Popen, str]:
    library = ROOT / ".tools/dynamodb-local/lib"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["java", f"-Djava.library.path={library}", "-cp", f"{library}/*", "software.amazon.dynamodb.services.local.main.ServerRunner"]
    return subprocess.Popen([*command, "-inMemory", "-port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL), f"http://127.0.0.1:{port}"


class RecalledStaysRecalled(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        os.environ |= {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
        server, cls.endpoint = start_dynamodb_local()
        cls.addClassCleanup(server.wait)
        cls.addClassCleanup(server.kill)
        cls.client = boto3.client("dynamodb", endpoint_url=cls.endpoint, config=Config(connect_timeout=1, retries={"max_attempts": 0}))
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            try:
                cls.client.list_tables()
                break
            except (BotoCoreError, ClientError):
                if time.monotonic() > deadline or server.poll() is not None:
                    raise
                time.sleep(0.1)

    def table(self, *items: dict) -> str:
        """A table as the template defines it, with these items."""
        definition = read(ROOT / "template.yaml")["Resources"]["MessagesTable"]["Properties"]
        wanted = ("BillingMode", "AttributeDefinitions", "KeySchema", "LocalSecondaryIndexes", "GlobalSecondaryIndexes")
        name = f"messages-{uuid.uuid4()}"
        self.client.create_table(TableName=name, **{key: definition[key] for key in wanted})
        for item in items:
            self.client.put_item(TableName=name, Item=item)
        return name

    def restore(self, backup: str, recalls: str, to: str) -> str:
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            code = restore_messages.main(["--backup", backup, "--recalls", recalls, "--to", to, "--endpoint-url", self.endpoint])
        self.assertEqual(0, code, output.getvalue())
        return output.getvalue()

    def stored(self, table: str) -> dict:
        return {i["sk"]["S"]: i for i in restore_messages.items(self.client, table)}

    def test_a_text_that_was_recalled_after_the_backup_does_not_come_back(self):
        backup = self.table(message("1"), message("2"))
        newest = self.table(recalled("1"), message("2"))
        service = self.table()
        self.restore(backup, newest, service)
        stored = self.stored(service)
        self.assertNotIn("body", stored["msg#1"])
        self.assertEqual({"S": "alice"}, stored["msg#1"]["revokedBy"])
        self.assertEqual(message("2"), stored["msg#2"])

    def test_a_text_in_service_gives_way_to_its_recall(self):
        service = self.table(message("1"))
        self.restore(self.table(message("1")), self.table(recalled("1")), service)
        self.assertNotIn("body", self.stored(service)["msg#1"])

    def test_a_recall_of_a_message_that_the_backup_has_not_is_kept(self):
        service = self.table()
        self.restore(self.table(), self.table(recalled("3")), service)
        self.assertEqual(recalled("3"), self.stored(service)["msg#3"])

    def test_a_recall_in_the_backup_is_copied_with_its_index_entry(self):
        service = self.table()
        self.restore(self.table(recalled("4")), self.table(), service)
        found = self.client.query(
            TableName=service, IndexName="recalls", KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": {"S": "c2c#alice#bob"}}
        )
        self.assertEqual(["msg#4"], [i["sk"]["S"] for i in found["Items"]])

    def test_the_first_recall_stands_and_newer_items_stay(self):
        first, newer = recalled("1", by="moderator"), message("2", text="as it is now")
        service = self.table(first, newer)
        self.restore(self.table(message("1"), message("2")), self.table(recalled("1")), service)
        self.assertEqual({"msg#1": first, "msg#2": newer}, self.stored(service))

    def test_nothing_is_delivered_again_and_nothing_expired_comes_back(self):
        service = self.table()
        unfinished = message("1") | {"due": {"S": "sent"}}
        over = message("2") | {"expiresAt": {"N": "1"}}
        self.restore(self.table(unfinished, over), self.table(recalled("3") | {"due": {"S": "revoked"}}), service)
        self.assertEqual({"msg#1": message("1"), "msg#3": recalled("3")}, self.stored(service))

    def test_the_table_in_service_may_be_the_newest_itself(self):
        service = self.table(recalled("1"))
        self.restore(self.table(message("1"), message("2")), service, service)
        self.assertEqual({"msg#1": recalled("1"), "msg#2": message("2")}, self.stored(service))

    def test_a_second_run_changes_nothing(self):
        backup, newest, service = self.table(message("1"), message("2")), self.table(recalled("1")), self.table()
        self.restore(backup, newest, service)
        before = self.stored(service)
        self.assertIn("2 items already there", self.restore(backup, newest, service))
        self.assertEqual(before, self.stored(service))

    def test_many_pages_are_copied(self):
        texts = [message(f"{n:04}", text="x" * 10_000) for n in range(250)]  # over 1 MB, a page's limit
        newest, service = self.table(*(recalled(f"{n:04}") for n in range(0, 250, 2))), self.table()
        self.restore(self.table(*texts), newest, service)
        self.assertEqual(125, sum("body" in item for item in self.stored(service).values()))


def message(number: str, text: str = "hello") -> dict:
    return {"pk": {"S": "c2c#alice#bob"}, "sk": {"S": f"msg#{number}"}, "sender": {"S": "alice"}, "sentAt": {"N": "1"}, "body": {"S": text}}


def recalled(number: str, by: str = "alice") -> dict:
    item = message(number) | {"recallId": {"S": f"r{number}"}, "revokedAt": {"N": "2"}, "revokedBy": {"S": by}, "revokedRole": {"S": "sender"}}
    del item["body"]
    return item


if __name__ == "__main__":
    unittest.main()
