# ElasticMQ, a local SQS, from Maven Central into .tools/elasticmq/lib.
. "$(dirname "${BASH_SOURCE[0]}")/functions.sh"
jars elasticmq
"$scripts/require.sh" java
