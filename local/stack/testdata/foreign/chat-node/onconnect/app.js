import { call } from "connections";

export const handler = async ({ requestContext }) => {
  await call("PutItem", { Item: { connectionId: { S: requestContext.connectionId } } });
  return { statusCode: 200 };
};
