"""The client on the command line: what scripts and people rely on. The whole life of an organization by it alone is in
test_life_of_an_organization.py."""

import contextlib
import csv
import io
import json
import os
import pty
import shutil
import signal
import socket
import stat
import subprocess
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.chat import post_chat
from support.command_line import Client
from support.processes import GATEWAY
from support.waiting import eventually

DONE, WRONG_USAGE, NOT_AUTHORIZED, NOT_FOUND, CONFLICT, LIMIT, SERVER_FAILED, NOT_REACHED, LIST_GOES_ON = 0, 2, 3, 4, 5, 6, 7, 8, 9


@pytest.fixture
def client_of(gateway, tmp_path):
    """A shell of whoever holds the token."""
    return lambda token="": Client(gateway.base_url, tmp_path, token)


@pytest.fixture
def operator(gateway, client_of):
    return client_of(gateway.root_key)


@pytest.fixture
def new_person(operator, client_of):
    """Makes a user by the command line: the shell of that person."""

    def make(name):
        email = f"{name}-{uuid.uuid4().hex[:8]}@people.test"
        made = operator.may(
            *("user", "create", "--email", email, "--name", name, "--verified", "true", "--token.name", "shell")
        )
        return client_of(made["personal_token"])

    return make


def test_people_read_tables(operator, new_person):
    ann = new_person("ann")
    ann.may("org", "create", "--name", "Table", "--slug", f"t-{uuid.uuid4().hex[:8]}")
    shown = ann.run("org", "list", "--columns", "name,kind")
    assert shown.code == DONE and shown.err == ""
    lines = [line.split() for line in shown.out.splitlines()]
    assert lines[0] == ["name", "kind"] and ["Table", "team"] in lines
    assert ann.run("me", "show").out.startswith("user.id")
    unknown = ann.run("org", "list", "--columns", "nonsense")
    assert unknown.code == WRONG_USAGE and "none of them" in unknown.err


def test_a_list_shows_its_usual_columns(operator, new_person):
    ann = new_person("ann")
    shop = f"t-{uuid.uuid4().hex[:8]}"
    ann.may("org", "create", "--name", "Shop", "--slug", shop)
    ann.may("key", "create", "--org", shop, "--name", "web")
    head, row = ann.run("key", "list", "--org", shop).out.splitlines()
    assert head.split() == ["name", "kind", "label", "disabled", "usage", "hash"] and row.startswith("web")
    every = ann.run("key", "list", "--org", shop, "--columns", "all").out.splitlines()[0].split()
    assert {"is_free_tier", "workspace_id", "rate_limit.note"} <= set(every)
    assert "--columns" in ann.run("key", "list", "--help").out and "last_used_at" in ann.run("key", "list", "--help").out


def test_names_stand_where_ids_do(gateway, operator, new_person):
    ann, bob = new_person("ann"), new_person("bob")
    slugs = [f"t-{uuid.uuid4().hex[:8]}" for _ in range(2)]
    for slug in slugs:
        ann.may("org", "create", "--name", slug, "--slug", slug)
    below = f"/api/organizations/{ann.may('org', 'show', slugs[0])['id']}/purchases"
    bought = gateway.manage("POST", below, {"amount": 20})["transaction_id"]
    gateway.manage("POST", f"{below}/{bought}/confirm", {})
    ann.may("credits", "transfer", "--org", slugs[0], "--to", slugs[1], "--amount", "2")
    assert ann.may("credits", "show", "--org", slugs[1])["balance"] == 2
    project = ann.may("project", "create", "--org", slugs[0], "--name", "Night Shift")
    assert ann.may("project", "show", "night shift", "--org", slugs[0])["id"] == project["id"]
    email = bob.may("me", "show")["user"]["email"]
    operator.may("member", "add", "--org", slugs[0], "--email", email)
    key = ann.may(
        *("key", "create", "--org", slugs[0], "--name", "n", "--project-id", "Night Shift", "--creator-user-id", email)
    )["data"]
    assert (key["project_id"], key["creator_user_id"]) == (project["id"], bob.may("me", "show")["user"]["id"])
    listed = ann.may("key", "list", "--org", slugs[0], "--project-id", "Night Shift")["data"]
    assert [one["hash"] for one in listed] == [key["hash"]]
    for words in (
        ("credits", "transfer", "--org", slugs[0], "--to", "no-such", "--amount", "1"),
        ("project", "show", "No Such", "--org", slugs[0]),
        ("key", "list", "--org", slugs[0], "--creator-user-id", "nobody@people.test"),
    ):
        ann.fails(NOT_FOUND, *words)
    assert ann.run("member", "count", "--org", slugs[0]).out == "2\n"


def test_openhands_pages_are_asked_for_by_number(operator, new_person):
    ann = new_person("ann")
    for _ in range(2):
        ann.may("org", "create", "--name", "Numbered")
    first = ann.run("org", "list", "--page-id", "0", "--limit", "2", "--json")
    assert first.code == LIST_GOES_ON and "--page-id 2" in first.err
    rest = ann.run("org", "list", "--page-id", "2", "--json")
    assert rest.code == DONE and len(json.loads(rest.out)["items"]) == 1


def test_a_list_is_whole_without_being_asked(gateway, operator):
    account = gateway.new_account("5")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: post_chat(gateway, account), range(120)))
    words = ("activity", "list", "--org", account.organization)
    eventually(lambda: len(operator.may(*words)["data"]) == 120)
    table = operator.run(*words, "--format", "csv")
    assert (table.code, table.err) == (DONE, "") and len(list(csv.DictReader(io.StringIO(table.out)))) == 120
    answer = gateway.request(
        "GET", f"/api/organizations/{account.organization}/activity?format=csv", key=gateway.root_key
    )
    assert answer.text.splitlines() == table.out.splitlines() and answer.header("x-next-cursor") is None
    page = gateway.request(
        "GET", f"/api/organizations/{account.organization}/activity?format=csv&limit=50", key=gateway.root_key
    )
    assert len(list(csv.DictReader(io.StringIO(page.text)))) == 50 and page.header("x-next-cursor")


def test_json_is_the_answer_as_it_came(gateway, operator):
    organization = gateway.manage("POST", "/api/organizations", {"name": "Plain"})["id"]
    raw = gateway.request("GET", f"/api/organizations/{organization}", key=gateway.root_key).text
    assert operator.run("org", "show", organization, "--json").out == raw + "\n"


@pytest.mark.parametrize(
    "code, words",
    [
        (NOT_AUTHORIZED, ("user", "list")),
        (NOT_FOUND, ("key", "show", "0" * 64)),
        (WRONG_USAGE, ("key", "create", "--name", "")),
        (NOT_FOUND, ("org", "show", "no-such-slug")),
        (NOT_FOUND, ("member", "show", "nobody@people.test")),
        (WRONG_USAGE, ("key", "create", "--name", "k", "--limit", "much")),
        (WRONG_USAGE, ("member", "remove", str(uuid.UUID(int=1)))),
    ],
)
def test_row_65_each_failure_has_its_code_and_an_error_object(team, client_of, code, words):
    owner = client_of(team.owner.token)
    error = owner.fails(code, *words, TOLLGATE_ORG=team.organization)
    assert error["message"] and error["code"]
    told = owner.run(*words, TOLLGATE_ORG=team.organization)
    assert (told.code, told.out) == (code, "") and told.err.startswith("tollgate: ")


def test_without_a_token_nothing_is_sent(client_of):
    error = client_of().fails(NOT_AUTHORIZED, "me", "show")
    assert error["code"] == "token_missing" and "tollgate login" in error["message"]
    assert client_of("sk-tg-user-nonsense").fails(NOT_AUTHORIZED, "me", "show")["code"] == "invalid_api_key"


def test_limits_have_a_code_of_their_own(gateway, client_of, team):
    owner = client_of(team.owner.token)
    addresses = [word for n in range(10) for word in ("--emails", f"many-{n}@people.test")]
    told = owner.run("invitation", "create", "--org", team.organization, *addresses, "--json")
    assert told.code in (DONE, LIMIT)
    refused = owner.fails(LIMIT, "invitation", "create", "--org", team.organization, "--email", "one@people.test")
    assert refused["reason"] == "limit_reached"


def test_where_nothing_listens(client_of, gateway):
    error = client_of(gateway.root_key).fails(NOT_REACHED, "org", "list", "--url", "http://127.0.0.1:1")
    assert error["code"] == "not_reached"


def test_usage_that_is_wrong(operator):
    for words in (("key",), ("key", "nonsense"), ("org", "show", "--nonsense"), ("member", "show")):
        ended = operator.run(*words)
        assert (ended.code, ended.out) == (WRONG_USAGE, "") and ended.err, words
    assert operator.run("org", "show").code == WRONG_USAGE, "no organization is named anywhere"


def test_what_deletes_needs_yes_where_nobody_can_be_asked(gateway, operator):
    account = gateway.new_account(None)
    words = ("key", "delete", "--org", account.organization, account.hash)
    assert operator.fails(WRONG_USAGE, *words)["code"] == "confirmation_needed"
    assert operator.may(*words, "--yes") == {"deleted": True}


def test_a_body_may_come_whole(operator):
    name = f"Whole {uuid.uuid4().hex[:8]}"
    made = operator.may("org", "create", "--body", "-", stdin=json.dumps({"name": name}))
    assert made["name"] == name
    assert operator.fails(WRONG_USAGE, "org", "create", "--body", "-", "--name", "x", stdin="{}")["code"] == "wrong_usage"


# --- Credentials


def test_login_stores_where_and_who(gateway, tmp_path):
    account = gateway.new_account(None)
    shell = Client(gateway.base_url, tmp_path)
    done = shell.run("login", "--org", account.organization, stdin=gateway.root_key + "\n")
    assert done.code == DONE and gateway.root_key not in done.out + done.err
    file = tmp_path / ".config/tollgate/credentials.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert shell.may("key", "list", TOLLGATE_URL="")["data"], "neither address, token nor organization is named"
    file.chmod(0o640)
    assert "chmod 600" in shell.fails(NOT_AUTHORIZED, "key", "list", TOLLGATE_URL="")["message"]
    file.chmod(0o600)
    assert shell.run("logout").code == DONE and not file.exists()


def test_login_refuses_what_is_no_token(gateway, tmp_path):
    shell = Client(gateway.base_url, tmp_path)
    assert shell.run("login", stdin="sk-nonsense\n").code == NOT_AUTHORIZED
    assert shell.run("login", stdin="").code != DONE
    assert not (tmp_path / ".config").exists()


def test_a_stored_token_goes_to_its_gateway_alone(gateway, tmp_path):
    shell = Client(gateway.base_url, tmp_path)
    assert shell.run("login", stdin=gateway.root_key + "\n").code == DONE
    heard = []
    with socket.create_server(("127.0.0.1", 0)) as other:

        def answer():
            connection, _ = other.accept()
            with connection:
                heard.append(connection.recv(65536))
                connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}")

        listener = threading.Thread(target=answer, daemon=True)
        listener.start()
        url = "http://127.0.0.1:%d" % other.getsockname()[1]
        assert shell.fails(NOT_AUTHORIZED, "org", "list", "--url", url)["code"] == "token_missing"
        shell.run("openapi", "show", "--url", url)  # which needs none
        listener.join(10)
    assert len(heard) == 1 and b"authorization" not in heard[0].lower()


# --- Lost answers


class Lossy:
    """Hands requests on to a gateway and loses the answers to those whose numbers, from 0, are among `lost`."""

    def __init__(self, gateway, lost):
        self.gateway, self.lost, self.heads = gateway, lost, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            with client, socket.create_connection(self.gateway.data) as upstream:
                request = client.recv(65536)
                self.heads.append(request.partition(b"\r\n\r\n")[0].decode().lower())
                upstream.sendall(request)
                answer = b""
                while piece := upstream.recv(65536):
                    answer += piece
                if len(self.heads) - 1 not in self.lost:
                    client.sendall(answer)

    def keys(self):
        return {line for head in self.heads for line in head.splitlines() if line.startswith("idempotency-key: ")}


@pytest.fixture
def lossy(gateway):
    made = []

    def make(lost):
        made.append(Lossy(gateway, lost))
        return made[-1]

    yield make
    for one in made:
        one.listener.close()


def test_a_lost_answer_is_asked_for_again_and_nothing_is_done_twice(gateway, operator, lossy):
    account = gateway.new_account("5")
    between = lossy(range(2))
    words = ("credits", "grant", "--org", account.organization, "--amount", "1", "--url", between.url)
    assert operator.may(*words)["repeated"] is True
    assert len(between.heads) == 3 and len(between.keys()) == 1
    assert gateway.credits(account)["balance"] == 6


def test_an_answer_that_stays_lost_says_that_nothing_is_known(gateway, operator, lossy):
    between = lossy(range(100))
    error = operator.fails(NOT_REACHED, "org", "list", "--url", between.url)
    assert error["code"] == "answer_lost" and "not known" in error["message"]


@pytest.fixture
def seven_keys(gateway, operator):
    """The options that list the keys of an organization which has seven, two a page."""
    organization = gateway.manage("POST", "/api/organizations", {"name": "Pages"})["id"]
    for number in range(7):
        gateway.manage("POST", f"/api/organizations/{organization}/keys", {"name": f"key {number}"})
    return "key", "list", "--org", organization, "--limit", "2"


def test_row_66_a_list_that_is_cut_fails_and_says_so(operator, lossy, seven_keys):
    between = lossy(range(2, 100))
    ended = operator.run(*seven_keys, "--all", "--json", "--url", between.url)
    assert (ended.code, ended.error["code"]) == (NOT_REACHED, "answer_lost")
    pages = [json.loads(page) for page in ended.out.splitlines()]
    assert len(pages) == 2 and pages[-1]["next_cursor"], "nor do the pages look whole"


def test_all_follows_the_pages_to_the_end(operator, seven_keys):
    pages = operator.run(*seven_keys, "--all", "--json").out.splitlines()
    assert sorted(key["name"] for page in pages for key in json.loads(page)["data"]) == [f"key {n}" for n in range(7)]


def test_row_66_a_list_with_a_limit_says_that_there_is_more(operator, seven_keys):
    shown = operator.run(*seven_keys, "--columns", "name")
    assert (shown.code, len(shown.out.splitlines())) == (LIST_GOES_ON, 3) and "--all" in shown.err
    pages = [operator.run(*seven_keys, "--json")]
    while cursor := json.loads(pages[-1].out)["next_cursor"]:
        assert pages[-1].code == LIST_GOES_ON and pages[-1].error["code"] == "list_goes_on"
        pages.append(operator.run(*seven_keys, "--json", "--cursor", cursor))
    assert len(pages) == 4 and pages[-1].code == DONE


def test_row_66_an_empty_list_is_done_and_says_nothing(gateway, operator):
    organization = gateway.manage("POST", "/api/organizations", {"name": "Empty"})["id"]
    words = ("key", "list", "--org", organization)
    assert operator.may(*words) == {"data": [], "next_cursor": None}
    assert operator.may(*words, "--all") == {"data": [], "next_cursor": None}
    assert operator.run(*words).code == DONE


def test_row_66_an_interrupted_list_is_no_success(operator, seven_keys):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = "http://127.0.0.1:%d" % silent.getsockname()[1]
        command = [GATEWAY, *seven_keys, "--all", "--json", "--url", url]
        options = {
            "stdout": subprocess.PIPE,
            "env": operator.environment(),
            "preexec_fn": lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # tests in the background ignore it
        }
        with subprocess.Popen(command, **options) as process:
            connection, _ = silent.accept()
            process.send_signal(signal.SIGINT)
            assert (process.wait(30), process.stdout.read()) == (-signal.SIGINT, b"")
            connection.close()


# --- Completion


@pytest.mark.parametrize(
    "typed, expected",
    [
        (["k"], ["key"]),
        (["key", "cr"], ["create"]),
        (["key", "create", "--limit-r"], ["--limit-reset"]),
        (["key", "create", "--limit-reset", ""], ["daily", "monthly", "null", "weekly"]),
        (["ledger", "v"], ["verify"]),
        (["completion", ""], ["bash", "fish", "zsh"]),
    ],
)
def test_completion_knows_commands_options_and_words(client_of, typed, expected):
    found = client_of().run("complete-words", "--", *typed)
    assert found.code == DONE and sorted(found.out.split()) == expected


def test_the_bash_script_completes(client_of, tmp_path):
    shell = client_of()
    script = shell.run("completion", "bash").out + (
        "COMP_WORDS=(tollgate voucher re)\nCOMP_CWORD=2\n_tollgate\necho \"${COMPREPLY[@]}\"\n"
    )
    path = f"{GATEWAY.parent}:{shell.environment()['PATH']}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, env=shell.environment(PATH=path))
    assert (done.stdout.strip(), done.stderr) == ("redeem", "")


@pytest.mark.parametrize("other", ["zsh", "fish"])
def test_the_scripts_of_other_shells_can_be_read(client_of, other):
    script = client_of().run("completion", other).out
    assert "tollgate complete-words --" in script
    if shutil.which(other) is None:
        pytest.skip(f"{other} is absent: only the script's text was looked at")
    checked = subprocess.run([other, "-n"], input=script, capture_output=True, text=True)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_each_command_has_help(client_of):
    shell = client_of()
    groups = shell.run("complete-words", "--", "").out.split()
    assert {"org", "project", "member", "invitation", "key", "credits", "voucher", "activity", "me"} <= set(groups)
    shown = shell.run("key", "create", "--help")
    assert shown.code == DONE and "POST /api/organizations/{organization}/keys" in shown.out
    assert "--limit-reset daily|weekly|monthly|null" in shown.out


# --- At a terminal


@pytest.fixture
def at_terminal():
    """Runs a command whose standard input is a terminal where somebody types: the exit code, and what is shown there."""

    def run(shell, *words, typed, question):
        keyboard, terminal = pty.openpty()
        with subprocess.Popen(
            [GATEWAY, *words], stdin=terminal, stdout=terminal, stderr=terminal, env=shell.environment()
        ) as process:
            os.close(terminal)
            shown = b""
            while question not in shown:
                shown += os.read(keyboard, 4096)
            os.write(keyboard, typed)
            with contextlib.suppress(OSError):  # when it ends, the terminal is gone
                while piece := os.read(keyboard, 4096):
                    shown += piece
            os.close(keyboard)
            return process.wait(30), shown

    return run


def test_a_token_that_is_typed_is_not_shown(gateway, tmp_path, at_terminal):
    shell = Client(gateway.base_url, tmp_path)
    code, shown = at_terminal(shell, "login", typed=gateway.root_key.encode() + b"\n", question=b"Token: ")
    assert code == DONE and gateway.root_key.encode() not in shown
    assert shell.may("credits", "show-all", TOLLGATE_URL="")["balance"] is not None


@pytest.mark.parametrize("answer, is_deleted", [(b"n\n", False), (b"\n", False), (b"y\n", True)])
def test_what_deletes_asks_first(gateway, operator, at_terminal, answer, is_deleted):
    account = gateway.new_account(None)
    words = ("key", "delete", "--org", account.organization, account.hash)
    code, _ = at_terminal(operator, *words, typed=answer, question=b"[y/N]")
    assert (code == DONE) is is_deleted
    shown = operator.run("key", "show", "--org", account.organization, account.hash)
    assert shown.code == (NOT_FOUND if is_deleted else DONE)
