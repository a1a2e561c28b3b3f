import json
import os

import boto3
from botocore.client import Config


def listed(style, where):
    s3 = boto3.client("s3", endpoint_url="https://s3.amazonaws.com", config=Config(s3={"addressing_style": style}))
    return "there are %(KeyCount)s" % s3.list_objects_v2(**where)


def handler(event, context):
    s3 = boto3.client("s3", config=Config(signature_version="s3v4"))
    where = {"Bucket": os.environ["BUCKET"]}
    picture = {**where, "Key": "pictures/1"}
    upload = {**picture, "ContentType": "image/png", "ContentLength": 5}
    calls = {
        "upload": lambda: s3.generate_presigned_url("put_object", Params=upload, ExpiresIn=300),
        "download": lambda: s3.generate_presigned_url("get_object", Params=picture, ExpiresIn=300),
        "delete": lambda: "deleted %(Deleted)s" % s3.delete_objects(**where, Delete={"Objects": [{"Key": "pictures/1"}]}),
        "list at AWS": lambda: listed("path", where),
        "list at the bucket's own address": lambda: listed("virtual", where),
        "list": lambda: "there are %(KeyCount)s" % s3.list_objects_v2(**where),
    }
    try:
        answer = calls[json.loads(event["body"])["call"]]()
    except Exception as error:
        answer = str(error)
    connection = event["requestContext"]
    client = boto3.client("apigatewaymanagementapi", endpoint_url="https://" + connection["domainName"] + "/" + connection["stage"])
    client.post_to_connection(ConnectionId=connection["connectionId"], Data=answer.encode())
    return {"statusCode": 200}
