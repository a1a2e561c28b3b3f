# Chromium, for the tests that look at the demo page. It comes from Debian: test tools' own downloads are not used.
. "$(dirname "${BASH_SOURCE[0]}")/functions.sh"
have chromium || have google-chrome || apt chromium
