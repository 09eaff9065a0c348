#!/usr/bin/env bash
# Installs what is missing, builds, and runs the tests. The last line says how many passed.
#
#   ./test.sh                 what CI runs
#   ./test.sh --quick         the release build and its tests only
#   ./test.sh STAGE...        some stages only; ./test.sh --list names them
#
# Stages run in order, and all of them also when one fails. TOLLGATE_TIDY_BASE: the commit that `tidy` compares with;
# "all" checks every file.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tools/packages.sh
. "$ROOT/tools/packages.sh"
cd "$ROOT"

STAGES=(format release integration dashboard bench tidy asan mutations asan_integration fuzz tsan)
QUICK_STAGES=(release integration)
UNIT_TESTS=(store_tests accounting_tests catalogue_tests webauthn_tests gateway_tests gateway_thread_tests simulation)
THREAD_TESTS=(store_tests accounting_tests gateway_thread_tests)
FUZZ_SECONDS=3 # each target
LOGS=build/test-logs

build() { # PRESET TARGET...
    local preset=$1
    shift
    cmake --preset "$preset" >"$LOGS/configure-$preset.log" 2>&1 \
        || { tail -n 20 "$LOGS/configure-$preset.log"; return 1; }
    NINJA_STATUS='[%f/%t, %es] ' cmake --build --preset "$preset" --target "$@"
}

unit_tests() { # PRESET ctest's arguments
    local preset=$1
    shift
    ctest --test-dir "build/$preset" "$@" --output-on-failure --progress --parallel 2 --no-tests=error --timeout 300
}

# Two files at once: most tests wait. Those that measure time or memory run after them, with nothing beside.
integration_tests() { # pytest arguments
    local -i status=0
    tests/run --numprocesses 2 --dist loadfile -m 'not alone' "$@" || status=1
    tests/run -m alone "$@" || status=1
    return $status
}

stage_format() {
    git ls-files '*.cc' '*.h' | xargs clang-format-19 --dry-run --Werror
    say "$(git ls-files '*.cc' '*.h' | wc -l) files are formatted"
    python3 -m unittest discover --quiet --start-directory tests/tools
    tools/include_directions
    tools/pages --check
    tests/mutations/run --check
}

stage_release() {
    build release all
    unit_tests release
}

stage_integration() {
    integration_tests
}

# Those without a browser, and a walk of the most used pages in one. All of them, also behind nginx, are run by hand.
stage_dashboard() {
    tests/dashboard/run vendor exact_numbers time_zones million serving sign_in keys llm
}

stage_bench() {
    bench/floor
    bench/compare --quick
    # Twice what is to be reached: CI's machine is shared.
    build/release/ledger_bench --benchmark_filter=/50000/ --most_us=6
    build/release/usage_queries --requests 300000 --most-list-ms 10 --most-report-ms 40
    build/release/many_keys --keys 100000 --organizations 10000 --most-start-s 1 --most-bytes-per-key 800 \
        --most-change-ms 2
}

stage_asan() {
    build asan tollgate bump_schema build_journal dump_store "${UNIT_TESTS[@]}"
    unit_tests asan
}

# That bugs are found: planted in scratch copies, for each invariant of the simulation at least one. Each commit plants
# another share of them. All but what a bug changes has been compiled by the stage before.
stage_mutations() {
    tests/mutations/run --simulation --one-in 6 --preset asan
}

# All of them ran against the release; of each commit another half runs here too. The fail points are compiled into this
# build. What attacks may cost in time and memory is asked of the release alone.
stage_asan_integration() {
    TOLLGATE_SANITIZED=1 TOLLGATE_BINARY=$ROOT/build/asan/tollgate \
        integration_tests integration --ignore=integration/test_attacks.py --one-in 2
}

# The asan preset is instrumented for the fuzzer too, so that one build serves both.
stage_fuzz() {
    build asan fuzz_targets
    tests/fuzz/run --build build/asan "$FUZZ_SECONDS"
}

stage_tsan() {
    export TSAN_OPTIONS="suppressions=$ROOT/tests/tsan.supp"
    build tsan tollgate "${THREAD_TESTS[@]}"
    unit_tests tsan --exclude-regex '_NOT_BUILT$|^simulation$'
    TOLLGATE_BINARY=$ROOT/build/tsan/tollgate tests/run integration/test_spine.py integration/test_credit_race.py \
        integration/test_disconnects.py
}

stage_tidy() {
    tools/tidy "${TOLLGATE_TIDY_BASE:-}"
}

install() {
    install_packages "${RUN_PACKAGES[@]}" "${TEST_PACKAGES[@]}"
    # Node.js may also come from elsewhere.
    local -a node=()
    command -v node >/dev/null || node+=(nodejs)
    command -v npm >/dev/null || node+=(npm)
    ((${#node[@]} == 0)) || install_packages "${node[@]}"
}

passed=0 failed=0 summary='' failures=''

# Adds what the closing lines of ctest, pytest and node in a stage's log count; a stage without them counts as one.
count() { # STAGE STATUS
    local log=$LOGS/$1.log counted line
    local -i good=0 bad=0
    while IFS= read -r line; do
        if [[ $line =~ tests\ passed,\ ([0-9]+)\ tests?\ failed\ out\ of\ ([0-9]+) ]]; then
            bad+=${BASH_REMATCH[1]}
            good+=BASH_REMATCH[2]-BASH_REMATCH[1]
        elif [[ $line =~ ^.\ (pass|fail)\ ([0-9]+)$ ]]; then
            if [[ ${BASH_REMATCH[1]} == pass ]]; then good+=BASH_REMATCH[2]; else bad+=BASH_REMATCH[2]; fi
        elif [[ $line =~ \ in\ [0-9.]+s ]]; then
            [[ $line =~ ([0-9]+)\ passed ]] && good+=${BASH_REMATCH[1]}
            [[ $line =~ ([0-9]+)\ failed ]] && bad+=${BASH_REMATCH[1]}
            [[ $line =~ ([0-9]+)\ error ]] && bad+=${BASH_REMATCH[1]}
        fi
    done <"$log"
    ((good + bad)) || good=$(($2 == 0))
    (($2 == 0 || bad)) || bad=1
    passed=$((passed + good)) failed=$((failed + bad))
    counted="$good passed, $bad failed"
    summary+=$(printf '  %-18s %5d s   %s' "$1" "$seconds" "$counted")$'\n'
}

# The lines that name a failure, and the last ones.
what_failed() { # LOG
    grep --extended-regexp '^(FAILED|ERROR|MISSED)|: (error|warning): |\(Failed\)|\(Timeout\)|Sanitizer:' "$1" | tail -n 40 \
        || true
    tail -n 15 "$1"
}

run_stage() {
    local stage=$1 status started=$SECONDS
    say "---- $stage"
    set +e # or, in a list with ||, it would be off inside the stage too
    (set -e; "stage_$stage") 2>&1 | tee "$LOGS/$stage.log"
    status=${PIPESTATUS[0]}
    set -e
    seconds=$((SECONDS - started))
    count "$stage" "$status"
    # Said again at the end: who sees only the end of a log sees why.
    [[ $status == 0 ]] || failures+="---- $stage failed:"$'\n'$(what_failed "$LOGS/$stage.log")$'\n'
    say "---- $stage: $([[ $status == 0 ]] && echo ok || echo FAILED) after $seconds s"
}

case ${1:-} in
    --list) printf '%s\n' "${STAGES[@]}"; exit 0 ;;
    --quick) chosen=("${QUICK_STAGES[@]}") ;;
    -*) fail "unknown option $1; there are --quick and --list" ;;
    '') chosen=("${STAGES[@]}") ;;
    *) chosen=("$@") ;;
esac
for stage in "${chosen[@]}"; do
    declare -F "stage_$stage" >/dev/null || fail "no stage is called '$stage'; there are: ${STAGES[*]}"
done

require_debian_12
install
mkdir -p "$LOGS"
for stage in "${chosen[@]}"; do run_stage "$stage"; done
say "all stages took $SECONDS s"
printf '%s' "$failures" "$summary"
echo "$passed passed, $failed failed"
((failed == 0))
