"""DynamoDB Local for tests of the scripts, with tables as the template defines them."""

import os
import socket
import subprocess
import time
import unittest
import uuid

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from deploycheck.transform import read
from samlocal.environment import ROOT, WAIT_SECONDS

DEFINITION = ("BillingMode", "AttributeDefinitions", "KeySchema", "LocalSecondaryIndexes", "GlobalSecondaryIndexes", "StreamSpecification")


class WithDynamoDBLocal(unittest.TestCase):
    """Starts DynamoDB Local once for a class of tests."""

    @classmethod
    def setUpClass(cls):
        os.environ |= {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        library = ROOT / ".tools/dynamodb-local/lib"
        command = ["java", f"-Djava.library.path={library}", "-cp", f"{library}/*", "software.amazon.dynamodb.services.local.main.ServerRunner"]
        server = subprocess.Popen([*command, "-inMemory", "-disableTelemetry", "-port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        cls.addClassCleanup(server.wait)
        cls.addClassCleanup(server.kill)
        cls.endpoint = f"http://127.0.0.1:{port}"
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
        """A table of messages with these items."""
        definition = read(ROOT / "template.yaml")["Resources"]["MessagesTable"]["Properties"]
        given = {key: definition[key] for key in DEFINITION}
        given["StreamSpecification"] = {**given["StreamSpecification"], "StreamEnabled": True}
        name = f"messages-{uuid.uuid4()}"
        self.client.create_table(TableName=name, **given)
        for item in items:
            self.client.put_item(TableName=name, Item=item)
        return name

    def stored(self, table: str) -> dict:
        """All items of a table, by sort key."""
        pages = self.client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
        return {item["sk"]["S"]: item for page in pages for item in page["Items"]}


def message(number: str, text: str = "hello") -> dict:
    return {"pk": {"S": "c2c#alice#bob"}, "sk": {"S": f"msg#{number}"}, "sender": {"S": "alice"}, "sentAt": {"N": "1"}, "body": {"S": text}}


def recalled(number: str, by: str = "alice") -> dict:
    item = message(number) | {"revocationId": {"S": f"r{number}"}, "revokedAt": {"N": "2"}, "revokedBy": {"S": by}, "revokedRole": {"S": "sender"}}
    del item["body"]
    return item
