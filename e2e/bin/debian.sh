# shellcheck shell=sh
# Sourced by the scripts beside it that bring a program: unpacks programs from Debian packages into a cache folder, without installing anything.
#
# The mirror is the one this machine's apt already uses; the newest suite that offers the packages wins. Nothing of the
# system's apt state is touched: lists, cache and sources are private, so it also works without root.
#
#   XDG_CACHE_HOME  where caches live (default ~/.cache); what is unpacked goes to mainstay/peers below it
#   PEERS_SUITES    suites to try, newest first (default "sid trixie" and this machine's own)
#
# Who sources it sets $me, the word that its messages begin with, and may set $quiet to -q.

root=${XDG_CACHE_HOME:-$HOME/.cache}/mainstay/peers

say() { [ "${quiet:-}" = -q ] || echo "$me: $*" >&2; }
fail() { echo "$me: $*" >&2; exit 1; }

private_apt() {
    apt-get -q -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::State="$work/state" -o Dir::State::lists="$work/state/lists" -o Dir::State::status="$work/status" \
        -o Dir::Cache="$work/cache" -o APT::Get::List-Cleanup=0 -o Acquire::Languages=none \
        -o APT::Sandbox::User="$(id -un)" -o Acquire::Retries=3 "$@"
}

# unpacked NAME CHECK PACKAGE...: prints $root/NAME/usr/bin once `CHECK $root/NAME/usr/bin` succeeds, for which the packages
# are fetched if need be.
unpacked() {
    name=$1 check=$2
    shift 2
    bin=$root/$name/usr/bin
    if "$check" "$bin"; then
        echo "$bin"
        return
    fi

    command -v apt-get >/dev/null && command -v dpkg >/dev/null \
        || fail "needs apt-get and dpkg (a Debian-like machine) to fetch $*; or put the programs into $bin yourself"

    mkdir -p "$root"
    # One fetch at a time: several test runs may start on a fresh machine together.
    exec 9>"$root/.lock"
    if command -v flock >/dev/null; then flock 9; fi
    if "$check" "$bin"; then
        echo "$bin"
        return
    fi

    # "URI suite" of every main archive apt knows here; security and update suites hold none of these of their own.
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
    mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial" "$work/$name"
    : >"$work/status"

    for suite in ${PEERS_SUITES:-sid trixie $own}; do
        say "looking for $* in $suite"
        echo "deb ${options}${uri} $suite main" >"$work/sources.list"
        rm -f "$work"/*.deb
        if private_apt update >"$work/log" 2>&1 \
            && (cd "$work" && private_apt download "$@" >>"$work/log" 2>&1); then
            for package in "$work"/*.deb; do dpkg -x "$package" "$work/$name"; done
            if "$check" "$work/$name/usr/bin"; then
                rm -rf "${root:?}/$name"
                mv "$work/$name" "$root/$name"
                say "$* from $suite"
                echo "$bin"
                return
            fi
            say "$* of $suite do not run on this machine"
            rm -rf "${work:?}/$name" && mkdir "$work/$name"
        else
            say "not available from $suite: $(grep -E '^(E|W|Err):' "$work/log" | head -2 | tr '\n' ' ')"
        fi
    done
    fail "no suite offered $* that work; is the package mirror reachable?"
}
