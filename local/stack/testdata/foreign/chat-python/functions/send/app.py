import os

import boto3


def lambda_handler(event, context):
    answers = boto3.client("apigatewaymanagementapi", endpoint_url=os.environ["API_ENDPOINT"] + "/" + os.environ["STAGE"])
    try:
        boto3.client("bedrock-runtime").invoke_model(modelId=os.environ["MODEL_ID"], body=b"{}")
        said = "the model has answered"
    except Exception as error:
        said = str(error)
    answers.post_to_connection(ConnectionId=event["requestContext"]["connectionId"], Data=said.encode())
    return {"statusCode": 200}
