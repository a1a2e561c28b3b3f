import json
import os

import boto3
from words import ANSWER


def handler(event, context):
    where = event["requestContext"]
    if where["routeKey"] == "$connect":
        return {"statusCode": 200}
    wanted = json.loads(event["body"])["data"]
    refused = {
        "buckets": lambda: boto3.client("s3").list_buckets(),
        "tables": lambda: boto3.client("dynamodb").list_tables(),
        "roles": lambda: boto3.client("iam").list_roles(),
        "roles at AWS": lambda: boto3.client("iam", endpoint_url="https://iam.amazonaws.com").list_roles(),
        "another's function": lambda: boto3.client("lambda").invoke(FunctionName="BrokenFunction"),
    }
    if wanted in refused:
        try:
            refused[wanted]()
        except Exception as error:
            wanted = str(error)
    if wanted == "a function":
        wanted = boto3.client("lambda").invoke(FunctionName="GreetingFunction", Payload=b'{"name": "Ann"}')["Payload"].read().decode()
    if wanted == "where":
        wanted = os.environ["AWS_SAM_LOCAL"] + " " + os.environ["AWS_EXECUTION_ENV"]
    # The idiom of AWS's own samples.
    client = boto3.client("apigatewaymanagementapi", endpoint_url="https://" + where["domainName"] + "/" + where["stage"])
    client.post_to_connection(ConnectionId=where["connectionId"], Data=(ANSWER + wanted).encode())
    return {"statusCode": 200}
