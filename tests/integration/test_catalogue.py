"""`tollgate catalogue`, and a running gateway over several catalogue files."""

import shutil
import signal
from pathlib import Path

import pytest
import yaml

from support.chat import post_chat
from support.processes import PRICES, run_gateway
from support.waiting import eventually

SHIPPED = Path(__file__).resolve().parents[2] / "configs" / "catalogue"


def catalogue(command, newer, used):
    return run_gateway("catalogue", command, str(newer), "--catalogue", str(used))


def own_file(tmp_path, text):
    file = tmp_path / "own.yaml"
    file.write_text(text)
    return file


@pytest.fixture
def used(tmp_path):
    """A catalogue of one's own that is as the shipped one."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "catalogue"))


def version_of(directory):
    return yaml.safe_load((directory / "providers.yaml").read_text())["version"]


def bytes_of(directory):
    return {str(file.relative_to(directory)): file.read_bytes() for file in directory.rglob("*") if file.is_file()}


CHEAPER = """\
models:
  - id: openai/gpt-4o-mini
    endpoints:
      - {id: openai, prices: {prompt: "0.075", completion: "0.60", cache_read: "0.075"}}
"""


def test_diff_shows_prices_with_percent_and_changes_nothing(tmp_path, used):
    before = bytes_of(used)
    done = catalogue("diff", own_file(tmp_path, CHEAPER), used)
    assert done.returncode == 0, done.stderr
    assert "~ endpoint openai/gpt-4o-mini at openai\n    prompt: 0.15 -> 0.075 (-50 %)\n" in done.stdout
    assert "endpoints: 0 added, 0 removed, 1 changed" in done.stdout
    assert bytes_of(used) == before


def test_take_writes_what_diff_showed_with_a_version_of_its_own(tmp_path, used):
    (used / "notes.txt").write_text("kept")
    version = version_of(used)
    done = catalogue("take", own_file(tmp_path, CHEAPER), used)
    assert done.returncode == 0, done.stderr
    assert f"version {version} -> {version}.1" in done.stdout
    assert version_of(used) == f"{version}.1" and (used / "notes.txt").read_text() == "kept"
    changed = {name for name, text in bytes_of(used).items() if text != bytes_of(SHIPPED).get(name)}
    assert changed == {"notes.txt", "providers.yaml", "models/openai.yaml"}
    assert "endpoints: 0 added, 0 removed, 0 changed" in catalogue("diff", own_file(tmp_path, CHEAPER), used).stdout
    assert sorted(file.name for file in tmp_path.iterdir()) == ["catalogue", "own.yaml"], "nothing is left beside it"


def test_taking_what_is_there_already_writes_nothing(tmp_path, used):
    before = bytes_of(used)
    done = catalogue("take", SHIPPED, used)
    assert done.returncode == 0 and "nothing differs" in done.stdout
    assert bytes_of(used) == before


def test_a_directory_is_a_whole_catalogue_and_removes_what_it_does_not_have(tmp_path, used):
    smaller = Path(shutil.copytree(used, tmp_path / "smaller"))
    (smaller / "models" / "sample.yaml").unlink()
    done = catalogue("take", smaller, used)
    assert "- model sample/echo\n- endpoint sample/echo at sample\n" in done.stdout
    assert not (used / "models" / "sample.yaml").exists()


def test_a_single_file_can_be_the_one_in_use(tmp_path):
    used = Path(shutil.copy(PRICES, tmp_path / "prices.yaml"))
    done = catalogue("take", own_file(tmp_path, 'version: "2"\nmodels: [{id: test/chat, name: Renamed}]\n'), used)
    assert done.returncode == 0, done.stderr
    assert "    name: Test Chat -> Renamed\n" in done.stdout
    content = yaml.safe_load(used.read_text())
    assert content["version"] == "2" and content["models"][0]["name"] == "Renamed"


@pytest.mark.parametrize(
    "text, problem",
    [
        ("models: [{id: openai/gpt-5, nam: x}]\n", "own.yaml:1: model: unknown key 'nam'"),
        ("models:\n  - id: new/one\n", "own.yaml:2: endpoints: expected a list with at least one"),
        ("models: [{id: openai/gpt-5, aliases: [gpt-4o]}]\n", "own.yaml:1: model: the name 'gpt-4o' is taken"),
        ("models: [", "own.yaml:1:"),
    ],
)
@pytest.mark.parametrize("command", ["diff", "take"])
def test_what_is_wrong_is_refused_with_its_line_and_changes_nothing(tmp_path, used, command, text, problem):
    before = bytes_of(used)
    done = catalogue(command, own_file(tmp_path, text), used)
    assert done.returncode == 1 and problem in done.stderr, done.stderr
    assert bytes_of(used) == before


def test_a_file_of_ones_own_extends_the_other_and_is_reloaded(start_gateway, tmp_path):
    own = own_file(tmp_path, "models: [{id: test/chat, aliases: [chat, ours]}]\n")
    gateway = start_gateway(catalogue=[str(PRICES), str(own)])
    account = gateway.new_account("5")
    assert post_chat(gateway, account, model="ours").header("x-tollgate-model") == "test/chat"
    assert post_chat(gateway, account, model="test-chat").status == 404, "aliases are replaced as a whole"
    own.write_text(
        "models:\n  - id: ours/echo\n    endpoints:\n"
        "      - {provider: sample, model: echo, prices: {prompt: 1, completion: 2}}\n"
    )
    gateway.process.send_signal(signal.SIGHUP)
    eventually(lambda: post_chat(gateway, account, model="ours/echo").status == 200)
    assert post_chat(gateway, account, model="test-chat").status == 200
