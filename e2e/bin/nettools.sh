#!/bin/sh
# Brings iptables, which the tests cut networks with, unpacked from this machine's own Debian packages into a cache folder
# without installing anything. Prints the path of a program that works inside a new network namespace.
#
#   usage: nettools.sh [-q]        -q: only print the path
#
#   XDG_CACHE_HOME  where caches live (default ~/.cache); it goes to mainstay/nettools below it
set -eu

quiet=${1:-}
target=${XDG_CACHE_HOME:-$HOME/.cache}/mainstay/nettools

say() { [ "$quiet" = -q ] || echo "nettools: $*" >&2; }
fail() { echo "nettools: $*" >&2; exit 1; }

if "$target/iptables" --version >/dev/null 2>&1; then
    echo "$target/iptables"
    exit 0
fi
command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || fail "needs apt-get and dpkg-deb, or install iptables"

mkdir -p "$target"
# One fetch at a time: several test runs may start on a fresh machine together.
exec 9>"$target/.lock"
if command -v flock >/dev/null; then flock 9; fi

work=$(mktemp -d "$target/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT INT TERM
packages="iptables libip4tc2 libip6tc2 libxtables12 libnftnl11 libmnl0 libnfnetlink0 libnetfilter-conntrack3"
say "fetching $packages"
# shellcheck disable=SC2086 # one word per package
(cd "$work" && apt-get -q -o APT::Sandbox::User="$(id -un)" download $packages >log 2>&1) \
    || fail "not available: $(tail -3 "$work/log" | tr '\n' ' ')"
rm -rf "$target/root"
mkdir "$target/root"
for package in "$work"/*.deb; do dpkg-deb -x "$package" "$target/root"; done

libraries=$(dirname "$(find "$target/root" -name 'libxtables.so*' | head -1)")
# Kernels have the older interface, the newer one, or both.
for variant in iptables-legacy iptables-nft; do
    program=$target/root/usr/sbin/$variant
    [ -e "$program" ] || continue
    cat >"$target/iptables.new" <<END
#!/bin/sh
export LD_LIBRARY_PATH='$libraries' XTABLES_LIBDIR='$libraries/xtables' XTABLES_LOCKFILE='$target/xtables.lock'
exec '$program' "\$@"
END
    chmod +x "$target/iptables.new"
    if "$target/iptables.new" -L -n >/dev/null 2>&1; then
        mv "$target/iptables.new" "$target/iptables"
        say "$("$target/iptables" --version)"
        echo "$target/iptables"
        exit 0
    fi
done
fail "this kernel has no packet filter, or it takes more rights to use it"
