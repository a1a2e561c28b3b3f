"""Touches messages in a table of DynamoDB Local, and sees what its stream brings."""

import unittest

import boto3
from samlocal.scripts import load
from samlocal.tables import WithDynamoDBLocal, message, recalled

redeliver = load("redeliver").redeliver


class WhatIsDueComesAgain(WithDynamoDBLocal):
    def brought(self, table: str) -> list[tuple[str, bool]]:
        """Key and whether it is due of each record of the table's stream."""
        streams = boto3.client("dynamodbstreams", endpoint_url=self.endpoint)
        stream = self.client.describe_table(TableName=table)["Table"]["LatestStreamArn"]
        records = []
        for shard in streams.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"]:
            start = streams.get_shard_iterator(StreamArn=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")
            records += streams.get_records(ShardIterator=start["ShardIterator"])["Records"]
        images = [r["dynamodb"]["NewImage"] for r in records]
        return [(image["sk"]["S"], "due" in image) for image in images]

    def test_the_stream_brings_what_is_due_and_nothing_else(self):
        sent, revoked = message("1") | {"due": {"S": "sent"}}, recalled("2") | {"due": {"S": "revoked"}}
        table = self.table(sent, revoked, message("3"))
        before = self.brought(table)
        self.assertEqual((2, 0), redeliver(self.client, table))
        self.assertEqual([("msg#1", True), ("msg#2", True)], sorted(self.brought(table)[len(before) :]))

    def test_the_message_stays_as_it_is(self):
        table = self.table(message("1") | {"due": {"S": "sent"}})
        redeliver(self.client, table)
        stored = self.stored(table)["msg#1"]
        del stored["redeliveredAt"]
        self.assertEqual(message("1") | {"due": {"S": "sent"}}, stored)


if __name__ == "__main__":
    unittest.main()
