#!/bin/sh
# Brings a kubectl that renders today's kustomizations: the machine's own, or else Debian's, unpacked into a cache folder without
# installing anything (debian.sh). Prints where it is.
#
#   usage: kubectl.sh [-q]      -q: only print where it is
#
#   XDG_CACHE_HOME, PEERS_SUITES    as in debian.sh
set -eu

me=kubectl quiet=${1:-}
. "$(dirname "$0")/debian.sh"

# The kustomize in those before 1.27 is too old, or may be.
runs() { [ -x "$1/kubectl" ] && "$1/kubectl" version --client 2>/dev/null | grep -Eq 'v1\.(2[7-9]|[3-9][0-9])\.'; }

if own=$(command -v kubectl) && runs "${own%/*}"; then
    echo "$own"
    exit 0
fi
folder=$(unpacked kubectl runs kubectl)
echo "$folder/kubectl"
