#!/usr/bin/env python3
"""Copies what a restored table holds into the table in service, and no text that was recalled since.

A backup is older than the recalls made after it. So the recalls are copied first, as tombstones, from the table in its newest
state; then whatever the backup has and the table in service has not. Nothing that is there is overwritten, except a text by
its recall. It may be run again, and while the functions run.

    scripts/restore-messages.py --backup recall-0312 --recalls recall-newest --to recall-prod-MessagesTable-1A2B3C
"""

import argparse
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

WORKERS = 16
BATCH = 10_000
# A delivery that was under way when the backup was made was finished long ago.
NOT_COPIED = ("due",)
TEXT = "body"
RECALLED = "revokedAt"
OBJECTS = "objects"


def items(client, table: str, **scan):
    """All items of a table."""
    for page in client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True, **scan):
        yield from page["Items"]


def put_if(client, table: str, item: dict, condition: str) -> bool:
    """Writes an item unless the condition refuses it."""
    try:
        client.put_item(TableName=table, Item=item, ConditionExpression=condition)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            return False
        raise
    return True


def tombstone(item: dict) -> dict:
    """A recall whose files are not deleted yet stays due, so that the function finish deletes them."""
    if OBJECTS in item:
        return {name: value for name, value in item.items() if name != TEXT}
    return {name: value for name, value in item.items() if name not in (*NOT_COPIED, TEXT)}


def expired(item: dict) -> bool:
    return "expiresAt" in item and int(item["expiresAt"]["N"]) <= time.time()


class Restore:
    """One run. The figures say what was done."""

    def __init__(self, client, to: str):
        self.client = client
        self.to = to
        self.figures = Counter()

    def copy_recalls(self, table: str) -> None:
        """Every recall becomes a tombstone, in place of the text if need be. The first recall stands (G2)."""
        found = (i for i in items(self.client, table, FilterExpression=f"attribute_exists({RECALLED})") if not expired(i))
        self.each(found, lambda item: self.put(tombstone(item), f"attribute_not_exists({RECALLED})", "recalls"))

    def copy_backup(self, table: str) -> None:
        """What is missing comes back. Recalls are there already, so that no text of theirs does."""
        found = (i for i in items(self.client, table) if not expired(i))
        self.each(found, lambda item: self.put({n: v for n, v in item.items() if n not in NOT_COPIED}, "attribute_not_exists(pk)", "items"))

    def put(self, item: dict, condition: str, kind: str) -> tuple[str, bool]:
        return kind, put_if(self.client, self.to, item, condition)

    def each(self, found, write) -> None:
        """Writes a batch at a time, so that a table of any size fits into memory."""
        with ThreadPoolExecutor(WORKERS) as pool:
            while batch := list(islice(found, BATCH)):
                for kind, written in pool.map(write, batch):
                    self.figures[f"{kind} written" if written else f"{kind} already there"] += 1
                print(f"restore-messages: {self.figures.total()} items done", file=sys.stderr)

    def texts_of_recalled(self, tables: list[str]) -> int:
        """How many messages that are recalled in one of the tables have a text in the table in service. It must be none."""
        left = 0
        for table in tables:
            for item in items(self.client, table, FilterExpression=f"attribute_exists({RECALLED})", ProjectionExpression="pk, sk"):
                key = {"pk": item["pk"], "sk": item["sk"]}
                stored = self.client.get_item(TableName=self.to, Key=key, ConsistentRead=True).get("Item", {})
                left += TEXT in stored
        return left


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--backup", required=True, metavar="TABLE", help="table restored to the moment from which messages are to come back")
    parser.add_argument("--recalls", required=True, action="append", metavar="TABLE", help="table in its newest state, damaged or restored to the latest moment; may be repeated")
    parser.add_argument("--to", required=True, metavar="TABLE", help="table in service, as the stack's output MessagesTableName says")
    parser.add_argument("--endpoint-url", metavar="URL", help="DynamoDB's address, if it is not AWS's own")
    parser.add_argument("--region", metavar="REGION", help="AWS region (default: as configured)")
    options = parser.parse_args(arguments)
    if options.to == options.backup:
        parser.error("--backup and --to are the same table")
    config = Config(retries={"mode": "adaptive", "max_attempts": 10}, max_pool_connections=WORKERS)
    client = boto3.client("dynamodb", endpoint_url=options.endpoint_url, region_name=options.region, config=config)
    restore = Restore(client, options.to)
    sources = [*options.recalls, options.backup]
    for table in sources:
        if table != options.to:
            restore.copy_recalls(table)
    restore.copy_backup(options.backup)
    left = restore.texts_of_recalled(sources)
    for name, count in sorted(restore.figures.items()):
        print(f"{count:>10} {name}")
    print(f"{left:>10} recalled messages with a text")
    if left:
        print("restore-messages: a recalled message still has its text: run this again", file=sys.stderr)
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
