import os

import boto3


def lambda_handler(event, context):
    answers = boto3.client("apigatewaymanagementapi", endpoint_url=os.environ["API_ENDPOINT"] + "/" + os.environ["STAGE"])
    answers.post_to_connection(ConnectionId=event["requestContext"]["connectionId"], Data=b"say sendtext")
    return {"statusCode": 200}
