# shellcheck shell=bash
# The image: built by buildah on a base that debootstrap makes, and started by podman. Sourced by tests/package.sh.

STORAGE=() container_name=tollgate-package-test

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
