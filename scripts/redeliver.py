#!/usr/bin/env python3
"""Has every delivery that is still due brought to FinishFunction again, by touching its message.

For use after the cause of a FinishFailures alarm is gone: the stream's records were given up, and the messages are still
marked. It reads the whole table. A message that is settled meanwhile is left alone.

    scripts/redeliver.py --table recall-prod-MessagesTable-1A2B3C
"""

import argparse
import sys
import time

import boto3
from botocore.exceptions import ClientError


def redeliver(client, table: str) -> tuple[int, int]:
    """How many messages were touched, and how many were settled before that."""
    touched = settled = 0
    due = {"FilterExpression": "attribute_exists(due)", "ProjectionExpression": "pk, sk, due", "ConsistentRead": True}
    for page in client.get_paginator("scan").paginate(TableName=table, **due):
        for item in page["Items"]:
            try:
                client.update_item(
                    TableName=table,
                    Key={"pk": item["pk"], "sk": item["sk"]},
                    # The stream has no record of a write that changes nothing, so something has to.
                    UpdateExpression="SET redeliveredAt = :now",
                    ConditionExpression="due = :due",
                    ExpressionAttributeValues={":due": item["due"], ":now": {"N": str(time.time_ns() // 1_000_000)}},
                )
                touched += 1
            except ClientError as error:
                if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                    raise
                settled += 1
    return touched, settled


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--table", required=True, help="table of messages, as the stack's output MessagesTableName says")
    parser.add_argument("--endpoint-url", metavar="URL", help="DynamoDB's address, if it is not AWS's own")
    parser.add_argument("--region", metavar="REGION", help="AWS region (default: as configured)")
    options = parser.parse_args(arguments)
    touched, settled = redeliver(boto3.client("dynamodb", endpoint_url=options.endpoint_url, region_name=options.region), options.table)
    print(f"{touched:>10} deliveries brought again\n{settled:>10} settled meanwhile")
    return 0


if __name__ == "__main__":
    sys.exit(main())
