// The function behind the API that the rules are held against. It needs nothing but Node.js, so that it runs on AWS and in every
// emulator. What it is to do stands in the query of the handshake, and in the frames.
const { createHash, createHmac } = require("node:crypto");

const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const hmac = (key, text) => createHmac("sha256", key).update(text).digest();

// post posts to a connection, signed (AWS Signature Version 4), and gives the status.
async function post({ domainName, apiId, stage }, connectionId, data) {
  const { PROBE_BASE: elsewhere, PROBE_MANAGEMENT: whole } = process.env;
  const base = whole || (elsewhere ? `${elsewhere}/${apiId}/${stage}` : `https://${domainName}/${stage}`);
  const url = new URL(`${base}/@connections/${encodeURIComponent(connectionId)}`);
  const { AWS_REGION: region, AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: token } = process.env;
  const date = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const body = JSON.stringify(data);
  const headers = { host: url.host, "x-amz-date": date, ...(token ? { "x-amz-security-token": token } : {}) };
  const names = Object.keys(headers).sort();
  const path = url.pathname.split("/").map(encodeURIComponent).join("/");
  const canonical = ["POST", path, "", ...names.map((name) => `${name}:${headers[name]}`), "", names.join(";"), sha256(body)].join("\n");
  const scope = `${date.slice(0, 8)}/${region}/execute-api/aws4_request`;
  const signing = [date.slice(0, 8), region, "execute-api", "aws4_request"].reduce(hmac, `AWS4${secret}`);
  const signature = hmac(signing, ["AWS4-HMAC-SHA256", date, scope, sha256(canonical)].join("\n")).toString("hex");
  headers.authorization = `AWS4-HMAC-SHA256 Credential=${key}/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
  delete headers.host;
  return (await fetch(url, { method: "POST", headers, body })).status;
}

// tell tells the connection that observes another one what happened to that.
async function tell(event, observer, kind) {
  if (observer) await post(event.requestContext, observer, { kind, event });
}

exports.authorize = async (event) => {
  const query = event.queryStringParameters ?? {};
  await tell(event, query.observer, "authorize");
  if (query.authorize === "unauthorized") throw new Error("Unauthorized");
  if (query.authorize === "fail") throw new Error("broken");
  if (query.authorize === "nothing") return {};
  const Effect = query.authorize === "deny" ? "Deny" : "Allow";
  return {
    principalId: "somebody",
    policyDocument: { Version: "2012-10-17", Statement: [{ Action: "execute-api:Invoke", Effect, Resource: event.methodArn }] },
    context: { observer: query.observer ?? "", number: 7, truth: true },
  };
};

async function connect(event) {
  const query = event.queryStringParameters ?? {};
  await tell(event, query.observer, "connect");
  if (query.connect === "fail") throw new Error("broken");
  if (query.connect === "nothing") return "no status";
  const headers = {};
  if (query.protocol) headers["Sec-WebSocket-Protocol"] = query.protocol;
  if (query.header) headers["X-Probe"] = query.header;
  if (query.post) {
    const status = await post(event.requestContext, event.requestContext.connectionId, "early");
    await post(event.requestContext, query.observer, { kind: "early", event: { status } });
  }
  return { statusCode: Number(query.status ?? 200), headers, body: query.body };
}

exports.handler = async (event) => {
  const { eventType, authorizer } = event.requestContext;
  if (eventType === "CONNECT") return connect(event);
  if (eventType === "DISCONNECT") {
    await tell(event, authorizer?.observer, "disconnect");
    return { statusCode: 200 };
  }
  let wanted = {};
  try {
    wanted = JSON.parse(event.body);
  } catch {
    // A frame that is not JSON is told as any other.
  }
  if (wanted.fail) throw new Error("broken");
  if (wanted.sleep) await new Promise((resolve) => setTimeout(resolve, wanted.sleep));
  if (wanted.empty) return { statusCode: 200 };
  const answer = { statusCode: wanted.status ?? 200, body: wanted.say ?? JSON.stringify(event) };
  return answer;
};
