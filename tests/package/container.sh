# shellcheck shell=bash
# The image: built by buildah on a base that debootstrap makes, and started by podman. Sourced by tests/package.sh.

STORAGE=() container='' image_root=''

build_image() {
    STORAGE=(--root "$WORK/images" --runroot "$WORK/runs" --storage-driver vfs)
    # No registry of images is needed: the base is made here.
    local base
    base=$(buildah "${STORAGE[@]}" from scratch)
    debootstrap --variant=minbase bookworm "$WORK/base" "$MIRROR" >"$WORK/debootstrap-base.log" || fail "debootstrap failed"
    buildah "${STORAGE[@]}" copy --quiet "$base" "$WORK/base" / >/dev/null
    buildah "${STORAGE[@]}" commit --quiet --rm "$base" localhost/debian:bookworm-slim >/dev/null
    rm -rf --one-file-system "$WORK/base"
    step "the image, from packaging/Containerfile"
    mkdir -p "$WORK/context/build/release/packages"
    cp -r "$ROOT/packaging" "$WORK/context/"
    cp "$first" "$WORK/context/build/release/packages/"
    buildah "${STORAGE[@]}" bud --isolation chroot --format docker --pull-never --build-arg BASE=localhost/debian:bookworm-slim \
        --build-arg PACKAGE=ready --tag tollgate --file "$ROOT/packaging/Containerfile" "$WORK/context" >"$WORK/image.log" 2>&1 \
        || fail "the image cannot be built: $(tail -n 5 "$WORK/image.log")"
}

# The image's own user and command, with a root that cannot be written, the volume and no network but its own. nspawn in the
# place of an engine: podman needs cgroups and limits that not every machine for tests has.
in_image() {
    systemd-nspawn --quiet --directory="$image_root" --register=no --keep-unit --read-only --tmpfs=/tmp --as-pid2 --user=tollgate \
        --bind="$WORK/volume:/var/lib/tollgate" --bind-ro="$BUILD/sample_upstream:/usr/local/bin/sample_upstream" \
        --bind-ro="$WORK/container.yaml:/etc/tollgate/tollgate.yaml" --setenv=TOLLGATE_MASTER_KEY="$master_key" \
        --private-network --system-call-filter=@memlock --console=pipe "$@" </dev/null
}

configured() { buildah "${STORAGE[@]}" inspect --type image --format "{{$1}}" tollgate; }

contain() {
    step "a base image by debootstrap"
    build_image
    step "the image serves with its own user and command on a root that cannot be written"
    expect "the image's user is tollgate" test "$(configured .Docker.Config.User)" = tollgate
    expect "it has a health check" grep --quiet healthcheck <<<"$(configured .Docker.Config.Healthcheck)"
    local command
    command=$(configured .Docker.Config.Cmd)
    [[ $command == '[serve --config /etc/tollgate/tollgate.yaml]' ]] || fail "the image's command is $command"
    container=$(buildah "${STORAGE[@]}" from tollgate)
    image_root=$(buildah "${STORAGE[@]}" mount "$container")
    expect "no keys are in the image" test -z "$(find "$image_root/etc/tollgate" "$image_root/var/lib/tollgate" -name '*.key' -o -name rocksdb)"
    install -d -o 900 -g 900 -m 700 "$WORK/volume"
    master_key=$(od -A n -t x1 -N 32 /dev/urandom | tr -d ' \n')
    sed 's|^providers:|&\n  - {name: sample, base_url: http://127.0.0.1:8090/v1, api_key: sample}|' "$ROOT/packaging/container.yaml" >"$WORK/container.yaml"
    serve_in_image
    # Over the same volume again, as after another image.
    serve_in_image
}

# The gateway and what calls it are in one network; the first call makes the data.
serve_in_image() {
    local made
    if [[ ! -e $WORK/volume/rocksdb ]]; then
        made=$(in_image /usr/bin/tollgate init --data-dir /var/lib/tollgate --quickstart --json) || fail "init failed in the image: $made"
        key=$(field api_key <<<"$made")
    fi
    in_image /bin/bash -c '
        sample_upstream --listen 127.0.0.1:8090 >/tmp/sample.log 2>&1 &
        /usr/bin/tollgate serve --config /etc/tollgate/tollgate.yaml >/tmp/tollgate.log 2>&1 & gateway=$!
        for i in $(seq 300); do /usr/libexec/tollgate/healthcheck 2>/dev/null && break; sleep 0.1; done
        /usr/libexec/tollgate/healthcheck || { cat /tmp/tollgate.log; exit 1; }
        ! touch /etc/written 2>/dev/null || exit 2
        body='"'"'{"model": "sample/echo", "messages": [{"role": "user", "content": "Hello from the image"}]}'"'"'
        exec 4<>/dev/tcp/127.0.0.1/8080
        printf "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" \
            "$1" "${#body}" "$body" >&4
        cat <&4
        kill -TERM $gateway; wait $gateway; echo "status $?"' - "$key" >"$WORK/served.log" 2>&1 || fail "the image does not serve: $(cat "$WORK/served.log")"
    expect "an answer comes out of the image" grep --quiet '"content"' "$WORK/served.log"
    expect "it ends by itself on SIGTERM" grep --quiet '^status 0' "$WORK/served.log"
}

clean_container() {
    [[ -n ${container:-} ]] || return 0
    buildah "${STORAGE[@]}" rm "$container" >/dev/null 2>&1 || true
}
