"""SIGHUP: logs are opened again, what can change is put in force, and no request notices."""

import signal
import ssl
import subprocess
from decimal import Decimal

import pytest
import yaml

from support.chat import MODELS, chat, cost_of, open_stream, post_chat
from support.processes import PRICES, provider
from support.reloading import reload, said
from support.sse import Stream
from support.waiting import eventually


@pytest.fixture
def prices(tmp_path):
    """A price list of the test's own: (file, its content as YAML)."""
    file = tmp_path / "prices.yaml"
    file.write_text(PRICES.read_text())
    return file, yaml.load(PRICES.read_text(), yaml.BaseLoader)


def write_prices(prices, change):
    file, content = prices
    change(content)
    file.write_text(yaml.safe_dump(content))


def set_completion_price(content, usd):
    content["models"][0]["endpoints"][0]["prices"]["completion"] = usd


def rest_of(connection):
    """The stream that runs on a connection whose head was read."""
    body = b""
    while piece := connection.read_chunk():
        body += piece
    return Stream(body)


def test_a_stream_runs_on_over_a_reload(start_gateway):
    gateway = start_gateway()
    account = gateway.new_account()
    with open_stream(gateway, account, "tokens=40 token_ms=20") as connection:
        assert connection.read_head().status == 200
        reload(gateway)
        assert rest_of(connection).done and gateway.alive()


def test_a_renamed_access_log_is_opened_again(start_gateway):
    gateway = start_gateway()
    account = gateway.new_account()
    first = post_chat(gateway, account, "tokens=3").header("x-request-id")
    eventually(lambda: gateway.access_lines(first))
    renamed = gateway.access_log.with_suffix(".1")
    gateway.access_log.rename(renamed)
    reload(gateway)
    second = post_chat(gateway, account, "tokens=3").header("x-request-id")
    eventually(lambda: gateway.access_lines(second))
    assert first in renamed.read_text() and second not in renamed.read_text()
    assert not gateway.access_lines(first)


def test_a_new_price_holds_for_new_requests_and_not_for_running_ones(start_gateway, prices):
    gateway = start_gateway(catalogue=[str(prices[0])])
    account = gateway.new_account()
    usage = {"stream_options": {"include_usage": True}}
    with open_stream(gateway, account, "tokens=40 token_ms=20", **usage) as connection:
        assert connection.read_head().status == 200
        write_prices(prices, lambda content: set_completion_price(content, "6.00"))
        reload(gateway)
        running = rest_of(connection).usage
    assert Decimal(str(running["cost"])) == cost_of("test/chat", running["prompt_tokens"], running["completion_tokens"])
    usage = post_chat(gateway, account, "tokens=3").json()["usage"]
    expected = cost_of("test/chat", usage["prompt_tokens"], 0) + Decimal("0.000006") * usage["completion_tokens"]
    assert Decimal(str(usage["cost"])) == expected
    assert gateway.stop() == 0


def test_a_new_model_can_be_called_and_a_removed_one_cannot(start_gateway, prices):
    gateway = start_gateway(catalogue=[str(prices[0])])
    account = gateway.new_account()

    def change(content):
        added = dict(content["models"][0], id="test/added", aliases=["added"])
        content["models"] = [model for model in content["models"] if model["id"] != "test/odd"] + [added]

    assert post_chat(gateway, account, "tokens=3", model="test/odd").status == 200
    write_prices(prices, change)
    reload(gateway)
    assert post_chat(gateway, account, "tokens=3", model="test/added").status == 200
    assert post_chat(gateway, account, "tokens=3", model="test/odd").status == 404
    listed = {model["id"] for model in gateway.request("GET", "/v1/models", key=account.key).json()["data"]}
    assert "test/added" in listed and "test/odd" not in listed and listed < {*MODELS, "test/added"}
    counted = gateway.metrics().sum("tollgate_requests_total", model="test/added")
    assert counted == 1


def test_a_price_list_that_is_wrong_leaves_the_old_one_in_force(start_gateway, prices):
    gateway = start_gateway(catalogue=[str(prices[0])])
    account = gateway.new_account()
    prices[0].write_text("models: [\n")
    reload(gateway, "error server: nothing was reloaded")
    assert "prices.yaml" in gateway.log_file.read_text()
    usage = post_chat(gateway, account, "tokens=3").json()["usage"]
    assert Decimal(str(usage["cost"])) == cost_of("test/chat", usage["prompt_tokens"], usage["completion_tokens"])


def rewrite(gateway, **changes):
    config = yaml.safe_load(gateway.config_file.read_text())
    gateway.config_file.write_text(yaml.safe_dump(config | changes))


def test_a_configuration_that_is_wrong_leaves_the_old_one_in_force(start_gateway):
    gateway = start_gateway()
    rewrite(gateway, lisen="127.0.0.1:1")
    reload(gateway, "error server: nothing was reloaded")
    assert "lisen" in gateway.log_file.read_text()
    assert post_chat(gateway, gateway.new_account(), "tokens=3").status == 200


def test_a_configuration_that_is_being_written_leaves_the_old_one_in_force(start_gateway):
    gateway = start_gateway()
    gateway.config_file.write_text("")
    reload(gateway, "error server: nothing was reloaded")
    assert post_chat(gateway, gateway.new_account(), "tokens=3").status == 200


def test_what_needs_a_restart_is_named(start_gateway):
    gateway = start_gateway()
    rewrite(gateway, limits={"max_body_bytes": 5000}, listen="127.0.0.1:1", log={"level": "info"})
    reload(gateway)
    log = gateway.log_file.read_text()
    assert "option=limits.max_body_bytes" in log and "option=listen" in log
    assert "option=log" not in log and "option=prices" not in log and log.count("option=") == 2


def test_log_levels_change(start_gateway):
    gateway = start_gateway()
    rewrite(gateway, log={"level": "warning"}, workers=2)
    reload(gateway, "option=workers")
    rewrite(gateway, log={"level": "info"}, workers=1)
    reload(gateway)
    assert said(gateway, "info server: reloaded") == 1  # only the second said so


def test_a_providers_new_key_is_used(start_gateway, sample):
    gateway = start_gateway(providers=[provider("sample", sample.base_url)])
    account = gateway.new_account()
    rewrite(gateway, providers=[provider("sample", sample.base_url) | {"api_key": "the-new-key"}])
    reload(gateway)
    assert post_chat(gateway, account, "tokens=3").status == 200
    assert "Bearer the-new-key" in sample.last_requests(1)[0]["head"]
    assert "the-new-key" not in gateway.log_file.read_text()


def test_another_provider_needs_a_restart(start_gateway, sample):
    gateway = start_gateway(providers=[provider("sample", sample.base_url)])
    rewrite(gateway, providers=[provider("sample", "http://127.0.0.1:1/v1")])
    reload(gateway)
    assert "option=providers" in gateway.log_file.read_text()
    assert post_chat(gateway, gateway.new_account(), "tokens=3").status == 200


def make_certificate(folder, name):
    made, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", f"/CN={name}", "-keyout", key, "-out", made],
        check=True, capture_output=True,
    )  # fmt: skip
    return made, key


def test_a_renewed_certificate_is_served(tmp_path, providers):
    from support.processes import Gateway, address_of, first_line

    made, key = make_certificate(tmp_path, "first.example")
    gateway = Gateway(
        tmp_path / "gateway", providers, workers=2, tls_certificate_file=str(made), tls_private_key_file=str(key)
    )
    gateway.init()
    with open(gateway.log_file, "ab") as log:
        gateway.process = subprocess.Popen(
            [gateway.binary, "serve", "--config", gateway.config_file], stdout=subprocess.PIPE, stderr=log
        )
    line, _ = first_line(gateway.process)
    address = address_of(line.split(" operations ")[0])

    def served():
        return ssl.get_server_certificate(address)

    try:
        before = served()
        make_certificate(tmp_path, "second.example")
        reload(gateway)
        after = served()
        assert before != after and after.strip() == made.read_text().strip()
        made.write_text("no certificate")
        reload(gateway, "error server: nothing was reloaded")
        assert served() == after
    finally:
        assert gateway.stop() == 0


def test_a_reload_that_comes_early_does_not_end_the_start(tmp_path, providers):
    from support.processes import Gateway, first_line

    gateway = Gateway(tmp_path, providers)
    gateway.init()
    with open(gateway.log_file, "ab") as log:
        gateway.process = subprocess.Popen(
            [gateway.binary, "serve", "--config", gateway.config_file], stdout=subprocess.PIPE, stderr=log
        )
    line, _ = first_line(gateway.process)
    for _ in range(50):
        gateway.process.send_signal(signal.SIGHUP)
    assert "listening" in line and gateway.stop() == 0
