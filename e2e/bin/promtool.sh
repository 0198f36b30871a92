#!/bin/sh
# Brings Prometheus' promtool, which tests the alerts, unpacked from Debian's package into a cache folder without installing
# anything (debian.sh). Prints where it is.
#
#   usage: promtool.sh [-q]     -q: only print where it is
#
#   PROMTOOL        a promtool to use instead
#   XDG_CACHE_HOME, PEERS_SUITES    as in debian.sh
set -eu

me=promtool quiet=${1:-}
. "$(dirname "$0")/debian.sh"

runs() { [ -x "$1/promtool" ] && "$1/promtool" --version >/dev/null 2>&1; }

if [ -n "${PROMTOOL:-}" ]; then
    "$PROMTOOL" --version >/dev/null 2>&1 || fail "PROMTOOL: $PROMTOOL does not run"
    echo "$PROMTOOL"
    exit 0
fi
folder=$(unpacked promtool runs prometheus)
echo "$folder/promtool"
