#!/bin/bash
# Brings the third-party etcd clients that the end-to-end tests drive into a cache folder:
#   <cache>/clients/node/node_modules   npm etcd3, as pinned by e2e/clients/node/package-lock.json
#   <cache>/clients/python              Debian's python3-etcd3 with whatever it needs and the system lacks
# Safe to run again at any time, and quick when everything is there. Changes nothing outside the cache
# folder and needs no root. The cache is $XDG_CACHE_HOME/mainstay, else ~/.cache/mainstay.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/mainstay/clients
python=/usr/bin/python3 # Debian's own: a python3 found first on PATH does not see Debian's packages.

say() { echo "clients: $*"; }
fail() { echo "clients: $*" >&2; exit 1; }

# One installer at a time: two builds on one machine share the cache.
mkdir -p "$cache"
exec 9>"$cache/.lock"
flock -w 600 9 || fail "another installation has held $cache/.lock for ten minutes"

install_node_client() {
    local target=$cache/node wanted log
    command -v node >/dev/null && command -v npm >/dev/null ||
        fail "node and npm are needed for the npm etcd3 client; install the packages nodejs and npm"
    wanted=$(cat "$here"/clients/node/package*.json | sha256sum | cut -d' ' -f1)
    [ "$(cat "$target/.installed" 2>/dev/null)" = "$wanted" ] && return
    say "installing npm etcd3 into $target"
    rm -rf "$target"
    mkdir -p "$target"
    cp "$here"/clients/node/package*.json "$target/"
    log=$target/npm.log
    (cd "$target" && npm ci --ignore-scripts --no-audit --no-fund >"$log" 2>&1) ||
        { tail -20 "$log" >&2; fail "npm ci failed; see $log"; }
    echo "$wanted" >"$target/.installed"
}

# Where python3-etcd3 was unpacked; the test sets the same two variables.
python_sees_etcd3() {
    local root=$cache/python/root
    PYTHONPATH=$root/usr/lib/python3/dist-packages \
        LD_LIBRARY_PATH=$(echo "$root"/usr/lib/*-linux-gnu | tr ' ' ':') \
        "$python" -c 'import etcd3' 2>/dev/null
}

install_python_client() {
    local target=$cache/python packages options log
    [ -x "$python" ] || fail "$python is needed for python3-etcd3; install the package python3"
    python_sees_etcd3 && return
    command -v apt-get >/dev/null ||
        fail "the Python client comes as Debian's package python3-etcd3, and there is no apt-get here; install etcd3 for $python"
    say "unpacking python3-etcd3 into $target"
    rm -rf "$target"
    mkdir -p "$target/lists/partial" "$target/archives/partial" "$target/root"
    log=$target/apt.log
    options=(-o "Dir::State::lists=$target/lists" -o "Dir::Cache=$target" -o "Dir::Cache::archives=archives"
        -o APT::Sandbox::User= -o Debug::NoLocking=true)
    apt-get "${options[@]}" update >"$log" 2>&1 || say "some package lists could not be read, trying with the rest"
    # A simulated installation names exactly the packages that this machine lacks.
    packages=$(apt-get "${options[@]}" -s install --no-install-recommends python3-etcd3 2>>"$log" | awk '$1 == "Inst" { print $2 }')
    [ -n "$packages" ] || { tail -5 "$log" >&2; fail "apt knows no python3-etcd3; see $log"; }
    # shellcheck disable=SC2086 # one word per package
    (cd "$target/archives" && apt-get "${options[@]}" download $packages >>"$log" 2>&1) ||
        { tail -5 "$log" >&2; fail "the packages of python3-etcd3 could not be downloaded; see $log"; }
    for package in "$target"/archives/*.deb; do
        dpkg-deb -x "$package" "$target/root"
    done
    rm -rf "$target/lists" "$target/archives" "$target"/*.bin
    python_sees_etcd3 || fail "$python can't import etcd3 from $target/root"
}

install_node_client
install_python_client
say "npm etcd3 and python3-etcd3 are ready in $cache"
