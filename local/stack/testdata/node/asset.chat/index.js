const { ApiGatewayManagementApiClient, PostToConnectionCommand } = require("@aws-sdk/client-apigatewaymanagementapi");

exports.handler = async ({ requestContext, body }) => {
  const { domainName, stage, connectionId } = requestContext;
  const client = new ApiGatewayManagementApiClient({ endpoint: `https://${domainName}/${stage}` });
  await client.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: "you said " + JSON.parse(body).data }));
  return { statusCode: 200 };
};
