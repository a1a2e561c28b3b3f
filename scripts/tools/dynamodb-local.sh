# Amazon's DynamoDB Local, from Maven Central into .tools/dynamodb-local/lib.
. "$(dirname "${BASH_SOURCE[0]}")/functions.sh"
jars dynamodb-local
"$scripts/require.sh" java
