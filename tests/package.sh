#!/usr/bin/env bash
# Makes the Debian package, and lives through its life on a clean Debian: a new root by debootstrap, in which systemd runs as
# on a machine (systemd-nspawn). Installs, sets up, serves, rotates its log, upgrades under a running stream, is killed,
# hangs, restarts behind a socket, is removed, installed again and purged; then the same image as a container.
#
#   tests/package.sh                everything
#   tests/package.sh package        without the container
#   tests/package.sh container      the container alone
#
# ROOT_TARBALL names a root that was made before, as debootstrap makes it here; TOLLGATE_BUILD a build
# whose package is taken as it is.
# As root, some minutes, 3 GB in $TMPDIR. Its commands are those of docs/install.md. In its own network: no port is used.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=tools/packages.sh
. "$ROOT/tools/packages.sh"
# shellcheck source=tests/package/container.sh
. "$ROOT/tests/package/container.sh"
# shellcheck source=tests/package/life.sh
. "$ROOT/tests/package/life.sh"

BUILD=${TOLLGATE_BUILD:-$ROOT/build/release}
MIRROR=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
WORK=''
machine_pid='' leader=''

# Says what comes next, and how long the step before took.
step_name='' step_start_ms=0
step() {
    local now_ms=$((${EPOCHREALTIME/./} / 1000))
    if [[ -n $step_name ]]; then printf '%8.1f s  %s\n' "$(((now_ms - step_start_ms) / 100))e-1" "$step_name"; fi
    step_name=$1 step_start_ms=$now_ms
}

# expect WHAT COMMAND…: fails, naming what was expected, where the command does.
expect() {
    local what=$1
    shift
    "$@" || fail "expected: $what"
}

make_packages() {
    if [[ ! -v TOLLGATE_BUILD ]]; then
        (cd "$ROOT" && cmake --preset release >/dev/null && cmake --build --preset release --target deb sample_upstream >"$WORK/build.log") \
            || fail "the build failed: $(tail -n 20 "$WORK/build.log")"
    fi
    mkdir "$WORK/packages"
    cp "$BUILD"/packages/tollgate_*-1_*.deb "$WORK/packages/" || fail "there is no package in $BUILD/packages"
    first=$(echo "$WORK"/packages/tollgate_*-1_*.deb) second=$WORK/packages/tollgate-2.deb
    # The same files as a later version.
    dpkg-deb --raw-extract "$first" "$WORK/second"
    sed -i 's/^\(Version: .*\)-1$/\1-2/' "$WORK/second/DEBIAN/control"
    dpkg-deb -Zgzip --root-owner-group --build "$WORK/second" "$second" >/dev/null
}

check_package() {
    expect "lintian finds nothing" lintian --fail-on error,warning --allow-root "$first"
    dpkg-deb -x "$first" "$WORK/unpacked"
    local unit=$WORK/unpacked/lib/systemd/system/tollgate.service
    # 1.0 is a service without a network.
    systemd-analyze security --offline=yes --threshold=15 "$unit" >"$WORK/security.log" \
        || fail "systemd-analyze security: $(tail -n 1 "$WORK/security.log")"
    say "$(tail -n 1 "$WORK/security.log")"
    local page
    for page in "$WORK"/unpacked/usr/share/man/man?/*.gz; do
        [[ -z $(LC_ALL=C.UTF-8 man --warnings -l -Tutf8 "$page" 2>&1 >/dev/null) ]] || fail "$page: man has warnings"
    done
}

make_root() {
    if [[ -v ROOT_TARBALL ]]; then
        mkdir "$WORK/root" && tar --directory "$WORK/root" --extract --file "$ROOT_TARBALL"
        return
    fi
    debootstrap --variant=minbase --include=systemd-sysv,dbus,curl,logrotate bookworm "$WORK/root" "$MIRROR" >"$WORK/debootstrap.log" \
        || fail "debootstrap failed: $(tail -n 5 "$WORK/debootstrap.log")"
    # A policy of debootstrap's host must not keep services from starting.
    rm -f "$WORK/root/usr/sbin/policy-rc.d"
}

main() {
    [[ $EUID -eq 0 ]] || fail "it needs root"
    local what=${1:-all}
    install_packages "${PACKAGE_PACKAGES[@]}"
    WORK=$(mktemp -d --tmpdir tollgate-package.XXXXXX)
    trap clean_up EXIT
    step "two versions of the package"
    make_packages
    if [[ $what != container ]]; then
        step "lintian, systemd-analyze security, man pages"
        check_package
        step "a clean Debian by debootstrap"
        make_root
        live
    fi
    if [[ $what != package ]]; then
        contain
    fi
    step ""
    say "all was as expected"
}

clean_up() {
    local status=$?
    stop_machine
    clean_container
    if [[ -v KEEP || -z $WORK ]]; then say "kept: $WORK"; else rm -rf --one-file-system "$WORK"; fi
    ((status == 0)) || say "failed during: $step_name"
}

main "$@"
