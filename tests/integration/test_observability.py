"""What is shipped to watch a gateway, tried on one: every query of the dashboards and every rule of configs/alerts.yml is
asked of a real Prometheus that scrapes gateways with traffic."""

import json
import math
import re
import subprocess
import threading
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
import yaml

from support.chat import open_stream, post_chat
from support.mail import mail_config
from support.processes import ROOT, Gateway, address_of, first_line, provider
from support.real_prometheus import PROMETHEUS, RULES, Prometheus, names_in
from support.waiting import eventually

pytestmark = [
    pytest.mark.skipif(PROMETHEUS is None, reason="prometheus is not installed (Debian package prometheus)"),
    pytest.mark.timeout(240),  # of the first: what all of them look at is started by it
]

DASHBOARDS = sorted((ROOT / "configs/grafana/dashboards").glob("*.json"))
RULE_GROUPS = yaml.safe_load(RULES.read_text())["groups"]
# What Grafana puts in place of its variables where "All" is chosen.
VARIABLES = {
    "$instance": ".*",
    "$model": ".*",
    "$provider": ".*",
    "$__rate_interval": "1m",
}


@dataclass(frozen=True)
class Query:
    name: str
    text: str

    @property
    def expression(self):
        text = self.text
        for variable, value in VARIABLES.items():
            text = text.replace(variable, value)
        assert "$" not in text, f"{self.name}: a variable that Grafana is not given: {text}"
        return text


def queries_of(file):
    dashboard = json.loads(file.read_text())
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            yield Query(f"{file.stem}/{panel['title']}/{target['refId']}", target["expr"])


QUERIES = [query for file in DASHBOARDS for query in queries_of(file)]
RULE_QUERIES = [
    Query(rule.get("alert") or rule["record"], rule["expr"]) for group in RULE_GROUPS for rule in group["rules"]
]


def make_traffic(gateway, rich, poor):
    """Something of everything that dashboards show; the statuses that clients got."""
    answers = [post_chat(gateway, rich, words) for words in ("tokens=5", "status=500", "status=429", "error_body")]
    answers.append(post_chat(gateway, rich, "tokens=5 ttft_ms=5", stream=True))
    answers += [post_chat(gateway, rich, model=f"test/{model}") for model in ("down", "failover", "drained")]
    answers.append(post_chat(gateway, poor))
    answers.append(gateway.request("POST", "/v1/chat/completions", key=rich.key, body=b"{"))
    answers.append(gateway.request("GET", "/v1/models", key=rich.key))
    return [answer.status for answer in answers]


@contextmanager
def served_over_tls(folder, sample):
    """A gateway with a certificate, which nobody calls: the address of its operations listener."""
    made, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "9",
         "-subj", "/CN=localhost", "-keyout", key, "-out", made],
        check=True, capture_output=True,
    )  # fmt: skip
    providers = [provider("sample", sample.base_url)]
    gateway = Gateway(folder / "tls", providers, tls_certificate_file=str(made), tls_private_key_file=str(key))
    gateway.init()
    process = subprocess.Popen(
        [gateway.binary, "serve", "--config", gateway.config_file], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        yield address_of(first_line(process)[0].split()[5])
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


@pytest.fixture(scope="module")
def watched(tmp_path_factory, sample):
    """A Prometheus that has seen traffic for some scrapes: gateways with several keys of a provider, failovers, mail, a
    certificate, and a start after a kill."""
    folder = tmp_path_factory.mktemp("watched")
    keys = {"api_key": "", "api_keys": ["first-upstream-key", "second-upstream-key"]}
    providers = [
        provider("sample", sample.base_url),
        provider("drained", sample.base_url, **keys),
        provider("down", "http://127.0.0.1:1/v1"),
    ]
    mail = mail_config({"drop_folder": str(folder)})
    gateway = Gateway(folder / "gateway", providers, workers=1, **mail).start()
    rich, poor = gateway.new_account("100"), gateway.new_account(None)
    stop = threading.Event()
    with open_stream(gateway, rich, "tokens=100000 token_ms=50") as running:
        running.read_head()
        gateway.kill()
    gateway.start()

    assert make_traffic(gateway, rich, poor) == [200, 500, 429, 400, 200, 502, 200, 200, 402, 400, 200]

    def keep_on():
        while not stop.wait(0.3):
            make_traffic(gateway, rich, poor)

    with served_over_tls(folder, sample) as tls:
        prometheus = Prometheus(folder / "prometheus", [gateway.operations, tls])
        traffic = threading.Thread(target=keep_on)
        traffic.start()
        try:
            # Recorded figures need two scrapes, and the rules that use them another evaluation.
            seen = "count_over_time(tollgate_requests_total{status='502'}[5m])"
            eventually(lambda: [n for _, n in prometheus.query(seen) if n >= 6], 120, every_s=0.5)
            yield prometheus
        finally:
            stop.set()
            traffic.join()
            prometheus.stop()
            gateway.stop()


def complaints_about(prometheus, query):
    """Why a panel with the query would be empty or wrong; empty if it would not."""
    unknown = names_in(query.expression) - prometheus.metric_names()
    if unknown:
        return [f"no metric is called {', '.join(sorted(unknown))}"]
    found = prometheus.query(query.expression)
    if not any(math.isfinite(value) for _, value in found):
        return [f"no data: {found}"]
    return []


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_a_panel_shows_data(watched, query):
    assert complaints_about(watched, query) == []


@pytest.mark.parametrize("query", RULE_QUERIES, ids=lambda query: query.name)
def test_a_rule_names_metrics_that_exist(watched, query):
    assert names_in(query.expression) - watched.metric_names() == set()
    watched.query(query.expression)


def test_prometheus_evaluates_every_rule_without_an_error(watched):
    groups = watched.api("rules")["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert len(rules) == len(RULE_QUERIES)
    assert [(rule["name"], rule["health"], rule.get("lastError")) for rule in rules if rule["health"] != "ok"] == []


@pytest.mark.parametrize("alert", ["TollgateCreditRefusals", "TollgateKilled"])
def test_an_alert_fires_on_what_happened(watched, alert):
    firing = f'ALERTS{{alertname="{alert}", alertstate="firing"}}'
    assert eventually(lambda: watched.query(firing), 30, every_s=0.5)
    texts = [one["annotations"] for one in watched.api("alerts")["alerts"] if one["labels"]["alertname"] == alert]
    assert texts and not any("error expanding" in text for one in texts for text in one.values())


@pytest.mark.parametrize(
    "text, complaint",
    [
        ("rate(tollgate_requests_totl[1m])", "no metric is called tollgate_requests_totl"),
        ('sum by (route) (rate(tollgate_requests_total{route="none"}[1m]))', "no data"),
        ("histogram_quantile(0.5, rate(tollgate_overhead_seconds[1m]))", "no metric is called tollgate_overhead_seconds"),
    ],
)
def test_a_wrong_query_is_found(watched, text, complaint):
    (found,) = complaints_about(watched, Query("wrong", text))
    assert found.startswith(complaint)


@pytest.mark.parametrize("page", ["docs/runbooks.md", "docs/operations.md"])
def test_a_page_names_metrics_that_exist(watched, page):
    """Commands may look for a beginning of several names."""
    known = watched.metric_names()
    named = set(re.findall(r"(?<![\w/])(?:tollgate|process)_[a-z0-9_]+", (ROOT / page).read_text()))
    assert len(named) > 20
    assert {name for name in named if not any(one.startswith(name) for one in known)} == set()


def test_no_series_is_told_twice(watched):
    """Prometheus keeps one of several with the same labels, and says so in its log."""
    assert "same timestamp" not in watched.log_file.read_text()


def test_dashboards_are_complete():
    assert len(QUERIES) > 50
    for file in DASHBOARDS:
        dashboard = json.loads(file.read_text())
        assert file.stem == dashboard["uid"]
        ids = [panel["id"] for panel in dashboard["panels"]]
        titles = [panel["title"] for panel in dashboard["panels"]]
        assert len(set(ids)) == len(ids) and len(set(titles)) == len(titles)
        for panel in dashboard["panels"]:
            place = panel["gridPos"]
            assert place["x"] + place["w"] <= 24, panel["title"]
            assert panel["type"] == "row" or panel["datasource"]["uid"] == "${datasource}", panel["title"]
