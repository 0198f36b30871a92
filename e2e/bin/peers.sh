#!/bin/sh
# Brings the real peers the tests compare against: etcd, etcdctl and etcdutl, unpacked from Debian packages into a cache folder
# without installing anything. Prints the folder that holds the binaries.
#
#   usage: peers.sh [-q]        -q: only print the folder
#
# The mirror is the one this machine's apt already uses; the newest suite that offers the packages wins. Nothing of the
# system's apt state is touched: lists, cache and sources are private, so it also works without root.
#
#   PEERS_BIN       a folder that has etcd, etcdctl and etcdutl already, to test against another version
#   XDG_CACHE_HOME  where caches live (default ~/.cache); the peers go to mainstay/peers below it
#   PEERS_SUITES    suites to try, newest first (default "sid trixie" and this machine's own)
set -eu

quiet=${1:-}
root=${XDG_CACHE_HOME:-$HOME/.cache}/mainstay/peers
bin=$root/etcd/usr/bin

say() { [ "$quiet" = -q ] || echo "peers: $*" >&2; }
fail() { echo "peers: $*" >&2; exit 1; }

runs() { [ -x "$1/etcd" ] && [ -x "$1/etcdctl" ] && [ -x "$1/etcdutl" ] && "$1/etcd" --version >/dev/null 2>&1; }

if [ -n "${PEERS_BIN:-}" ]; then
    runs "$PEERS_BIN" || fail "PEERS_BIN: $PEERS_BIN has no etcd, etcdctl and etcdutl that run"
    echo "$PEERS_BIN"
    exit 0
fi
if runs "$bin"; then
    echo "$bin"
    exit 0
fi

command -v apt-get >/dev/null && command -v dpkg >/dev/null \
    || fail "needs apt-get and dpkg (a Debian-like machine) to fetch etcd; or put etcd, etcdctl and etcdutl into $bin yourself"

mkdir -p "$root"
# One fetch at a time: several test runs may start on a fresh machine together.
exec 9>"$root/.lock"
if command -v flock >/dev/null; then flock 9; fi
if runs "$bin"; then
    echo "$bin"
    exit 0
fi

# "URI suite" of every main archive apt knows here; security and update suites hold no etcd of their own.
archives=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' 'Component: main' 2>/dev/null \
    | grep -v -e '-security' -e '-updates' -e '-backports' | sort -u) || true
[ -n "$archives" ] || fail "apt knows no archive with a 'main' component; check the machine's apt sources"
uri=$(echo "$archives" | awk 'NR == 1 { print $1 }')
own=$(echo "$archives" | awk 'NR == 1 { print $2 }')

keyring=/usr/share/keyrings/debian-archive-keyring.gpg
options=
if [ -r "$keyring" ]; then options="[signed-by=$keyring] "; fi

work=$(mktemp -d "$root/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT INT TERM
mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial" "$work/etcd"
: >"$work/status"

private_apt() {
    apt-get -q -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::State="$work/state" -o Dir::State::lists="$work/state/lists" -o Dir::State::status="$work/status" \
        -o Dir::Cache="$work/cache" -o APT::Get::List-Cleanup=0 -o Acquire::Languages=none \
        -o APT::Sandbox::User="$(id -un)" -o Acquire::Retries=3 "$@"
}

for suite in ${PEERS_SUITES:-sid trixie $own}; do
    say "looking for etcd in $suite"
    echo "deb ${options}${uri} $suite main" >"$work/sources.list"
    rm -f "$work"/*.deb
    if private_apt update >"$work/log" 2>&1 \
        && (cd "$work" && private_apt download etcd-server etcd-client >>"$work/log" 2>&1); then
        for package in "$work"/*.deb; do dpkg -x "$package" "$work/etcd"; done
        if runs "$work/etcd/usr/bin"; then
            rm -rf "$root/etcd"
            mv "$work/etcd" "$root/etcd"
            say "$("$bin/etcd" --version | head -1) from $suite"
            echo "$bin"
            exit 0
        fi
        say "etcd of $suite does not run on this machine"
        rm -rf "$work/etcd" && mkdir "$work/etcd"
    else
        say "not available from $suite: $(grep -E '^(E|W|Err):' "$work/log" | head -2 | tr '\n' ' ')"
    fi
done
fail "no suite offered a working etcd-server and etcd-client; is the package mirror reachable?"
