// Leads connections to AWS's addresses to the local stack, whose certificate has these names. Some functions, such as those of
// aws-samples/simple-websockets-chat-app, make the API's address themselves, and version 2 of AWS's SDK knows no other addresses.
// Node.js before version 24 knows no HTTPS_PROXY, by which the programs of other languages are led here.
const tls = require("node:tls");
const connect = tls.connect;
tls.connect = function (options, ...rest) {
  if (options !== null && typeof options === "object" && /\.amazonaws\.com$/.test(options.host)) {
    const { hostname, port } = new URL(`https://${process.env.RECALL_LOCAL_AWS}`);
    options = { ...options, host: hostname, port, servername: options.host };
  }
  return connect.call(this, options, ...rest);
};
