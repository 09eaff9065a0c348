"""Command lines that are wrong: what they are told, people and scripts."""

import pytest

from support.command_line import Client

WRONG_USAGE = 2


@pytest.fixture
def operator(gateway, tmp_path):
    return Client(gateway.base_url, tmp_path, gateway.root_key)


def test_a_command_that_is_none_is_told_which_there_are(operator):
    ended = operator.run("nonsense")
    assert ended.code == WRONG_USAGE and ended.out == ""
    assert "'nonsense'" in ended.err and "organization" not in ended.err and " key, " in ended.err
    ended = operator.run("key", "nonsense")
    assert ended.code == WRONG_USAGE and "'nonsense'" in ended.err and "create" in ended.err
    assert "which command?" in operator.run("key").err


@pytest.mark.parametrize("words", [("nonsense",), ("key", "create", "--nope"), ("key", "nonsense"), ("key", "show")])
def test_wrong_usage_is_json_where_that_was_asked_for(operator, words):
    ended = operator.run(*words, "--json")
    assert ended.code == WRONG_USAGE and ended.error["code"] == "wrong_usage" and ended.error["message"]
