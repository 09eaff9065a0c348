#!/usr/bin/env bash
# Signs people in at a real Keycloak through a real gateway: each algorithm, a linked account, groups that come and go, a
# rotated key, an unverified address, a wrong secret. Not part of CI: the first run fetches 170 MB, and Keycloak takes
# 600 MB of memory.
#
#   tests/keycloak.sh
#
# TOLLGATE (default build/release/tollgate) is the gateway's binary, PYTHON (default build/tests-venv/bin/python) has what
# tests/requirements.txt names. Everything it installs and writes is under build/keycloak.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$root/build/keycloak
version=26.7.3
home=$work/keycloak-$version

for tool in java mvn; do
  command -v "$tool" >/dev/null || { echo "keycloak.sh: missing: $tool (Debian: default-jdk-headless maven)" >&2; exit 1; }
done

mkdir -p "$work"
if [[ ! -x $home/bin/kc.sh ]]; then
  mvn --quiet --batch-mode org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy \
    -Dartifact="org.keycloak:keycloak-quarkus-dist:$version:tar.gz" -DoutputDirectory="$work"
  tar -xzf "$work/keycloak-quarkus-dist-$version.tar.gz" -C "$work"
fi

# Neither the realm nor the gateway's data of an earlier run.
rm -rf "$home/data" "$work/run"
mkdir -p "$work/run"
export TOLLGATE_BINARY=${TOLLGATE:-$root/build/release/tollgate}
export JAVA_OPTS_KC_HEAP=${JAVA_OPTS_KC_HEAP:--Xms128m -Xmx512m}
"${PYTHON:-$root/build/tests-venv/bin/python}" "$root/tests/keycloak/sign_in.py" "$home" "${KEYCLOAK_PORT:-18180}" "$work/run"
