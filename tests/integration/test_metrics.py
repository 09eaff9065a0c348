"""What operators see: Prometheus families with bounded labels, and an access log without secrets or prompts."""

import shutil
import subprocess
import time

import pytest

from support.chat import chat, cost_of, open_stream, post_chat, stream_chat
from support.processes import SampleUpstream, provider
from support.waiting import eventually

PROMTOOL = shutil.which("promtool")

FAMILIES = {
    "tollgate_requests_total": "counter",
    "tollgate_request_duration_seconds": "histogram",
    "tollgate_time_to_first_token_seconds": "histogram",
    "tollgate_overhead_seconds": "histogram",
    "tollgate_tokens_total": "counter",
    "tollgate_cost_usd_total": "counter",
    "tollgate_holds_taken_total": "counter",
    "tollgate_holds_refused_total": "counter",
    "tollgate_holds_overrun_total": "counter",
    "tollgate_holds_open": "gauge",
    "tollgate_slots": "gauge",
    "tollgate_slots_in_use": "gauge",
    "tollgate_journal_queue": "gauge",
    "tollgate_journal_commits_total": "counter",
    "tollgate_journal_commit_failures_total": "counter",
    "tollgate_ledger_read_only": "gauge",
    "tollgate_log_messages_dropped_total": "counter",
    "tollgate_upstream_connections_opened_total": "counter",
    "tollgate_upstream_connections_open": "gauge",
    "tollgate_connections_accepted_total": "counter",
    "tollgate_connections_refused_total": "counter",
    "tollgate_idle_connections_closed_total": "counter",
    "tollgate_connections_lingering": "gauge",
    "tollgate_request_errors_total": "counter",
    "tollgate_connections_open": "gauge",
    "tollgate_git_attributions_total": "counter",
    "tollgate_data_keys_to_wrap": "gauge",
    "tollgate_data_keys_unreadable": "gauge",
    "tollgate_upstream_attempts_total": "counter",
    "tollgate_clock_seconds": "gauge",
    "tollgate_memory_limit_bytes": "gauge",
    "tollgate_data_available_bytes": "gauge",
    "tollgate_data_size_bytes": "gauge",
    "process_cpu_seconds_total": "counter",
    "process_resident_memory_bytes": "gauge",
    "process_open_fds": "gauge",
    "process_start_time_seconds": "gauge",
}


QUIET_S = 0.05  # what a request counts at its end may be counted once its answer is here


def delta(gateway, act, name, **labels):
    def now():
        return gateway.metrics().sum(name, **labels)

    before = now()
    act()
    last = None
    while (seen := now()) != last:
        last = seen
        time.sleep(QUIET_S)
    return seen - before


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed (Debian package prometheus)")
def test_promtool_has_nothing_to_say(gateway, account):
    post_chat(gateway, account)
    stream_chat(gateway, account)
    post_chat(gateway, account, model="no/such")
    done = subprocess.run([PROMTOOL, "check", "metrics"], input=gateway.metrics_text(), capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_is_there(gateway, account, family):
    post_chat(gateway, account)
    assert gateway.metrics().types.get(family) == FAMILIES[family]


@pytest.mark.parametrize("model", [None, "no/such", "../../etc", "x" * 200, 'a"b\nc'])
def test_what_clients_send_never_becomes_a_label(gateway, account, model):
    before = set(gateway.metrics().samples)
    post_chat(
        gateway, account, model=model or f"random/{account.organization}", words=f"tokens=2 {account.organization}"
    )
    gateway.request("GET", f"/v1/models/{account.organization}", key=account.key)
    gateway.request("BREW", f"/{account.organization}", headers={"X-Title": account.organization})
    text = gateway.metrics_text()
    assert account.organization not in text and "random/" not in text and "no/such" not in text
    again = set(gateway.metrics().samples) - before
    assert len(again) < 200, "one odd request made hundreds of series"


def test_the_number_of_series_does_not_grow_with_clients(gateway):
    def use():
        account = gateway.new_account("1")
        post_chat(gateway, account)
        post_chat(gateway, account, model=f"none/{account.organization}")

    use()
    before = len(gateway.metrics().samples)
    for _ in range(5):
        use()
    assert len(gateway.metrics().samples) == before


@pytest.mark.parametrize(
    "words, model, status",
    [
        ("tokens=1", "test/chat", "200"),
        ("status=429", "test/chat", "429"),
        ("status=500", "test/chat", "500"),
        ("error_body", "test/chat", "400"),
        (None, "test/down", "502"),
    ],
)
def test_requests_are_counted_by_route_model_provider_and_status(gateway, account, words, model, status):
    labels = {
        "route": "chat",
        "model": model,
        "status": status,
        "provider": "down" if model == "test/down" else "sample",
    }
    assert (
        delta(gateway, lambda: post_chat(gateway, account, words, model=model), "tollgate_requests_total", **labels)
        == 1
    )


def test_endpoints_of_one_provider_for_one_model_are_counted_together(gateway, account):
    def one_of_each():
        for tier in (None, "priority"):
            assert post_chat(gateway, account, "tokens=2", model="test/tiers", service_tier=tier).status == 200

    labels = {"model": "test/tiers", "provider": "sample"}
    assert delta(gateway, one_of_each, "tollgate_requests_total", status="200", **labels) == 2
    assert delta(gateway, one_of_each, "tollgate_upstream_attempts_total", outcome="success", **labels) == 2


def test_refusals_are_counted_without_a_model(gateway):
    poor = gateway.new_account(None)
    assert delta(gateway, lambda: post_chat(gateway, poor), "tollgate_requests_total", status="402") == 1
    assert delta(gateway, lambda: gateway.request("GET", "/nowhere"), "tollgate_requests_total", status="404") == 1


def test_tokens_and_cost_are_counted_exactly(gateway, account):
    before = gateway.metrics()
    post_chat(gateway, account, "prompt_tokens=1000 cached_tokens=300 completion_tokens=200 reasoning_tokens=50")
    after = gateway.metrics()

    def grown(name, **labels):
        return after.sum(name, **labels) - before.sum(name, **labels)

    assert grown("tollgate_tokens_total", model="test/chat", kind="prompt") == 1000
    assert grown("tollgate_tokens_total", model="test/chat", kind="completion") == 200
    assert grown("tollgate_tokens_total", model="test/chat", kind="cache_read") == 300
    assert grown("tollgate_tokens_total", model="test/chat", kind="reasoning") == 50
    assert grown("tollgate_cost_usd_total", model="test/chat") == pytest.approx(
        float(cost_of("test/chat", 1000, 200, cached=300)), rel=1e-6
    )


def test_durations_and_time_to_first_token_are_observed(gateway, account):
    before = gateway.metrics()
    stream_chat(gateway, account, "tokens=5 ttft_ms=100 token_ms=20")

    def grown(name):
        return gateway.metrics().sum(name, model="test/chat") - before.sum(name, model="test/chat")

    # The client may have its last byte before the gateway has counted it.
    eventually(lambda: grown("tollgate_request_duration_seconds_count") == 1)
    for family in ("request_duration", "time_to_first_token", "overhead"):
        assert grown(f"tollgate_{family}_seconds_count") == 1
    assert 0.1 <= grown("tollgate_time_to_first_token_seconds_sum") < grown("tollgate_request_duration_seconds_sum") < 5
    assert 0 < grown("tollgate_overhead_seconds_sum") < 0.1


def test_histogram_buckets_are_cumulative_and_end_in_infinity(gateway, account):
    post_chat(gateway, account)
    metrics = gateway.metrics()
    labels = {"model": "test/chat", "provider": "sample", "route": "chat"}
    buckets = sorted(
        (float(dict(have)["le"]), value)
        for (name, have), value in metrics.samples.items()
        if name == "tollgate_request_duration_seconds_bucket" and set(labels.items()) <= have
    )
    assert buckets[-1][0] == float("inf")
    assert [value for _, value in buckets] == sorted(value for _, value in buckets)
    assert buckets[-1][1] == metrics.sum("tollgate_request_duration_seconds_count", **labels)


def test_a_running_stream_shows_in_the_gauges_and_leaves_them(gateway, account):
    assert gateway.metrics().sum("tollgate_slots_in_use") == 0 or eventually(
        lambda: gateway.metrics().sum("tollgate_slots_in_use") == 0
    )
    with open_stream(gateway, account, "tokens=50 token_ms=10") as connection:
        connection.read_until(b"data:")
        metrics = gateway.metrics()
        assert metrics.sum("tollgate_slots_in_use") == 1
        assert metrics.sum("tollgate_holds_open") == 1
        assert metrics.sum("tollgate_upstream_connections_open") >= 1
        assert metrics.sum("tollgate_connections_open") >= 1
        connection.read_until(b"[DONE]")
    eventually(lambda: gateway.metrics().sum("tollgate_slots_in_use") == 0)
    assert gateway.metrics().sum("tollgate_holds_open") == 0
    eventually(lambda: gateway.metrics().sum("tollgate_journal_queue") == 0)


def test_journal_commits_are_counted(gateway, account):
    before = gateway.metrics().sum("tollgate_journal_commits_total")
    post_chat(gateway, account)
    eventually(lambda: gateway.metrics().sum("tollgate_journal_commits_total") > before)


def test_the_process_is_described(gateway):
    metrics = gateway.metrics()
    assert metrics.sum("process_resident_memory_bytes") > 1 << 20
    assert metrics.sum("process_open_fds") > 10


# --- the access log


@pytest.fixture
def log_of(gateway):
    """The access-log line of an answer, by its request id; waits for the side thread."""

    def find(answer):
        ulid = answer.header("x-request-id").removeprefix("req_")
        return eventually(lambda: gateway.access_lines(ulid))

    return find


def test_one_line_a_request_with_its_facts(gateway, account, log_of):
    answer, _ = stream_chat(gateway, account, "tokens=7")
    (line,) = log_of(answer)
    assert answer.header("x-request-id").endswith(line["request_id"])
    assert (line["method"], line["route"], line["status"]) == ("POST", "chat", 200)
    assert (line["model"], line["provider"], line["organization"]) == ("test/chat", "sample", account.organization)
    assert line["completion_tokens"] == 7 and line["streamed"] is True
    assert line["cost"] == cost_of("test/chat", line["prompt_tokens"], 7)
    assert line["duration_us"] > 0 and line["time_ms"] > 1_700_000_000_000


@pytest.mark.parametrize(
    "send",
    [
        lambda gateway, account: gateway.request("GET", "/nowhere", key=account.key),
        lambda gateway, account: gateway.request("POST", "/v1/chat/completions", json=chat()),
        lambda gateway, account: post_chat(gateway, account, "status=500"),
        lambda gateway, account: post_chat(gateway, account, model="test/down"),
    ],
    ids=["404", "401", "500", "502"],
)
def test_failures_have_a_line_too(gateway, account, log_of, send):
    answer = send(gateway, account)
    (line,) = log_of(answer)
    assert line["status"] == answer.status


def test_neither_secrets_nor_prompts_nor_answers_are_logged(start_gateway, tmp_path):
    sample = SampleUpstream(tmp_path)
    gateway = start_gateway(providers=[provider("sample", sample.base_url, api_key="canary-upstream-key")])
    account = gateway.new_account("1")
    for stream in (False, True):
        answer = post_chat(
            gateway,
            account,
            "tokens=9",
            content="canary-prompt says canary-answer",
            stream=stream,
            headers={"X-Api-Key": account.key, "Cookie": "canary-cookie", "X-Title": "app"},
            metadata={"note": "canary-metadata"},
        )
        assert answer.status == 200 and "canary-answer" in answer.text
    gateway.request("GET", "/v1/models?key=canary-query", key="canary-wrong-key")
    gateway.request("POST", "/v1/chat/completions", key=account.key, body=b'{"model": "canary-broken-body')
    gateway.request("GET", "/canary-path?token=canary-query2", key=account.key)
    assert gateway.stop() == 0
    sample.stop()
    lines = gateway.access_log.read_text()
    assert len(lines.splitlines()) >= 5
    for file in (gateway.access_log, gateway.log_file):
        text = file.read_text()
        for secret in (
            account.key,
            gateway.root_key,
            "canary-upstream-key",
            "canary-prompt",
            "canary-answer",
            "canary-cookie",
            "canary-metadata",
            "canary-query",
            "canary-wrong-key",
            "canary-broken-body",
        ):
            assert secret not in text, (file, secret)


def test_prompts_are_not_in_the_store(start_gateway):
    gateway = start_gateway()
    account = gateway.new_account("1")
    post_chat(gateway, account, "tokens=9", content="canary-prompt")
    gateway.stop()
    for file in gateway.data_dir.rglob("*"):
        if file.is_file():
            assert b"canary-prompt" not in file.read_bytes(), file


def test_a_hostile_name_cannot_forge_a_log_line(gateway, account, log_of):
    answer = post_chat(gateway, account, model='x"}\n{"forged": true')
    (line,) = log_of(answer)
    assert "forged" not in line
