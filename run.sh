#!/usr/bin/env bash
# Builds Tollgate and starts it with configs/quickstart.yaml, beside a sample upstream that needs no provider account.
# Stays in the foreground; Ctrl-C or SIGTERM stops both. Can be run again at any time.
#
# Environment, with defaults: TOLLGATE_LISTEN (127.0.0.1:8080) TOLLGATE_OPS_LISTEN (127.0.0.1:9464)
# TOLLGATE_SAMPLE_LISTEN (127.0.0.1:8090) TOLLGATE_DATA_DIR (./data) TOLLGATE_ACCESS_LOG (DATA_DIR/access.log).
# TOLLGATE_MASTER_KEY_FILE (DATA_DIR/master.key, made at the first start). Port 0 takes a free one.
# OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY: those providers are configured too.
set -euo pipefail
set -m # children get process groups of their own: Ctrl-C reaches this script alone, and the gateway may drain first

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tools/packages.sh
. "$ROOT/tools/packages.sh"

START_TIMEOUT_S=60

export TOLLGATE_LISTEN=${TOLLGATE_LISTEN:-127.0.0.1:8080}
export TOLLGATE_OPS_LISTEN=${TOLLGATE_OPS_LISTEN:-127.0.0.1:9464}
export TOLLGATE_SAMPLE_LISTEN=${TOLLGATE_SAMPLE_LISTEN:-127.0.0.1:8090}
TOLLGATE_DATA_DIR=$(realpath --canonicalize-missing "${TOLLGATE_DATA_DIR:-$ROOT/data}")
export TOLLGATE_DATA_DIR
export TOLLGATE_ACCESS_LOG=${TOLLGATE_ACCESS_LOG:-$TOLLGATE_DATA_DIR/access.log}
export TOLLGATE_MASTER_KEY_FILE=${TOLLGATE_MASTER_KEY_FILE:-$TOLLGATE_DATA_DIR/master.key}
cd "$ROOT"

build_pid='' gateway_pid='' sample_pid='' stopping=''

# The gateway first: it may still be finishing answers that come from the sample upstream.
stop_child() {
    local pid=$1 status=0
    [[ -n $pid ]] || return 0
    kill -TERM "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || status=$?
    return "$status"
}

stop_all() {
    local status=0
    [[ -z $build_pid ]] || kill -TERM -- "-$build_pid" 2>/dev/null || true
    stop_child "$gateway_pid" || status=$?
    gateway_pid=''
    stop_child "$sample_pid" || true
    sample_pid=''
    return "$status"
}

on_signal() {
    trap '' TERM INT HUP
    stopping=yes
    say "stopping"
    local status=0
    stop_all || status=$?
    ((status == 0)) || fail "the gateway ended with status $status; see $TOLLGATE_DATA_DIR/gateway.log"
    say "stopped"
    exit 0
}

on_exit() {
    [[ -n $stopping ]] || stop_all || true
}

build() {
    # Quiet when there is nothing to do; every step is shown when there is.
    local log=build/configure.log
    mkdir -p build
    cmake --preset release >"$log" 2>&1 || {
        tail -n 20 "$log" >&2
        fail "cmake failed: the whole message is in $log"
    }
    say "building build/release (minutes the first time, seconds afterwards)"
    NINJA_STATUS='[%f/%t, %es] ' cmake --build --preset release --target tollgate sample_upstream &
    build_pid=$! # in the background, so that a signal is heard at once
    wait "$build_pid" || fail "the build failed: the compiler's message is above"
    build_pid=''
}

# Fails if somebody listens there already.
require_free() {
    local name=$1 address=$2
    local host=${address%:*} port=${address##*:}
    [[ $address == *:* && $port =~ ^[0-9]+$ ]] || fail "$name is '$address': it must be HOST:PORT"
    [[ $port != 0 ]] || return 0
    host=${host#[} host=${host%]}
    [[ $host == 0.0.0.0 ]] && host=127.0.0.1
    [[ $host == :: ]] && host=::1
    ! (exec 3<>"/dev/tcp/$host/$port") 2>/dev/null || fail "port taken: another program listens on $address ($name)"
}

# Waits until a line of FILE matches, and prints what the parenthesis in it matched; 1 when the process ends before.
wait_for_line() {
    local pid=$1 file=$2 pattern=$3 line
    local deadline=$((SECONDS + START_TIMEOUT_S))
    while ((SECONDS < deadline)); do
        while IFS= read -r line; do
            [[ $line =~ $pattern ]] && printf '%s' "${BASH_REMATCH[1]}" && return 0
        done < <(cat "$file" 2>/dev/null)
        kill -0 "$pid" 2>/dev/null || return 1
        sleep 0.05
    done
    return 1
}

last_line() { tail -n 1 "$1" 2>/dev/null | sed 's/^[a-z_]*: //'; }

initialize() { # with the addresses that clients use
    build/release/tollgate init --data-dir "$TOLLGATE_DATA_DIR" --quickstart --json --base-url "$1" --ops-url "$2" \
        >/dev/null 2>"$TOLLGATE_DATA_DIR/gateway.log" \
        || fail "the data directory cannot be used: $(last_line "$TOLLGATE_DATA_DIR/gateway.log")"
}

# setpriv: should this script be killed outright, the kernel tells its children to stop.
start_sample() {
    local log=$TOLLGATE_DATA_DIR/sample_upstream.log
    rm -f "$log"
    setpriv --pdeathsig TERM build/release/sample_upstream --listen "$TOLLGATE_SAMPLE_LISTEN" >"$log" 2>&1 9>&- &
    sample_pid=$!
    TOLLGATE_SAMPLE_LISTEN=$(wait_for_line "$sample_pid" "$log" 'listening on ([^ ]+)') \
        || fail "the sample upstream did not start on $TOLLGATE_SAMPLE_LISTEN: $(last_line "$log")"
}

start_gateway() {
    local log=$TOLLGATE_DATA_DIR/gateway.log urls
    rm -f "$log"
    setpriv --pdeathsig TERM build/release/tollgate serve --config configs/quickstart.yaml >"$log" 2>&1 9>&- &
    gateway_pid=$!
    urls=$(wait_for_line "$gateway_pid" "$log" '^tollgate listening: (.*)$') \
        || fail "the gateway did not start: $(last_line "$log")"
    # "data URL operations URL"; a client cannot use the address that stands for all addresses.
    [[ $urls =~ ^data\ ([^ ]+)\ operations\ ([^ ]+)$ ]] || fail "the gateway's first line is not understood: $urls"
    base_url=$(reachable "${BASH_REMATCH[1]}")
    urls=${urls##* }
    ops_url=$(reachable "$urls")
    curl --silent --fail --max-time 10 --retry 20 --retry-delay 1 --retry-connrefused --output /dev/null \
        "$ops_url/health/ready" || fail "the gateway does not become ready; see $log"
}

reachable() {
    local url=${1/0.0.0.0/127.0.0.1}
    printf '%s' "${url/\[::\]/[::1]}"
}

# Beside the data, for trials: docs/operations.md says where it belongs.
make_master_key() {
    (umask 077 && od --address-radix=n --format=x1 --read-bytes=32 /dev/urandom | tr -d ' \n' >"$TOLLGATE_MASTER_KEY_FILE") \
        || fail "the master key $TOLLGATE_MASTER_KEY_FILE cannot be made"
}

# Only until somebody has used it.
setup_line() {
    local path
    path=$(sed -n 's/.*"setup_path": *"\([^"]*\)".*/\1/p' "$TOLLGATE_DATA_DIR/quickstart.json")
    [[ -n $path ]] && curl --silent --max-time 10 "$base_url/api/sign-in" | grep --quiet '"set_up": *false' || return 0
    printf '\n  set up    %s%s\n            makes you the person who operates this gateway; it works once' "$base_url" "$path"
}

greet() {
    local key
    key=$(sed -n 's/.*"api_key": *"\([^"]*\)".*/\1/p' "$TOLLGATE_DATA_DIR/quickstart.json")
    cat <<END

Tollgate is ready.

  address   $base_url/v1
  key       $key
  metrics   $ops_url/metrics
  data      $TOLLGATE_DATA_DIR (quickstart.json has the keys)$(setup_line)

A streamed answer from the sample upstream:

  curl --no-buffer $base_url/v1/chat/completions \\
    --header "Authorization: Bearer $key" --header "Content-Type: application/json" \\
    --data '{"model": "sample/echo", "stream": true, "stream_options": {"include_usage": true},
             "messages": [{"role": "user", "content": "Hello from Tollgate"}]}'

The same in Python (pip install openai):

  from openai import OpenAI
  client = OpenAI(base_url="$base_url/v1", api_key="$key")
  for chunk in client.chat.completions.create(model="sample/echo", stream=True,
          messages=[{"role": "user", "content": "Hello from Tollgate"}]):
      print(chunk.choices[0].delta.content or "" if chunk.choices else "", end="", flush=True)

Ctrl-C stops it.
END
}

require_debian_12
install_packages "${RUN_PACKAGES[@]}"
trap on_signal TERM INT HUP
trap on_exit EXIT
build

require_free TOLLGATE_LISTEN "$TOLLGATE_LISTEN"
require_free TOLLGATE_OPS_LISTEN "$TOLLGATE_OPS_LISTEN"
require_free TOLLGATE_SAMPLE_LISTEN "$TOLLGATE_SAMPLE_LISTEN"
mkdir -p -m 700 "$TOLLGATE_DATA_DIR" 2>/dev/null || fail "the data directory $TOLLGATE_DATA_DIR cannot be made"
exec 9>"$TOLLGATE_DATA_DIR/run.lock" || fail "the data directory $TOLLGATE_DATA_DIR cannot be written"
flock --nonblock 9 || fail "the data directory $TOLLGATE_DATA_DIR is in use by another run.sh"
# Only the first start makes anything; afterwards just the addresses are written, once the gateway has them.
[[ -e $TOLLGATE_MASTER_KEY_FILE ]] || make_master_key
[[ -e $TOLLGATE_DATA_DIR/quickstart.json ]] || initialize "$(reachable "http://$TOLLGATE_LISTEN")" "$(reachable "http://$TOLLGATE_OPS_LISTEN")"
start_sample
start_gateway
build/release/tollgate init --data-dir "$TOLLGATE_DATA_DIR" --quickstart --json --base-url "$base_url" --ops-url "$ops_url" >/dev/null \
    || fail "quickstart.json could not be brought up to date"
greet

status=0
wait -n -p ended "$gateway_pid" "$sample_pid" || status=$?
if [[ $ended == "$gateway_pid" ]]; then
    gateway_pid=''
    fail "the gateway ended by itself with status $status; see $TOLLGATE_DATA_DIR/gateway.log"
fi
sample_pid=''
fail "the sample upstream ended by itself with status $status; the gateway is stopped too"
