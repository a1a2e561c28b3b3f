import json
import os

import boto3


def handler(event, context):
    where = event["requestContext"]
    boto3.client("dynamodb").put_item(TableName=os.environ["TABLE_NAME_DEVICES"], Item={
        "deviceId": {"S": json.loads(event["body"])["data"]}, "connectionId": {"S": where["connectionId"]},
        "address": {"S": where["domainName"] + "/" + where["stage"]},
    })
    return {"statusCode": 200}
