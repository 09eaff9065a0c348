# shellcheck shell=bash
# A package's life in a machine of its own. Sourced by tests/package.sh.

OPERATOR_PASSWORD='a long enough password'

start_machine() {
    setsid systemd-nspawn --quiet --directory="$WORK/root" --register=no --keep-unit --private-network --boot \
        --system-call-filter=@memlock \
        --console=pipe </dev/null >"$WORK/console.log" 2>&1 &
    machine_pid=$!
    local i
    for ((i = 0; i < 600; i++)); do
        leader=$(pgrep --parent "$machine_pid" --exact systemd || true)
        [[ -n $leader ]] && inside systemctl is-active --quiet multi-user.target 2>/dev/null && return 0
        kill -0 "$machine_pid" 2>/dev/null || fail "the machine did not start: $(tail -n 5 "$WORK/console.log")"
        sleep 0.1
    done
    fail "the machine is not up after a minute: $(tail -n 5 "$WORK/console.log")"
}

stop_machine() {
    [[ -n $machine_pid ]] || return 0
    [[ -z $leader ]] || kill -RTMIN+4 "$leader" 2>/dev/null || true # systemd powers off
    local i
    for ((i = 0; i < 300; i++)); do
        kill -0 "$machine_pid" 2>/dev/null || break
        sleep 0.1
    done
    kill -KILL "$machine_pid" 2>/dev/null || true
    machine_pid=''
}

inside() {
    nsenter --target "$leader" --all env --ignore-environment PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@"
}
shell() { inside bash -euo pipefail -c "$1"; }

field() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p"; }
root_call() { inside curl --silent --show-error --fail-with-body --header "Authorization: Bearer $root_key" --header "Content-Type: application/json" "$@"; }
# chat WORDS CURL-OPTIONS…
chat() {
    local words=$1
    shift
    send '{"model": "sample/echo", "messages": [{"role": "user", "content": "'"$words"'"}]}' "$@"
}
send() {
    local body=$1
    shift
    inside curl --silent --show-error --fail-with-body --max-time 60 "$@" http://127.0.0.1:8080/v1/chat/completions \
        --header "Authorization: Bearer $key" --header "Content-Type: application/json" --data "$body"
}
credits_used() { inside curl --silent --fail http://127.0.0.1:8080/api/v1/credits --header "Authorization: Bearer $key"; }
main_pid() { inside systemctl show --property MainPID --value tollgate; }

# What is said of the service where it does not do what it should.
expect_active() {
    inside systemctl is-active --quiet tollgate || fail "tollgate does not run $1: $(inside journalctl --no-pager -u tollgate -n 20)"
}

install_package() {
    cp "$first" "$WORK/root/root/tollgate.deb"
    cp "$second" "$WORK/root/root/tollgate-2.deb"
    cp "$BUILD/sample_upstream" "$WORK/root/usr/local/bin/"
    # The machine has no network: what apt needs is fetched before.
    chroot "$WORK/root" apt-get --quiet --quiet update >"$WORK/download.log" 2>&1 || fail "apt-get update: $(tail -n 3 "$WORK/download.log")"
    chroot "$WORK/root" apt-get --quiet --quiet install --yes --download-only /root/tollgate.deb >"$WORK/download.log" 2>&1 \
        || fail "apt-get could not fetch what the package needs: $(tail -n 3 "$WORK/download.log")"
    step "the machine starts"
    start_machine
    step "apt install ./tollgate.deb, until it runs"
    inside apt-get --quiet --quiet --option Dpkg::Use-Pty=0 install --yes /root/tollgate.deb >"$WORK/install.log" 2>&1 \
        || fail "apt-get install failed: $(tail -n 20 "$WORK/install.log")"
    expect_active "after the installation"
    expect "the installation says how one gets the link" grep --quiet 'tollgate admin setup-link' "$WORK/install.log"
    expect "it is started with the machine" inside systemctl is-enabled --quiet tollgate
    expect "no secret is in the journal or in apt's log" shell '! journalctl --no-pager | grep --extended-regexp "sk-tg-[A-Za-z]|tg-setup-[A-Za-z0-9]" &&
        ! grep --recursive --extended-regexp "sk-tg-[A-Za-z]|tg-setup-[A-Za-z0-9]" /var/log/apt'
    expect "root.key is root's alone" test "$(inside stat --format '%U %a' /etc/tollgate/root.key)" = "root 600"
    expect "others cannot read the master key" test "$(inside stat --format '%U %G %a' /etc/tollgate/master.key)" = "root tollgate 640"
    expect "the program runs as tollgate" test "$(inside stat --format %U "/proc/$(main_pid)")" = tollgate
    systemd_knows
}

systemd_knows() {
    expect "systemd-analyze verify finds nothing" shell '[[ -z $(systemd-analyze verify --man=no tollgate.service tollgate.socket 2>&1 | grep tollgate) ]]'
    expect "the watchdog is fed" shell '[[ $(systemctl show --property WatchdogTimestampMonotonic --value tollgate) -gt 0 ]]'
    say "$(inside systemd-analyze security --no-pager tollgate | tail -n 1)"
}

set_up() {
    local link token
    link=$(inside runuser -u tollgate -- tollgate admin setup-link --data-dir /var/lib/tollgate)
    token=${link##*token=}
    inside curl --silent --show-error --fail-with-body --output /dev/null http://127.0.0.1:8080/api/setup --header "Sec-Fetch-Site: same-origin" \
        --json '{"token": "'"$token"'", "email": "ops@example.com", "name": "Ops", "password": "'"$OPERATOR_PASSWORD"'"}' \
        || fail "the link that was printed does not make an operator: $link"
    # An upstream, as an operator would name one.
    inside systemd-run --quiet --unit=sample sample_upstream --listen 127.0.0.1:8090
    shell 'echo "SAMPLE_KEY=sample" >>/etc/tollgate/environment
           sed -i "s|^providers:|&\n  - {name: sample, base_url: http://127.0.0.1:8090/v1, api_key: \"\${SAMPLE_KEY:-}\"}|" /etc/tollgate/tollgate.yaml
           systemd-run --pipe --quiet --uid=tollgate --property=EnvironmentFile=/etc/tollgate/environment \
               tollgate check --config /etc/tollgate/tollgate.yaml | grep --quiet ok
           systemctl restart tollgate'
    root_key=$(inside cat /etc/tollgate/root.key)
    organization=$(root_call http://127.0.0.1:8080/api/organizations --data '{"name": "Example Company"}' | field id)
    root_call "http://127.0.0.1:8080/api/organizations/$organization/credits" --header "Idempotency-Key: opening" \
        --data '{"amount": 5}' >/dev/null
    key=$(root_call "http://127.0.0.1:8080/api/organizations/$organization/keys" --data '{"name": "first"}' | field key)
    expect "a request is served" grep --quiet '"content"' <<<"$(chat 'Hello from the package')"
}

rotate_log() {
    # It is written in pieces, within a second or so.
    expect "the access log has the request" shell 'for i in $(seq 50); do grep --quiet sample/echo /var/log/tollgate/access.log && exit; sleep 0.1; done; exit 1'
    inside logrotate --force /etc/logrotate.d/tollgate
    chat 'After the rotation' >/dev/null
    shell 'for i in $(seq 50); do [[ -s /var/log/tollgate/access.log ]] && exit; sleep 0.1; done; exit 1' \
        || fail "expected: the new access log is written after logrotate"
    expect "reload is done" inside systemctl reload tollgate
    expect_active "after a reload"
}

# The package's scripts restart the gateway while an answer is on its way.
upgrade() {
    local before pid
    before=$(credits_used)
    pid=$(main_pid)
    send '{"model": "sample/echo", "stream": true, "user": "sample:tokens=60 token_ms=100",
           "messages": [{"role": "user", "content": "slowly"}]}' --no-buffer >"$WORK/slow.events" &
    local slow=$!
    sleep 1
    inside apt-get --quiet --quiet --option Dpkg::Use-Pty=0 install --yes /root/tollgate-2.deb >"$WORK/upgrade.log" 2>&1 \
        || fail "the upgrade failed: $(tail -n 20 "$WORK/upgrade.log")"
    expect "an answer that runs during the upgrade ends whole" wait "$slow"
    expect "its end has come" grep --quiet '^data: \[DONE\]' "$WORK/slow.events"
    expect "all of it has come" test "$(grep --count '"content":"' "$WORK/slow.events")" -ge 60
    expect_active "after the upgrade"
    expect "another process runs" test "$pid" != "$(main_pid)"
    expect "the second version is installed" shell '[[ $(dpkg-query --show --showformat="\${Version}" tollgate) == *-2 ]]'
    expect "the changed configuration is kept" inside grep --quiet 'name: sample' /etc/tollgate/tollgate.yaml
    expect "the key works over the old data" chat 'After the upgrade' --output /dev/null
    expect "what was used before is still booked" test "$before" != "$(credits_used)"
    inside runuser -u tollgate -- tollgate ledger verify --data-dir /var/lib/tollgate >"$WORK/verify.log" \
        || fail "ledger verify: $(tail -n 5 "$WORK/verify.log")"
}

# kill -9, and a process that is stopped: systemd has another one in its place.
fail_hard() {
    local pid=$1 signal=$2 limit_s=$3 i
    shell "kill -$signal $pid" # the shell's own: no other is installed
    for ((i = 0; i < limit_s * 10; i++)); do
        [[ $(main_pid) != "$pid" ]] && inside systemctl is-active --quiet tollgate && break
        sleep 0.1
    done
    expect "another process serves after SIG$signal" test "$pid" != "$(main_pid)"
    expect "requests are served after SIG$signal" chat "After SIG$signal" --output /dev/null
}

hang() {
    shell 'mkdir -p /run/systemd/system/tollgate.service.d
           printf "[Service]\nWatchdogSec=2\nTimeoutAbortSec=2\n" >/run/systemd/system/tollgate.service.d/soon.conf
           systemctl daemon-reload && systemctl restart tollgate && sleep 4 && systemctl is-active --quiet tollgate
           [[ $(systemctl show --property NRestarts --value tollgate) == 0 ]]' || fail "expected: a short watchdog is fed"
    fail_hard "$(main_pid)" STOP 20
    expect "the watchdog was why" shell 'journalctl --no-pager -u tollgate | grep --quiet "Watchdog timeout"'
    shell 'rm -r /run/systemd/system/tollgate.service.d && systemctl daemon-reload'
}

# A hundred requests one after the other, each on a connection of its own, while it restarts.
restart_behind_socket() {
    shell 'systemctl stop tollgate && systemctl enable --quiet --now tollgate.socket && systemctl start tollgate'
    expect "the socket is taken" shell 'journalctl --no-pager -u tollgate | grep --quiet "a socket was handed over"'
    (for _ in $(seq 100); do chat again --output /dev/null || exit 1; done) &
    local requests=$!
    sleep 0.5
    inside systemctl restart tollgate
    inside systemctl restart tollgate
    expect "no request of a hundred fails while it restarts" wait "$requests"
    shell 'systemctl disable --quiet --now tollgate.socket && systemctl restart tollgate'
}

# Names of all that is called tollgate or belongs to its user, but for what the test itself brought.
traces() {
    shell 'find / -xdev \( -path /proc -o -path /sys -o -path /root -o -path /tmp -o -path /var/cache -o -path /var/log/journal \) -prune -o \
               \( -iname "*tollgate*" -o -uid "$(id --user tollgate 2>/dev/null || echo 65533)" \) -print |
           grep --invert-match "^/var/lib/tollgate/" | sort; getent passwd tollgate | cut -d: -f1; dpkg-query --show --showformat="\${db:Status-Abbrev}\n" tollgate 2>/dev/null || true'
}
expect_traces() {
    local found
    found=$(traces | grep --invert-match '^un *$' || true)
    [[ $found == "$2" ]] || fail "expected $1: $(diff <(echo "$2") <(echo "$found"))"
}

remove_and_purge() {
    inside apt-get --quiet --quiet remove --yes tollgate >"$WORK/remove.log" 2>&1 || fail "apt-get remove failed"
    expect "nothing runs" shell '! systemctl is-active --quiet tollgate && ! grep --silent tollgate /proc/[0-9]*/comm'
    expect "the program is gone" inside test ! -e /usr/bin/tollgate
    expect "data and configuration are kept" inside test -d /var/lib/tollgate/rocksdb -a -e /etc/tollgate/tollgate.yaml
    inside apt-get --quiet --quiet install --yes /root/tollgate-2.deb >"$WORK/again.log" 2>&1 || fail "the second installation failed"
    expect_active "after it was installed again"
    expect "the key of before works" chat 'Installed again' --output /dev/null
    inside apt-get --quiet --quiet purge --yes tollgate >"$WORK/purge.log" 2>&1 || fail "apt-get purge failed"
    expect "it says what it keeps" grep --quiet 'tollgate: kept' "$WORK/purge.log"
    expect_traces "after a purge, the data, their keys and their owner" $'/etc/tollgate\n/var/lib/tollgate\ntollgate'
    expect "the keys are kept" test "$(inside ls /etc/tollgate)" = $'master.key\nroot.key'
    inside apt-get --quiet --quiet install --yes /root/tollgate-2.deb >"$WORK/again.log" 2>&1 || fail "the third installation failed"
    expect_active "after a purge and another installation"
    shell 'systemctl stop tollgate && rm -r /var/lib/tollgate && apt-get --quiet --quiet purge --yes tollgate' >"$WORK/purge.log" 2>&1 \
        || fail "apt-get purge failed: $(tail -n 5 "$WORK/purge.log")"
    expect_traces "nothing after a purge without data" ''
}

live() {
    step "what apt needs is fetched"
    install_package
    step "the link makes an operator; a provider, an organization, a key; a request"
    set_up
    step "logrotate, reload"
    rotate_log
    step "an upgrade under a running answer"
    upgrade
    step "SIGKILL"
    fail_hard "$(main_pid)" KILL 30
    step "a process that hangs, and the watchdog"
    hang
    step "restarts behind tollgate.socket, under requests"
    restart_behind_socket
    step "remove, install again, purge, purge without data"
    remove_and_purge
    step "the machine stops"
    stop_machine
}
