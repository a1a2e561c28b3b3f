import { ApiGatewayManagementApiClient, PostToConnectionCommand } from "@aws-sdk/client-apigatewaymanagementapi";
import { call } from "connections";

export const handler = async ({ requestContext: { apiId, stage }, body }) => {
  const { Items } = await call("Scan", { ProjectionExpression: "connectionId" });
  const client = new ApiGatewayManagementApiClient({ endpoint: `https://${apiId}.execute-api.${process.env.AWS_REGION}.amazonaws.com/${stage}` });
  await Promise.all(Items.map(({ connectionId }) =>
    client.send(new PostToConnectionCommand({ ConnectionId: connectionId.S, Data: JSON.parse(body).data }))));
  return { statusCode: 200 };
};
