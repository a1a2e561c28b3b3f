#!/usr/bin/env bash
# Prints the parameters with which the local stack sends notifications to browsers. The keys are made once and kept in build/, because a browser's
# subscription belongs to them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/path.sh
scripts/require.sh node >&2
mkdir -p build
umask 077
keys=build/push-keys
if [ ! -s "$keys" ]; then
	node -e '
		const keys = require("node:crypto").createECDH("prime256v1");
		const publicKey = keys.generateKeys("base64url");
		const privateKey = Buffer.concat([Buffer.alloc(32), keys.getPrivateKey()]).subarray(-32).toString("base64url");
		console.log(publicKey, privateKey);
	' >"$keys.new"
	mv "$keys.new" "$keys"
fi
read -r public private <"$keys"
echo "--parameter Push=webpush --parameter WebPushKey=$public --parameter WebPushContact=mailto:push@example.com"
echo "--parameter PushSecret={\"webPush\":{\"privateKey\":\"$private\"}}"
