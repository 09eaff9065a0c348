# shellcheck shell=bash
# What run.sh and test.sh share: messages, and installing Debian packages that are missing. Sourced, never run.
# Why each package is needed: docs/dependencies.md.

RUN_PACKAGES=(brotli ca-certificates ccache clang-19 cmake curl esbuild libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev
    libbenchmark-dev libbrotli-dev libcbor-dev libcli11-dev libcurl4-openssl-dev libgmock-dev libgtest-dev liblz4-dev librocksdb-dev libsimdjson-dev libsodium-dev
    libspdlog-dev libssl-dev
    libyaml-cpp-dev libzstd-dev lld-19 llvm-19 ninja-build pkg-config prometheus-cpp-dev zlib1g-dev)
TEST_PACKAGES=(chromium clang-format-19 clang-tidy-19 libclang-rt-19-dev nginx-light oathtool prometheus python3-venv
    strace valgrind)
# What tests/package.sh needs beside them.
PACKAGE_PACKAGES=(buildah crun debootstrap dpkg-dev file lintian man-db podman python3-minimal systemd-container)

say() { printf '%s: %s\n' "${0##*/}" "$*"; }
fail() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

require_debian_12() {
    [[ $(. /etc/os-release 2>/dev/null && echo "${ID:-}${VERSION_ID:-}") == debian12 ]] \
        || fail "this system is not Debian 12 (bookworm), and only its packages are known to work"
}

# Prints those of the given packages that are not installed.
missing_packages() {
    local package
    for package in "$@"; do
        [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || echo "$package"
    done
}

as_root() {
    if [[ $EUID -eq 0 ]]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        fail "installing Debian packages needs root: run as root once, or install sudo"
    fi
}

# Installs what is missing of the given packages; asks nothing and touches nothing when all are there.
install_packages() {
    local -a missing
    mapfile -t missing < <(missing_packages "$@")
    ((${#missing[@]})) || return 0
    say "installing ${#missing[@]} Debian packages: ${missing[*]}"
    local -a apt=(env DEBIAN_FRONTEND=noninteractive apt-get --quiet --quiet --option Dpkg::Use-Pty=0)
    as_root "${apt[@]}" update --error-on=any \
        || say "some package lists could not be updated; trying with what there is"
    as_root "${apt[@]}" install --yes --no-install-recommends "${missing[@]}" \
        || fail "apt-get could not install them (its message is above): is there a network?"
}
