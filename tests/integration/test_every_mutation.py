"""Every route that changes something, called once: killed in the middle it is wholly done or not at all, and it leaves
one entry in the audit."""

import json

import pytest

from support import processes
from support.browser import SAME_ORIGIN
from support.http_client import ConnectionEnded
from support.mutations import Mutations, config_for_mutations
from support.pages import pages_of


# A body says what is to be read.
READ_BY_POST = {
    "POST /api/organizations/{organization}/git-claims/candidates",
    "POST /api/organizations/{organization}/provider-keys/{provider_key}/test",
    "POST /api/v1/analytics/query",
    "POST /api/organizations/{organization}/routing/preview",
    "POST /api/me/passkeys/options",
    "POST /api/invitations/lookup",
    "POST /api/verifications/lookup",
    "POST /api/sign-in/{provider}/link",
    "POST /api/sessions/current/passkey-options",
}


# What a password is needed for is done again when it is called again (test_sessions.py). So is all that only a page calls.
NEVER_REPEATED = {"POST /api/sessions/current/step-up", "PUT /api/me/password"}


@pytest.fixture
def gateway(start_gateway, tmp_path):
    return start_gateway(**config_for_mutations(tmp_path))


def mutating_routes(gateway):
    document = json.loads(gateway.request("GET", "/api/openapi.json").text)
    return {
        f"{method.upper()} {path}"
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method != "get" and operation["x-tollgate-guard"] not in ("infer", "page", "session")
    } - READ_BY_POST - NEVER_REPEATED


class Audit:
    """All entries of the instance and of every organization; what is new since the last look."""

    def __init__(self, gateway):
        self.gateway = gateway
        self.seen = set()
        self.paths = {"/api"}  # of deleted organizations, too
        self.new()

    def new(self):
        """The numbers of the changes, with who did what."""
        self.paths |= {f"/api/organizations/{one['id']}" for one in pages_of(self.gateway, "/api/organizations", 200)}
        found = {
            (entry["change"], entry["action"], entry["actor"], entry["address"])
            for path in self.paths
            for entry in pages_of(self.gateway, f"{path}/audit", 200)
        }
        new, self.seen = found - self.seen, found
        return sorted(new)


def call(gateway, mutation):
    headers = {"Idempotency-Key": mutation.name}
    if mutation.browser is not None:
        sent = {**SAME_ORIGIN, **headers}
        return mutation.browser.ask(mutation.method, mutation.path, mutation.body, headers=sent)
    return gateway.request(mutation.method, mutation.path, key=mutation.key, json=mutation.body, headers=headers)


def test_the_list_has_every_route_that_changes_something(gateway):
    listed = [mutation.name for mutation in Mutations(gateway).calls]
    assert len(listed) == len(set(listed))
    assert set(listed) == mutating_routes(gateway)


@pytest.mark.timeout(300)
def test_row_56_every_change_leaves_one_entry_in_the_audit_and_its_repetition_none(gateway):
    calls = Mutations(gateway).calls
    audit = Audit(gateway)
    for mutation in calls:
        mutation = mutation.renewed()
        answer = call(gateway, mutation)
        assert answer.status in (200, 201, 202), (mutation.name, answer.body)
        entries = audit.new()
        assert len(entries) == 1, (mutation.name, entries)
        _, action, actor, address = entries[0]
        assert action and actor and address == "127.0.0.1", mutation.name
        assert call(gateway, mutation).status in (200, 201, 202, 401, 404, 409), mutation.name
        assert audit.new() == [], mutation.name


@pytest.mark.timeout(900)  # four starts for each
def test_row_39_every_change_that_is_killed_is_wholly_done_or_not_at_all(gateway):
    if b"TOLLGATE_FAIL_POINT" not in processes.GATEWAY.read_bytes():
        pytest.skip("this build has no fail points")
    mutations = Mutations(gateway)
    audit = Audit(gateway)

    def die_at(point, mutation):
        gateway.stop()
        unit = "journal" if mutation.booked else "accounts"
        gateway.start(env={"TOLLGATE_FAIL_POINT": f"{point}_{unit}_commit"})
        mutation = mutation.renewed()
        with pytest.raises((ConnectionEnded, OSError)):
            call(gateway, mutation)
        gateway.process.wait()
        gateway.start()
        return mutation

    for mutation in mutations.calls:
        mutations.wait_for_mail()
        die_at("before", mutation)
        assert audit.new() == [], mutation.name
        mutation = die_at("after", mutation)
        entries = audit.new()
        assert len(entries) == 1, (mutation.name, entries)
        answers = [call(gateway, mutation) for _ in range(2)]
        assert answers[0].status in (200, 201, 202, 401, 404, 409), (mutation.name, answers[0].body)
        assert answers[0].status == answers[1].status and answers[0].body == answers[1].body, mutation.name
        assert audit.new() == [], mutation.name
