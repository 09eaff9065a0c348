"""What stops the gateway from starting is said in one line: what, and where."""

import json
import os
import re
import socket
import stat
import subprocess

import pytest
import yaml

from support.processes import GATEWAY, ROOT, Gateway, base_config, first_line, provider, records, run_gateway

LOG_LINE = re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]+Z (info|warning) \w+: ")
BUMP_SCHEMA = GATEWAY.parent / "bump_schema"  # built beside the gateway


@pytest.fixture
def prepared(tmp_path):
    """A directory with a configuration and initialised data; nothing runs."""
    made = Gateway(tmp_path / "gateway", [provider("sample", "http://127.0.0.1:1/v1")])
    made.init()
    return made


def assert_refused(done, *mentions, code=1):
    assert done.returncode == code, (done.returncode, done.stderr)
    lines = [line for line in done.stderr.splitlines() if not LOG_LINE.match(line)]
    assert len(lines) == 1, done.stderr
    for mention in mentions:
        assert mention in lines[0], lines[0]
    assert "listening" not in done.stdout


def serve(config_file):
    return run_gateway("serve", "--config", config_file)


def with_text(prepared, text):
    prepared.config_file.write_text(text)
    return prepared.config_file


@pytest.mark.parametrize("command", ["serve", "check"])
def test_an_unknown_key_is_named_with_its_line(prepared, command):
    text = prepared.config_file.read_text()
    line = text.count("\n") + 1
    file = with_text(prepared, text + "lisen: 127.0.0.1:1\n")
    assert_refused(run_gateway(command, "--config", file), "lisen", f"config.yaml:{line}")


@pytest.mark.parametrize(
    "section, line_after",
    [
        ("limits:\n  max_bodies: 5\n", 2),
        ("timeouts:\n  head_timeout: 5\n", 2),
        ("credit:\n  currency: usd\n", 2),
        ("ledger:\n  x: 1\n", 2),
    ],
)
def test_an_unknown_key_in_a_section_is_named_with_its_line(prepared, section, line_after):
    text = prepared.config_file.read_text()
    line = text.count("\n") + line_after
    key = section.split()[1].rstrip(":")
    assert_refused(serve(with_text(prepared, text + section)), key, f"config.yaml:{line}")


@pytest.mark.parametrize("text", ["listen: [", "a: b: c", "\tlisten: x", "listen: &"])
def test_yaml_that_cannot_be_parsed_is_named_with_its_line(prepared, text):
    assert_refused(serve(with_text(prepared, text + "\n")), "config.yaml:")


@pytest.mark.parametrize(
    "change, mention",
    [
        ({"workers": "many"}, "workers"),
        ({"workers": -1}, "workers"),
        ({"limits": {"max_body_bytes": 0}}, "max_body_bytes"),
        ({"limits": []}, "limits"),
        ({"providers": {}}, "providers"),
        ({"providers": [{"name": "x"}]}, "base_url"),
        ({"providers": [provider("x", "not a url")]}, "base_url"),
        ({"providers": [provider("x", "ftp://host/v1")]}, "base_url"),
        ({"providers": [provider("x", "http://a/v1"), provider("x", "http://b/v1")]}, "x"),
        ({"listen": "nonsense"}, "listen"),
        ({"listen": "127.0.0.1:99999"}, "listen"),
        ({"tls_certificate_file": "only.pem"}, "tls_private_key_file"),
        ({"catalogue": ["no-such-prices.yaml"]}, "no-such-prices.yaml"),
    ],
)
def test_a_bad_value_is_named(prepared, change, mention):
    config = base_config([provider("sample", "http://127.0.0.1:1/v1")], prepared.data_dir) | change
    done = serve(with_text(prepared, yaml.safe_dump(config)))
    assert_refused(done, mention)


def test_a_missing_environment_variable_is_named(prepared):
    text = prepared.config_file.read_text() + "tls_private_key_file: ${TOLLGATE_TEST_MISSING}\n"
    assert_refused(serve(with_text(prepared, text)), "TOLLGATE_TEST_MISSING")


def test_a_secret_never_stands_in_an_error(prepared):
    config = base_config([provider("x", "not a url", api_key="sk-secret-canary")], prepared.data_dir)
    done = serve(with_text(prepared, yaml.safe_dump(config)))
    assert "sk-secret-canary" not in done.stderr + done.stdout


def test_a_missing_configuration_file_is_named(tmp_path):
    assert_refused(serve(tmp_path / "absent.yaml"), "absent.yaml")


def test_a_bad_price_list_is_named_with_its_line(prepared, tmp_path):
    prices = tmp_path / "bad-prices.yaml"
    prices.write_text("version: x\nmodels:\n  - id: a/b\n    endpints: []\n")
    config = base_config([provider("sample", "http://127.0.0.1:1/v1")], prepared.data_dir, catalogue=[str(prices)])
    assert_refused(serve(with_text(prepared, yaml.safe_dump(config))), "bad-prices.yaml:4", "endpints")


@pytest.mark.parametrize("command", ["serve", "check"])
def test_d59_an_arn_of_another_region_than_its_providers_is_named(prepared, tmp_path, command):
    arn = "arn:aws:bedrock:us-west-2:123456789012:application-inference-profile/abc"
    endpoint = {"provider": "bedrock", "model": arn, "prices": {"prompt": 1, "completion": 2}}
    prices = tmp_path / "arn.yaml"
    prices.write_text(yaml.safe_dump({"version": "1", "models": [{"id": "anthropic/claude", "endpoints": [endpoint]}]}))
    signed = {"dialect": "converse", "auth": "sigv4", "aws_region": "us-east-1", "api_key": "id:secret"}
    bedrock = provider("bedrock", "https://bedrock-runtime.us-east-1.amazonaws.com", **signed)
    config = base_config([bedrock], prepared.data_dir, catalogue=[str(prices)])
    file = with_text(prepared, yaml.safe_dump(config))
    assert_refused(run_gateway(command, "--config", file), "anthropic/claude", arn, "us-east-1", "aws_region")


def test_check_accepts_a_good_configuration(prepared):
    assert run_gateway("check", "--config", prepared.config_file).returncode == 0


@pytest.mark.parametrize("name", ["example.yaml", "quickstart.yaml"])
def test_check_accepts_the_configurations_that_ship(name):
    done = run_gateway("check", "--config", ROOT / "configs" / name)
    assert done.returncode == 0, done.stderr


def test_a_provider_that_is_left_out_is_named(start_gateway, providers):
    optional = provider("unused", "http://127.0.0.1:1/v1", api_key="", optional=True)
    gateway = start_gateway(providers=[*providers, optional])
    assert "provider unused is left out: its api_key is empty" in gateway.log_file.read_text()


def test_the_log_may_be_json(start_gateway, providers):
    gateway = start_gateway(
        providers=[*providers, provider("unused", "http://127.0.0.1:1/v1", api_key="", optional=True)],
        log={"format": "json", "level": "info"},
    )
    gateway.stop()
    lines = [json.loads(line) for line in gateway.log_file.read_text().splitlines()]
    assert {line["message"].split(":")[0] for line in lines} >= {"provider unused is left out", "stopping"}
    assert {(line["level"], line["component"]) for line in lines} >= {("info", "server")}


def test_a_component_may_be_silenced(start_gateway):
    gateway = start_gateway(log={"levels": {"server": "off"}})
    gateway.stop()
    assert "stopping" not in gateway.log_file.read_text()


@pytest.mark.parametrize("option", ["listen", "operations_listen"])
def test_a_port_in_use_is_named(prepared, option):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        config = base_config([provider("sample", "http://127.0.0.1:1/v1")], prepared.data_dir, **{option: address})
        assert_refused(serve(with_text(prepared, yaml.safe_dump(config))), address, "in use")


def test_a_data_directory_that_another_process_has_open_is_refused(start_gateway, tmp_path):
    running = start_gateway()
    account = running.new_account("1")
    done = serve(running.config_file)
    assert_refused(done, str(running.data_dir))
    assert any(word in done.stderr for word in ("another process", "locked", "in use"))
    assert running.credits(account)["balance"] == 1


def test_init_refuses_a_data_directory_that_is_open(start_gateway):
    running = start_gateway()
    done = run_gateway("init", "--json", "--data-dir", running.data_dir)
    assert done.returncode == 1 and len(done.stderr.strip().splitlines()) == 1


def test_a_store_of_a_newer_version_is_refused_and_left_alone(prepared):
    bumped = subprocess.run([BUMP_SCHEMA, prepared.data_dir], capture_output=True, text=True, check=False)
    assert bumped.returncode == 0, bumped.stderr
    for _ in range(2):
        assert_refused(serve(prepared.config_file), str(prepared.data_dir), "999")


def test_a_data_directory_that_was_never_initialised_says_what_to_do(prepared):
    config = base_config([provider("sample", "http://127.0.0.1:1/v1")], prepared.directory / "fresh")
    done = serve(with_text(prepared, yaml.safe_dump(config)))
    assert_refused(done, f"tollgate init --data-dir {prepared.directory / 'fresh'}")


def test_serve_before_init_leaves_nothing_behind(prepared):
    fresh = prepared.directory / "fresh"
    config = base_config([provider("sample", "http://127.0.0.1:1/v1")], fresh / "data", access_log=str(fresh / "log"))
    fresh.mkdir()
    serve(with_text(prepared, yaml.safe_dump(config)))
    assert list(fresh.iterdir()) == []


@pytest.mark.parametrize("quickstart", [False, True])
def test_init_works_in_a_store_without_a_root_key(prepared, quickstart):
    """As a gateway left one that was started before init, and as a crash of an old one may."""
    (prepared.directory / "fresh" / "rocksdb").mkdir(parents=True)
    config = base_config([provider("sample", "http://127.0.0.1:1/v1")], prepared.directory / "fresh")
    file = with_text(prepared, yaml.safe_dump(config))
    assert_refused(serve(file), "init")  # it makes a store in the folder that it finds
    options = ["--quickstart"] if quickstart else []
    done = run_gateway("init", "--data-dir", prepared.directory / "fresh", "--json", *options)
    assert done.returncode == 0, done.stderr
    started = Gateway(prepared.directory / "unused", [])
    started.config_file, started.root_key = file, json.loads(done.stdout)["root_key"]
    started.start()
    try:
        assert started.new_account("5").key
    finally:
        assert started.stop() == 0


def test_a_data_directory_that_cannot_be_made_is_named(prepared):
    blocked = prepared.directory / "a-file"
    blocked.write_text("")
    done = run_gateway("init", "--data-dir", blocked / "data", "--json")
    assert done.returncode == 1 and "a-file" in done.stderr


def test_a_corrupted_store_is_refused(prepared):
    current = next(prepared.data_dir.rglob("CURRENT"))
    current.write_text("MANIFEST-999999\n")
    assert_refused(serve(prepared.config_file), str(prepared.data_dir))


# --- init, version, usage


def test_init_makes_the_root_key_once(tmp_path):
    first = run_gateway("init", "--data-dir", tmp_path / "d", "--json")
    assert first.returncode == 0 and json.loads(first.stdout)["root_key"].startswith("sk-tg-root-")
    second = run_gateway("init", "--data-dir", tmp_path / "d", "--json")
    assert second.returncode == 1 and "root key" in second.stderr and "sk-tg-root-" not in second.stdout


def test_quickstart_gives_the_same_account_twice(tmp_path):
    runs = [run_gateway("init", "--data-dir", tmp_path / "d", "--quickstart", "--json") for _ in range(2)]
    first, second = (json.loads(run.stdout) for run in runs)
    assert first == second and set(first) >= {"api_key", "root_key", "organization_id", "project_id"}
    mode = stat.S_IMODE(os.stat(tmp_path / "d" / "quickstart.json").st_mode)
    assert mode == 0o600


def test_a_quickstart_account_has_five_dollars_once(tmp_path, sample):
    config = tmp_path / "config.yaml"
    data_dir = tmp_path / "d"
    config.write_text(yaml.safe_dump(base_config([provider("sample", sample.base_url)], data_dir)))
    for _ in range(2):
        made = json.loads(run_gateway("init", "--data-dir", data_dir, "--quickstart", "--json").stdout)
    gateway = Gateway(tmp_path / "unused", [])
    gateway.config_file, gateway.root_key = config, made["root_key"]
    gateway.start()
    try:
        answer = gateway.request("GET", "/api/v1/credits", key=made["api_key"])
        assert answer.json()["data"] == {"total_credits": 5, "total_usage": 0}
    finally:
        assert gateway.stop() == 0


def test_the_data_directory_is_private(prepared):
    assert stat.S_IMODE(os.stat(prepared.data_dir).st_mode) == 0o700


def test_no_key_stands_in_the_data_directory(start_gateway):
    gateway = start_gateway()
    account = gateway.new_account("1")
    gateway.stop()
    for file in gateway.data_dir.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert account.key.encode() not in content and gateway.root_key.encode() not in content, file


def test_version_is_printed():
    done = run_gateway("version")
    assert done.returncode == 0 and "0.1.0" in done.stdout


@pytest.mark.parametrize("arguments", [(), ("nonsense",), ("serve",), ("serve", "--nonsense"), ("init",)])
def test_bad_usage_is_code_2(arguments):
    done = run_gateway(*arguments)
    assert done.returncode == 2 and done.stderr.strip()


def test_records_of_an_unused_directory_are_none(prepared):
    assert records(prepared.data_dir) == []


def test_readiness_is_announced_only_when_requests_are_served(start_gateway):
    for _ in range(3):
        gateway = start_gateway()
        assert gateway.request("HEAD", "/").status == 200
        gateway.stop()


def test_the_first_line_names_both_listeners(prepared):
    process = subprocess.Popen([GATEWAY, "serve", "--config", prepared.config_file], stdout=subprocess.PIPE)
    line, _ = first_line(process)
    process.terminate()
    assert process.wait(20) == 0
    assert line.startswith("tollgate listening: data http://127.0.0.1:") and " operations http://127.0.0.1:" in line
    process.stdout.close()
