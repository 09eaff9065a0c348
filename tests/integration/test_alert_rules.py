"""The alerts of configs/alerts.yml, by promtool: each fires on series that call for it, with the words that people see,
and stays silent on series that are nearly the same."""

import shutil
import subprocess
from dataclasses import dataclass, field

import pytest
import yaml

from support.processes import ROOT

PROMTOOL = shutil.which("promtool")
pytestmark = pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed (Debian package prometheus)")

RULES_FILE = ROOT / "configs/alerts.yml"
RULES = [rule for group in yaml.safe_load(RULES_FILE.read_text())["groups"] for rule in group["rules"]]
ALERTS = {rule["alert"]: rule for rule in RULES if "alert" in rule}
SCRAPE_S = 15
DAY_S = 86400
CALLING, QUIET = "a:9464", "b:9464"  # instances


def steady(value, minutes=120):
    """A series of the value, scrape by scrape."""
    return f"{value}x{minutes * 60 // SCRAPE_S}"


def growing(per_minute, minutes=120, since=0):
    return f"{since}+{per_minute * SCRAPE_S / 60:g}x{minutes * 60 // SCRAPE_S}"


def then(*parts):
    return " ".join(parts)


@dataclass(frozen=True)
class Row:
    """`fires` and `silent` are series by name, with labels beyond job and instance."""

    alert: str
    fires: dict
    silent: dict
    summary: str
    labels: dict = field(default_factory=dict)
    description: str | None = None  # where it holds figures
    at: str = "30m"


CHAT = 'tollgate_requests_total{route="chat",model="m",provider="p",status="%s"}'
ERRORS = 'tollgate_request_errors_total{code="%s"}'
ATTEMPTS = 'tollgate_upstream_attempts_total{model="m",provider="p",outcome="%s"}'
OVERHEAD = 'tollgate_overhead_seconds_bucket{route="chat",model="m",provider="p",le="%s"}'


def chats(per_minute, failed):
    return {CHAT % 200: growing(per_minute - failed), CHAT % 502: growing(failed)}


def attempts(well, failed, limited=0):
    rates = {"success": well, "failure": failed, "rate_limited": limited}
    return {ATTEMPTS % outcome: growing(rate) for outcome, rate in rates.items()}


def overheads(below_2500_us, below_10_ms, all_of_them):
    rows = (("0.0025", below_2500_us), ("0.01", below_10_ms), ("0.1", all_of_them), ("+Inf", all_of_them))
    return {OVERHEAD % bound: growing(count) for bound, count in rows} | chats(all_of_them, 0)


ROWS = [
    Row("TollgateDown", {"up": steady(0)}, {"up": then("1x40", "0x2", "1x200")}, "Tollgate a:9464 is down", at="10m45s"),
    Row(
        "TollgateRestarts",
        {"process_start_time_seconds": then("100x20", "400x20", "700x20", "1000x40")},
        {"process_start_time_seconds": then("100x20", "400x20", "700x60")},
        "Tollgate a:9464 restarts again and again",
        description="It was started 3 times in half an hour. Streams are cut at each end of the process.",
        at="20m",
    ),
    Row(
        "TollgateServerErrors",
        chats(100, failed=10),
        chats(100, failed=4),
        "10% of requests to a:9464 end with 5xx",
    ),
    Row(
        "TollgateInternalErrors",
        {ERRORS % "internal_error": then("0x100", "1x100")},
        {ERRORS % "internal_error": then("1x200"), ERRORS % "invalid_json": growing(9)},
        "Tollgate a:9464 failed at a request by its own fault",
        {"code": "internal_error"},
    ),
    Row(
        "TollgateOverloaded",
        {ERRORS % "overloaded": growing(3), **chats(100, failed=3)},
        {ERRORS % "overloaded": growing(0.5), **chats(100, failed=0.5), "tollgate_connections_refused_total": steady(9)},
        "Tollgate a:9464 turns requests away",
    ),
    Row(
        "TollgateOverloaded",
        {"tollgate_connections_refused_total": growing(60)},
        {"tollgate_connections_refused_total": growing(1)},
        "Tollgate a:9464 turns requests away",
    ),
    Row(
        "TollgateSlotsRunOut",
        {"tollgate_slots_in_use": steady(900), "tollgate_slots": steady(1000)},
        {"tollgate_slots_in_use": then("100x115", "900x20"), "tollgate_slots": steady(1000)},
        "90% of the slots of a:9464 are in use",
    ),
    Row(
        "TollgateSlow",
        overheads(97, 98, 100),
        overheads(97, 99.5, 100),
        "Tollgate a:9464 adds 55ms to requests (p99)",
    ),
    Row(
        "TollgateModelFails",
        chats(10, failed=5),
        {CHAT % 200: growing(10), CHAT % 502: growing(2), CHAT % 404: growing(100)},
        "50% of requests for m fail",
        {"model": "m"},
    ),
    Row(
        "TollgateProviderDown",
        attempts(well=0, failed=5),
        attempts(well=1, failed=5),
        "Provider p does not answer a:9464",
        {"provider": "p"},
    ),
    Row(
        "TollgateProviderDown",
        attempts(well=0, failed=2, limited=50),
        attempts(well=0, failed=0.5),  # three in five minutes
        "Provider p does not answer a:9464",
        {"provider": "p"},
    ),
    Row(
        "TollgateProviderFails",
        attempts(well=6, failed=4),
        attempts(well=96, failed=4),
        "40% of attempts at provider p fail",
        {"provider": "p"},
    ),
    Row(
        "TollgateProviderLimits",
        attempts(well=6, failed=0, limited=4),
        attempts(well=9, failed=0, limited=1),
        "Provider p answers 40% of attempts with 429",
        {"provider": "p"},
    ),
    Row(
        "TollgateProviderKeyRefused",
        {'tollgate_provider_key_refused{provider="p",key="2"}': steady(1)},
        {'tollgate_provider_key_refused{provider="p",key="2"}': then("0x50", "1x20", "0x100")},
        "A provider refuses a key of a:9464 p",
        {"provider": "p", "key": "2"},
    ),
    Row(
        "TollgateProviderKeyRefused",
        {ERRORS % "upstream_auth_failed": growing(1)},
        {ERRORS % "upstream_auth_failed": steady(7)},
        "A provider refuses a key of a:9464 ",
        {"code": "upstream_auth_failed"},
    ),
    Row(
        "TollgateLedgerReadOnly",
        {"tollgate_ledger_read_only": steady(1)},
        {"tollgate_ledger_read_only": then("0x119", "1x1", "0x100")},
        "The ledger of a:9464 cannot be written: requests get 503",
    ),
    Row(
        "TollgateJournalLags",
        {"tollgate_journal_queue": steady(200), "tollgate_slots": steady(1000)}
        | {"tollgate_journal_entries_total": growing(900)},
        {"tollgate_journal_queue": then("0 200 0 200 0x80 200 0 200 0x60"), "tollgate_slots": steady(1000)}
        | {"tollgate_journal_entries_total": growing(900)},
        "The journal of a:9464 does not keep up",
    ),
    Row(
        "TollgateJournalLags",
        {"tollgate_journal_queue": steady(2), "tollgate_slots": steady(1000)}
        | {"tollgate_journal_entries_total": steady(900), "tollgate_ledger_read_only": steady(0)},
        {"tollgate_journal_queue": steady(0), "tollgate_slots": steady(1000)}
        | {"tollgate_journal_entries_total": steady(900), "tollgate_ledger_read_only": steady(0)},
        "The journal of a:9464 does not keep up",
    ),
    Row(
        "TollgateDiskAlmostFull",
        {"tollgate_data_available_bytes": steady(4), "tollgate_data_size_bytes": steady(100)},
        {"tollgate_data_available_bytes": steady(6), "tollgate_data_size_bytes": steady(100)},
        "The disk of a:9464 has 4% left",
    ),
    Row(
        "TollgateDiskFills",
        {"tollgate_data_available_bytes": "40000-2.4x600", "tollgate_data_size_bytes": "100000x600"},
        {"tollgate_data_available_bytes": "40000-2x600", "tollgate_data_size_bytes": "100000x600"},
        "The disk of a:9464 is full within three days",
        at="65m",
    ),
    Row(
        "TollgateUsageFails",
        {"tollgate_usage_failures_total": growing(1)},
        {"tollgate_usage_failures_total": then("0x20", "4x180")},
        "Listings and reports of a:9464 do not follow the journal",
    ),
    Row(
        "TollgateKilled",
        {"tollgate_journal_recovered_settled": steady(3), "tollgate_journal_recovered_open": steady(2)}
        | {"process_start_time_seconds": steady(1200)},
        {"tollgate_journal_recovered_settled": steady(3), "tollgate_journal_recovered_open": steady(2)}
        | {"process_start_time_seconds": steady(600)},  # longer ago
        "The last process of a:9464 was killed",
        description="Its 5 requests were settled at the start. Somebody or something ended it without SIGTERM.",
    ),
    Row(
        "TollgateKilled",
        {"tollgate_journal_recovered_settled": steady(0), "tollgate_journal_recovered_open": steady(1)}
        | {"process_start_time_seconds": steady(1200)},
        {"tollgate_journal_recovered_settled": steady(0), "tollgate_journal_recovered_open": steady(0)}
        | {"process_start_time_seconds": steady(1200)},
        "The last process of a:9464 was killed",
        description="Its 1 requests were settled at the start. Somebody or something ended it without SIGTERM.",
    ),
    Row(
        "TollgateSlotsDamaged",
        {"tollgate_slots_set_aside": steady(2)},
        {"tollgate_slots_set_aside": steady(0)},
        "A power loss tore 2 slots of a:9464",
    ),
    Row(
        "TollgateHoldsLeaked",
        {"tollgate_holds_leaked_total": then("0x50", "1x100")},
        {"tollgate_holds_leaked_total": steady(1)},
        "A hold of a:9464 outlived its request",
    ),
    Row(
        "TollgateOverrun",
        {"tollgate_overrun_usd_total": growing(0.1, minutes=240), "tollgate_cost_usd_total": growing(1, minutes=240)},
        {"tollgate_overrun_usd_total": growing(0.1, minutes=240), "tollgate_cost_usd_total": growing(99, minutes=240)},
        "6 USD in an hour were not covered by credit on a:9464",
        at="2h",
    ),
    Row(
        "TollgateCreditRefusals",
        {ERRORS % "budget_exceeded": growing(2)},
        {ERRORS % "budget_exceeded": steady(2), ERRORS % "rate_limit_exceeded": growing(9)},
        "30 requests to a:9464 were refused: budget_exceeded",
        {"code": "budget_exceeded"},
    ),
    Row(
        "TollgateCertificateExpires",
        {"tollgate_tls_certificate_expiry_seconds": steady(13 * DAY_S + 1800)},
        {"tollgate_tls_certificate_expiry_seconds": steady(15 * DAY_S)},
        "The certificate of a:9464 expires in 13d 0h 0m 0s",
    ),
    Row(
        "TollgateDescriptorsRunOut",
        {"process_open_fds": steady(900), "process_max_fds": steady(1000)},
        {"process_open_fds": steady(800), "process_max_fds": steady(1000)},
        "90% of the file descriptors of a:9464 are open",
    ),
    Row(
        "TollgateMemoryRunsOut",
        {"process_resident_memory_bytes": steady(9e9), "tollgate_memory_limit_bytes": steady(1e10)},
        {"process_resident_memory_bytes": steady(8e9), "tollgate_memory_limit_bytes": steady(1e10)},
        "Tollgate a:9464 takes 90% of the memory there is",
    ),
    Row(
        "TollgateClockWrong",
        {"tollgate_clock_seconds": growing(60, since=-45)},
        {"tollgate_clock_seconds": growing(60, since=20)},
        "The clock of a:9464 is 45s from that of Prometheus",
    ),
    Row(
        "TollgateMailFails",
        {"tollgate_mails_failed_total": then("0x50", "1x100"), "tollgate_mails_waiting": steady(0)},
        {"tollgate_mails_failed_total": steady(1), "tollgate_mails_waiting": steady(500)},  # not for an hour yet
        "Mail of a:9464 does not reach people",
    ),
    Row(
        "TollgateMailFails",
        {"tollgate_mails_waiting": steady(21)},
        {"tollgate_mails_waiting": then("21x300", "0x1", "21x300")},
        "Mail of a:9464 does not reach people",
        at="90m",
    ),
    Row(
        "TollgateDataKeysUnreadable",
        {"tollgate_data_keys_unreadable": steady(1)},
        {"tollgate_data_keys_unreadable": steady(0)},
        "1 data keys of a:9464 cannot be read",
    ),
    Row(
        "TollgateLogDropped",
        {"tollgate_log_messages_dropped_total": growing(1), "tollgate_log_batches_dropped_total": steady(0)},
        {"tollgate_log_messages_dropped_total": steady(1), "tollgate_log_batches_dropped_total": steady(7)},
        "Tollgate a:9464 dropped lines of its logs",
    ),
]

NAMED = {f"{number}-{row.alert}": row for number, row in enumerate(ROWS)}


def of_instance(instance, series):
    """The series as a scrape of job tollgate has them."""
    rows = []
    for name, values in series.items():
        metric, _, labels = name.rstrip("}").partition("{")
        all_labels = ",".join(['job="tollgate"', f'instance="{instance}"', *filter(None, [labels])])
        rows.append({"series": f"{metric}{{{all_labels}}}", "values": values})
    return rows


def expected_of(row):
    rule = ALERTS[row.alert]
    annotations = rule["annotations"] | {"summary": row.summary}
    if row.description is not None:
        annotations["description"] = row.description
    labels = rule["labels"] | {"job": "tollgate", "instance": CALLING} | row.labels
    return {"exp_labels": labels, "exp_annotations": annotations}


def case(name, alert, at, series, expected):
    return {
        "name": name,
        "interval": f"{SCRAPE_S}s",
        "input_series": series,
        "alert_rule_test": [{"eval_time": at, "alertname": alert, "exp_alerts": expected}],
    }


def run_promtool(cases, folder):
    """Its exit status, and what it has to say of each case that fails, by the name of the case."""
    file = folder / "rules_test.yml"
    tests = {"rule_files": [str(RULES_FILE)], "evaluation_interval": f"{SCRAPE_S}s", "tests": cases}
    file.write_text(yaml.safe_dump(tests, sort_keys=False, width=1000))
    done = subprocess.run([PROMTOOL, "test", "rules", file], capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    parts = {part.partition(",\n")[0]: part for part in said.split("    name: ")[1:]}
    assert bool(parts) == (done.returncode != 0), said
    return parts


@pytest.fixture(scope="module")
def failed(tmp_path_factory):
    """One run for all rows: promtool starts slowly. Of two gateways one calls for the alert."""
    cases = [
        case(name, row.alert, row.at, of_instance(CALLING, row.fires) + of_instance(QUIET, row.silent), [expected_of(row)])
        for name, row in NAMED.items()
    ]
    return run_promtool(cases, tmp_path_factory.mktemp("rules"))


@pytest.mark.timeout(180)
@pytest.mark.parametrize("name", NAMED)
def test_an_alert_fires_where_it_must_and_is_silent_where_it_must_not(failed, name):
    assert failed.get(name) is None


def test_a_gateway_that_nobody_scrapes_is_down(tmp_path):
    rule = ALERTS["TollgateDown"]
    expected = {
        "exp_labels": rule["labels"] | {"job": "tollgate"},
        "exp_annotations": rule["annotations"] | {"summary": "Tollgate  is down"},
    }
    other = [{"series": 'up{job="other",instance="a:1"}', "values": steady(1, minutes=5)}]
    assert run_promtool([case("absent", "TollgateDown", "3m", other, [expected])], tmp_path) == {}


def test_a_row_that_expects_what_does_not_happen_fails(tmp_path):
    """That promtool's verdict is read."""
    row = next(row for row in ROWS if row.alert == "TollgateSlotsDamaged")
    never = case("never", row.alert, "5m", of_instance(CALLING, row.silent), [expected_of(row)])
    assert list(run_promtool([never], tmp_path)) == ["never"]


def test_every_alert_has_a_row():
    assert {row.alert for row in ROWS} == set(ALERTS)


def test_the_rules_are_complete():
    for name, rule in ALERTS.items():
        assert rule["labels"]["severity"] in ("critical", "warning", "info"), name
        assert set(rule["annotations"]) == {"summary", "description", "runbook_url"}, name
        assert rule["annotations"]["runbook_url"] == f"docs/runbooks.md#{name.lower()}", name


def test_promtool_checks_the_configuration():
    done = subprocess.run([PROMTOOL, "check", "config", ROOT / "configs/prometheus.yml"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(RULES)} rules found" in done.stdout
