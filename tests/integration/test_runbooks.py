"""docs/runbooks.md has a section for each alert, and names commands and options that there are. Its metrics are looked up
by test_observability.py, and its commands are run by test_pages.py."""

import re

import pytest
import yaml

from support.processes import ROOT, run_gateway
from support.real_prometheus import RULES

PAGE = (ROOT / "docs/runbooks.md").read_text()
ALERTS = [
    rule["alert"]
    for group in yaml.safe_load(RULES.read_text())["groups"]
    for rule in group["rules"]
    if "alert" in rule
]
SECTIONS = {
    part.partition("\n")[0]: part.partition("\n")[2] for part in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]
}
FENCES = re.findall(r"^```sh\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
# In a block of commands, or in backquotes in the text.
COMMANDS = sorted(
    {
        found.strip()
        for text in [*FENCES, *re.findall(r"`([^`\n]+)`", PAGE)]
        for found in re.findall(r"(?:^|[|&] )tollgate ([a-z][^|&\n]*)", text, flags=re.MULTILINE)
    }
)
OPTIONS = sorted(set(re.findall(r"`([a-z_]+\.[a-z_]+)`", PAGE)) - {"slots.damaged"})


def test_each_alert_has_its_section_and_no_other_is_there():
    assert [name for name in SECTIONS if name.startswith("Tollgate")] == ALERTS


@pytest.mark.parametrize("alert", ALERTS)
def test_a_section_says_who_is_hurt_and_has_commands(alert):
    assert SECTIONS[alert].lstrip().startswith("Users: ")
    # One that only sends the reader on says so.
    assert "```sh" in SECTIONS[alert] or re.search(r"\(#tollgate\w+\)", SECTIONS[alert])


def words_and_flags(command):
    words = re.match(r"(?:[a-z][a-z-]*(?: |$))+", command)
    return words[0].split(), re.findall(r"(?<!\S)--[a-z][a-z.-]*", command)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_program_is_one(command):
    words, flags = words_and_flags(command)
    done = run_gateway(*words, "--help")
    assert done.returncode == 0, done.stderr
    # A word that is no subcommand would show the help of the one before it.
    assert f" {' '.join(words)} [OPTIONS]" in done.stdout, done.stdout
    for flag in flags:
        assert re.search(rf"(?<![\w-]){re.escape(flag)}(?![\w-])", done.stdout), (flag, done.stdout)


@pytest.fixture(scope="module")
def options():
    """Names of options, as section.name: also those that `tollgate options` shows commented out."""
    found, section = set(), None
    for line in run_gateway("options").stdout.splitlines():
        if top := re.match(r"(?:# )?([a-z_]+):", line):
            section = top[1]
        elif below := re.match(r" +(?:# |- )*([a-z_]+):", line):
            found.add(f"{section}.{below[1]}")
    return found


@pytest.mark.parametrize("option", OPTIONS)
def test_an_option_is_one(options, option):
    assert option in options


def test_there_is_something_to_check():
    assert len(COMMANDS) > 8 and len(OPTIONS) > 15
