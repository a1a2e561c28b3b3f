// Leads connections to the API's address at AWS to the local gateway, whose certificate has that name. Some functions,
// such as those of aws-samples/simple-websockets-chat-app, make the address themselves, of the API's ID and the region.
const tls = require("node:tls");
const { RECALL_LOCAL_API: api, RECALL_LOCAL_GATEWAY: gateway } = process.env;
const connect = tls.connect;
tls.connect = function (options, ...rest) {
  if (options !== null && typeof options === "object" && options.host === api) {
    const { hostname, port } = new URL(`https://${gateway}`);
    options = { ...options, host: hostname, port, servername: api };
  }
  return connect.call(this, options, ...rest);
};
