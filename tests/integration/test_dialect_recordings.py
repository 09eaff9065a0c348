"""Recorded exchanges of real providers in the dialects beside chat completions, through the gateway: to clients of chat
completions, however the bytes are framed and split, to clients of the provider's own dialect, and to those of every
other. Text, calls, reasoning, finish reason, every figure and each error's message are those of the recording."""

from collections import Counter
from dataclasses import dataclass, replace

import pytest

from support.dialect_readings import Reading, read
from support.dialect_recordings import load
from support.dialects import Text, Turn, Wish, chat, gemini, messages, responses
from support.http_client import Answer
from support.processes import SHARED_DATA
from support.recordings import PRICES
from support.replay import ENDPOINT, FRAMINGS, Player, chunked, whole
from support.sdk_readings import SDKS, sdk_of

CLIENTS = {client.NAME: client for client in (chat, messages, responses, gemini)}
HELLO = Wish([Turn("user", [Text("hi")])], reasoning=True)
MOST_CONTRADICTORY = 0.01
SAMPLE = 3  # of each kind for the SDKs, whose objects cost more than all the rest
RESUMED = "starting-after"  # the later events of a stream: no SDK builds an answer of them
SAID = ("text", "calls", "finish")
FIGURES = ("prompt", "completion", "cached", "cache_write", "reasoning")


@dataclass
class Replayed:
    recording: object
    client: str  # its dialect
    framing: str
    answer: Answer
    record: dict = None

    def __str__(self):
        return f"{self.recording} to {self.client} {self.framing}"

    @property
    def is_passed(self):
        """The client speaks as the provider does."""
        return self.client == self.recording.dialect

    @property
    def said(self):
        streamed = self.recording.kind == "stream" and self.answer.status == 200
        if self.answer.status != 200:
            return Reading(error=self.answer.json()["error"]["message"])
        return read(self.client, self.answer.body, streamed)


@pytest.fixture(scope="module")
def recordings():
    directory = SHARED_DATA / "recordings"
    if not directory.is_dir():
        pytest.skip(f"{directory} is absent: no recorded traffic to replay")
    found, left_out = load(directory)
    print()
    for (provider, reason), count in sorted(left_out.items()):
        print(f"left out: {provider:12} {count:4}  {reason}")
    assert len(found) > 300
    assert not [reason for _, reason in left_out if reason.startswith("unknown")]
    return found


def provider_of(recording):
    return f"{recording.provider}-{recording.spoken}"


@pytest.fixture(scope="module")
def player(recordings, tmp_path_factory):
    dialects = {provider_of(recording): {"dialect": recording.spoken} for recording in recordings}
    models = [
        {"id": f"recorded/{name}", "reasoning": True, "endpoints": [ENDPOINT | {"provider": name, "prices": PRICES}]}
        for name in dialects
    ]
    running = Player(tmp_path_factory.mktemp("recordings"), models, dialects)
    yield running
    running.close()


def framings_of(recording, client):
    """All, to clients of chat completions, whose answer is written anew, and of the same dialect, to whom it passes."""
    if client == "chat" or client == recording.dialect:
        return FRAMINGS["binary" if recording.is_binary else recording.kind]
    return (chunked if recording.kind == "stream" else whole,)


@pytest.fixture(scope="module")
def replayed(recordings, player):
    items = []
    for recording in recordings:
        for name, client in CLIENTS.items():
            path, body = client.ask(HELLO, f"recorded/{provider_of(recording)}", recording.kind == "stream")
            for framing in framings_of(recording, name):
                answer = player.ask(recording, framing, path, body)
                items.append(Replayed(recording, name, framing.__name__, answer))
    return player.add_records(items)


def faults_among(items, fault_of):
    faults = []
    for item in items:
        try:
            fault = fault_of(item)
        except Exception as error:  # an answer of another shape than this test reads is a fault of that answer
            fault = f"{type(error).__name__}: {error} in {item.answer.body[:300]!r}"
        if fault:
            faults.append(f"{item}: {fault}")
    return faults


def check(items, fault_of):
    """Fails with some of the faults, where `fault_of` names any."""
    __tracebackhide__ = True
    items = list(items)
    assert items
    faults = faults_among(items, fault_of)
    assert not faults, f"{len(faults)} of {len(items)} are wrong:\n" + "\n".join(faults[:: max(1, len(faults) // 25)])


def whole_answers(replayed):
    return [item for item in replayed if item.recording.kind != "error"]


def difference(right, got, names):
    wrong = {name: (getattr(got, name), getattr(right, name)) for name in names}
    wrong = {name: pair for name, pair in wrong.items() if pair[0] != pair[1]}
    return f"got and right: {wrong}" if wrong else None


# --- what must be right


def test_text_calls_and_finish_reason_are_those_of_the_recording(replayed):
    def fault(item):
        right = item.recording.said
        if item.client == "messages" and not item.is_passed:  # Anthropic's refusals are texts
            right = replace(right, text=right.text + right.refusal)
        return difference(right, item.said, ("error", "text", "calls", "finish"))

    check(whole_answers(replayed), fault)


def test_reasoning_is_that_of_the_recording(replayed):
    check(whole_answers(replayed), lambda item: difference(item.recording.said, item.said, ("reasoning",)))


def test_pictures_and_refusals_come_to_chats_and_pass(replayed):
    items = [item for item in whole_answers(replayed) if item.client == "chat" or item.is_passed]
    check(items, lambda item: difference(item.recording.said, item.said, ("images", "refusal")))


def counted_answers(replayed):
    """Those whose usage the provider reported."""
    return [item for item in whole_answers(replayed) if item.recording.said.figures]


def shown_figures(client, figures):
    """Google has no word for what is written to the cache."""
    return replace(figures, cache_write=0) if client == "gemini" else figures


def test_every_figure_shown_is_that_of_the_recording(replayed):
    def fault(item):
        right, got = item.recording.said.figures, item.said.figures
        return difference(shown_figures(item.client, right), got, FIGURES)

    check(counted_answers(replayed), fault)


def test_every_figure_recorded_and_every_charge_is_that_of_the_recording(replayed):
    def fault(item):
        right, record = item.recording.said.figures, item.record
        wrong = [name for name in FIGURES if record[f"tokens_{name}"] != getattr(right, name)]
        if wrong or record["usage_source"] != "provider":
            return f"{wrong}, {record['usage_source']}"
        charged = (record["usage"], record["charged"])
        return None if charged == (right.cost, right.cost) else f"charged {charged}, right {right.cost}"

    check(counted_answers(replayed), fault)


def test_answers_without_reported_usage_are_few_and_counted(replayed):
    unreported = [item for item in whole_answers(replayed) if not item.recording.said.figures]
    print(f"\nwithout reported usage: {sorted({str(item.recording) for item in unreported})}")
    assert len({item.recording for item in unreported}) <= 1
    check(unreported, lambda item: item.record["usage_source"] == "provider" and "believed what was not said")


def test_honest_providers_are_hardly_ever_called_contradictory(replayed):
    reported = {str(item.recording) for item in counted_answers(replayed)}
    flagged = {str(item.recording) for item in counted_answers(replayed) if item.record["usage_contradictory"]}
    print(f"\nflagged contradictory: {len(flagged)} of {len(reported)} exchanges")
    assert len(flagged) <= MOST_CONTRADICTORY * len(reported), sorted(flagged)


def test_every_error_keeps_status_and_message_and_is_free(replayed):
    def fault(item):
        status = int(item.recording.status.split()[0])
        got = (item.answer.status, item.record["charged"])
        if got != (status, 0):
            return f"status and charge {got}, right {status}"
        return None if item.recording.message in item.said.error else f"{item.said.error!r}"

    check([item for item in replayed if item.recording.kind == "error"], fault)


def test_the_official_sdks_parse_what_clients_get(replayed):
    """The first recordings of each provider, dialect and kind to every client, in the bytes that were sent."""
    readers = {name: sdk_of(name) for name in CLIENTS}
    sample, seen = set(), Counter()
    for recording in {item.recording: None for item in whole_answers(replayed)}:
        if RESUMED in recording.name:
            print(f"\nnot for SDKs, resumed in the middle: {recording}")
            continue
        seen[provider_of(recording), recording.kind] += 1
        if seen[provider_of(recording), recording.kind] <= SAMPLE:
            sample.add(recording)

    def fault(item):
        streamed = item.recording.kind == "stream"
        got, right = readers[item.client](item.answer, streamed), item.said
        return difference(right, got, SAID) or difference(right.figures, got.figures, FIGURES)

    items = [
        item
        for item in whole_answers(replayed)
        if item.recording in sample and item.framing in ("whole", "chunked") and readers[item.client]
    ]
    faults = faults_among(items, fault)
    parsed = Counter(item.client for item in items)
    for name, (package, _) in SDKS.items():
        print(f"\n{package:14}{name:12}{parsed[name]:5} answers" if readers[name] else f"\n{package} is not installed")
    assert parsed["chat"] and parsed["responses"]
    assert not faults, f"{len(faults)} of {len(items)} are wrong:\n" + "\n".join(faults[:: max(1, len(faults) // 12)])


def test_the_count_of_what_passed(replayed):
    """The table: recordings by provider, dialect and kind, and the answers that were made of them."""
    recordings, answers = {}, Counter()
    for item in replayed:
        row = (item.recording.provider, item.recording.spoken, item.recording.kind)
        recordings.setdefault(row, set()).add(item.recording.name)
        answers[row] += 1
    print(f"\n{'provider':12}{'dialect':18}{'kind':8}{'recordings':>11}{'answers':>9}")
    for row in sorted(recordings):
        print(f"{row[0]:12}{row[1]:18}{row[2]:8}{len(recordings[row]):11}{answers[row]:9}")
    assert {dialect for _, dialect, _ in recordings} == {
        "messages",
        "bedrock-messages",
        "responses",
        "gemini",
        "converse",
    }
