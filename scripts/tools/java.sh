# A Java development kit, 17 or newer: DynamoDB Local, ElasticMQ and the Android client need it.
. "$(dirname "${BASH_SOURCE[0]}")/functions.sh"
if have java javac && [ "$(java -XshowSettings:properties -version 2>&1 | sed -n 's/ *java.specification.version = //p')" -ge 17 ] 2>/dev/null; then
	exit 0
fi
apt openjdk-17-jdk-headless
