"""Restores into tables of DynamoDB Local, and sees that what was recalled stays recalled."""

import contextlib
import io
import unittest
from unittest import mock

from samlocal.scripts import load
from samlocal.tables import WithDynamoDBLocal, message, recalled

restore_messages = load("restore-messages")


class RecalledStaysRecalled(WithDynamoDBLocal):
    def restore(self, backup: str, recalls: str, to: str) -> str:
        output = io.StringIO()
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(io.StringIO()):
            code = restore_messages.main(["--backup", backup, "--recalls", recalls, "--to", to, "--endpoint-url", self.endpoint])
        self.assertEqual(0, code, output.getvalue())
        return output.getvalue()

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

    def test_a_recall_whose_files_are_not_deleted_yet_stays_due(self):
        service = self.table()
        owing = recalled("1") | {"due": {"S": "revoked"}, "objects": {"S": "messages/A uploads/B-alice"}}
        kept = message("2") | {"objects": {"S": "messages/C"}}
        self.restore(self.table(message("1"), kept | {"due": {"S": "sent"}}), self.table(owing), service)
        self.assertEqual({"msg#1": owing, "msg#2": kept}, self.stored(service))

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

    @mock.patch.object(restore_messages, "BATCH", 100)
    def test_many_pages_and_batches_are_copied(self):
        texts = [message(f"{n:04}", text="x" * 10_000) for n in range(250)]  # over 1 MB, a page's limit
        newest, service = self.table(*(recalled(f"{n:04}") for n in range(0, 250, 2))), self.table()
        self.restore(self.table(*texts), newest, service)
        self.assertEqual(125, sum("body" in item for item in self.stored(service).values()))


if __name__ == "__main__":
    unittest.main()
