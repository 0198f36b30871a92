#!/bin/sh
# Brings the real peers the tests compare against: etcd, etcdctl and etcdutl, unpacked from Debian packages into a cache folder
# without installing anything (debian.sh). Prints the folder that holds the binaries.
#
#   usage: peers.sh [-q]        -q: only print the folder
#
#   PEERS_BIN       a folder that has etcd, etcdctl and etcdutl already, to test against another version
#   XDG_CACHE_HOME, PEERS_SUITES    as in debian.sh
set -eu

me=peers quiet=${1:-}
. "$(dirname "$0")/debian.sh"

runs() { [ -x "$1/etcd" ] && [ -x "$1/etcdctl" ] && [ -x "$1/etcdutl" ] && "$1/etcd" --version >/dev/null 2>&1; }

if [ -n "${PEERS_BIN:-}" ]; then
    runs "$PEERS_BIN" || fail "PEERS_BIN: $PEERS_BIN has no etcd, etcdctl and etcdutl that run"
    echo "$PEERS_BIN"
    exit 0
fi
unpacked etcd runs etcd-server etcd-client
