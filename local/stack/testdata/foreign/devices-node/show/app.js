const { ApiGatewayManagementApiClient, PostToConnectionCommand } = require("@aws-sdk/client-apigatewaymanagementapi");

exports.handler = async ({ Records }) => {
  for (const { dynamodb } of Records) {
    const { deviceId, connectionId, address } = dynamodb.NewImage;
    const client = new ApiGatewayManagementApiClient({ endpoint: `https://${address.S}` });
    await client.send(new PostToConnectionCommand({ ConnectionId: connectionId.S, Data: `${deviceId.S} is here` }));
  }
};
