# Maven, which fetches everything that comes from Maven Central.
. "$(dirname "${BASH_SOURCE[0]}")/functions.sh"
have mvn || apt maven
