"""Recorded exchanges of real providers through the gateway: figures, charge, text, finish reason and error of each, in
both flavours, however the bytes are framed and split, and whatever shape the client asked for."""

from collections import defaultdict
from dataclasses import replace

import pytest

from support.processes import SHARED_DATA
from support.recordings import events_of, load, strict_json
from support.replay import FRAMINGS, ChatPlayer

FLAVOURS = ("/v1", "/api/v1")
MOST_CONTRADICTORY = 0.01


@pytest.fixture(scope="module")
def recordings():
    directory = SHARED_DATA / "recordings"
    if not directory.is_dir():
        pytest.skip(f"{directory} is absent: no recorded traffic to replay")
    found, left_out = load(directory)
    print(f"\n{len(found)} recorded exchanges; left out, as no API's answer: {left_out}")
    assert len(found) > 200 and len(left_out) < 5
    return found


@pytest.fixture(scope="module")
def player(recordings, tmp_path_factory):
    running = ChatPlayer(tmp_path_factory.mktemp("recordings"))
    yield running
    running.close()


@pytest.fixture(scope="module")
def as_recorded(recordings, player):
    """Every exchange in both flavours and all framings of its kind, asked for as it was then."""
    return player.add_records(
        [
            player.send(recording, flavour, framing)
            for recording in recordings
            for flavour in FLAVOURS
            for framing in FRAMINGS[recording.kind]
        ]
    )


@pytest.fixture(scope="module")
def otherwise(recordings, player):
    """What comes decides: the other label, and the other shape than the client asked for."""
    replayed = []
    for recording in recordings:
        if recording.kind == "error" or recording.path == "/embeddings":
            continue
        streamed = recording.kind == "stream"
        framing = FRAMINGS[recording.kind][0]
        for flavour in FLAVOURS:
            replayed.append(player.send(recording, flavour, framing, streamed=not streamed))
            if streamed:
                replayed.append(player.send(recording, flavour, framing, label="text/plain"))
                replayed.append(player.send(recording, flavour, framing, label="application/octet-stream"))
    return player.add_records(replayed)


@pytest.fixture(scope="module")
def unreported(recordings, player):
    """What was reported of each answer, and the same answer of a provider that reports nothing."""
    reporting = [
        recording
        for recording in recordings
        if recording.kind != "error" and recording.error is None and recording.usage and recording.said.text
    ]
    replayed = [player.send(each.without_usage(), "/v1", FRAMINGS[each.kind][0]) for each in reporting]
    return list(zip((each.figures for each in reporting), player.add_records(replayed)))


def is_whole(item):
    return item.recording.kind != "error" and item.recording.error is None


def check(items, fault_of):
    """Fails with the first faults, where `fault_of` names any."""
    __tracebackhide__ = True
    items = list(items)
    assert items
    faults = []
    for item in items:
        try:
            fault = fault_of(item)
        except Exception as error:  # an answer of another shape than this test reads is a fault of that answer
            fault = f"{type(error).__name__}: {error} in {item.answer.body[:200]!r}"
        if fault:
            faults.append(f"{item}: {fault}")
    assert not faults, f"{len(faults)} of {len(items)} are wrong:\n" + "\n".join(faults[:: max(1, len(faults) // 12)])


def charge_fault(item):
    if item.record["usage_source"] != "provider":
        return f"usage_source {item.record['usage_source']}"
    cost = item.recording.figures.cost
    if not item.record["usage"] == item.record["charged"] == cost:
        return f"cost {item.record['usage']}, charged {item.record['charged']}, right {cost}"
    return None


def figures_fault(item):
    right = item.recording.figures
    names = ("prompt", "completion", "cached", "cache_write", "reasoning")
    read = {name: item.record[f"tokens_{name}"] for name in names}
    wrong = {name: (count, getattr(right, name)) for name, count in read.items() if count != getattr(right, name)}
    return f"read and right: {wrong}" if wrong else None


def said_fault(item):
    return None if item.said == item.recording.said else f"{item.said} instead of {item.recording.said}"


def shown_usage_fault(item):
    """What the client sees is what it is charged for."""
    usage, right = item.usage, item.recording.figures
    shown = (usage["prompt_tokens"], usage.get("completion_tokens", 0), usage["cost"])
    expected = (right.prompt, right.completion, right.cost)
    return None if shown == expected else f"shown {shown}, right {expected}"


# --- what must be right


def test_every_answer_has_its_status(as_recorded):
    def fault(item):
        status = item.answer.status
        if item.recording.kind == "stream" and item.recording.error:
            return None  # another status, where the error is known before the head leaves: below
        return None if status == int(item.recording.status.split()[0]) else f"{status} {item.answer.body[:200]}"

    check(as_recorded, fault)


def test_every_usage_figure_is_read(as_recorded):
    check((item for item in as_recorded if is_whole(item) and item.recording.usage), figures_fault)


def test_every_charge_is_the_price_of_what_the_provider_reported(as_recorded):
    check((item for item in as_recorded if is_whole(item) and item.recording.usage), charge_fault)


def test_the_usage_shown_is_the_usage_charged(as_recorded):
    check((item for item in as_recorded if is_whole(item) and item.recording.usage), shown_usage_fault)


def test_every_text_finish_reason_and_tool_call_passes(as_recorded):
    check((item for item in as_recorded if is_whole(item)), said_fault)


def test_no_name_stands_twice_in_an_answer(as_recorded):
    def fault(item):
        events_of(item.answer.body) if item.streamed else strict_json(item.answer.text)

    check(as_recorded, fault)


def test_a_plain_answer_keeps_every_other_member(as_recorded):
    def fault(item):
        ours = {"usage", "id", "model", "provider"}
        got, sent = strict_json(item.answer.text), item.recording.parsed
        wrong = [name for name in sent.keys() | got.keys() if name not in ours and got.get(name) != sent.get(name)]
        return f"changed: {wrong}" if wrong else None

    check((item for item in as_recorded if is_whole(item) and not item.streamed), fault)


def test_a_stream_keeps_every_choice_of_every_event(as_recorded):
    def fault(item):
        got, done = item.events
        choices = [event["choices"] for event in got if event.get("choices")]
        sent = [event["choices"] for event in item.recording.events if event.get("choices")]
        return None if choices == sent and done else f"{len(choices)} events of {len(sent)}, [DONE]: {done}"

    check((item for item in as_recorded if is_whole(item) and item.streamed), fault)


def test_every_error_keeps_message_and_code(as_recorded):
    def fault(item):
        error, sent = strict_json(item.answer.text), item.recording.error
        if set(error) - {"error", "request_id", "user_id"}:
            return f"members {list(error)}"
        error = error["error"]
        if sent["message"] not in error["message"]:
            return f"message {error['message']!r}"
        if item.flavour == "/v1":
            wrong = [name for name in ("code", "type", "param") if sent.get(name) and error.get(name) != sent[name]]
            return f"{wrong} of {error}" if wrong else None
        return None if error["code"] == item.answer.status else f"code {error['code']}"

    check((item for item in as_recorded if item.recording.kind == "error"), fault)


def test_an_error_in_a_stream_is_an_error_with_its_message_and_code_and_is_free(as_recorded):
    def fault(item):
        events, done = item.events
        errors = [event["error"] for event in events if event.get("error")]
        if item.answer.status >= 400:  # known before anything had left
            errors = [strict_json(item.answer.text)["error"]]
        sent = item.recording.error
        if done or len(errors) != 1:
            return f"[DONE]: {done}, {len(errors)} errors"
        if sent["message"] not in errors[0]["message"]:
            return f"message {errors[0]}"
        codes = [errors[0].get("code"), *(errors[0].get("metadata") or {}).values()]
        if not {sent["code"], str(sent["code"])} & set(map(str, codes)):
            return f"code {errors[0]}"
        return None if item.record["usage"] == item.record["charged"] == 0 else f"charged {item.record['charged']}"

    check((item for item in as_recorded if item.recording.kind == "stream" and item.recording.error), fault)


def test_no_error_costs_anything(as_recorded):
    check(
        (item for item in as_recorded if item.recording.kind == "error"),
        lambda item: f"charged {item.record['charged']}" if item.record["charged"] else None,
    )


def test_honest_providers_are_hardly_ever_called_contradictory(as_recorded):
    reported = [item for item in as_recorded if is_whole(item) and item.recording.usage]
    flagged = [item for item in reported if item.record["usage_contradictory"]]
    of_provider = defaultdict(set)
    for item in flagged:
        of_provider[item.recording.provider].add(item.recording.name)
    exchanges = {str(item.recording) for item in flagged}
    print(f"{len(exchanges)} of {len({str(item.recording) for item in reported})} exchanges with usage are flagged")
    share = len(flagged) / len(reported)
    print(f"flagged contradictory: {len(flagged)} of {len(reported)} answers, {share:.2%}")
    assert share <= MOST_CONTRADICTORY, dict(of_provider)


# --- what comes decides


def test_the_other_label_or_shape_changes_neither_text_nor_finish_reason(otherwise):
    def fault(item):
        got, right = item.said.once, item.recording.said.once
        if not right.finish_reasons:  # some providers never name one
            got, right = replace(got, finish_reasons=()), replace(right, finish_reasons=())
        return None if got == right else f"{got} instead of {right}"

    check((item for item in otherwise if is_whole(item)), fault)


def test_the_other_label_or_shape_changes_no_charge(otherwise):
    check((item for item in otherwise if is_whole(item) and item.recording.usage), charge_fault)


def test_a_client_gets_the_shape_that_it_asked_for(otherwise):
    def fault(item):
        kind = "text/event-stream" if item.streamed else "application/json"
        return None if item.answer.header("content-type", "").startswith(kind) else item.answer.header("content-type")

    check((item for item in otherwise if is_whole(item)), fault)


# --- counting, where nothing is reported


def test_what_is_counted_is_near_what_was_reported(unreported):
    """Tokens of visible text by provider: the recorded figure less what was thought unseen."""
    counted, reported = defaultdict(int), defaultdict(int)
    for right, item in unreported:
        if right.reasoning or item.recording.said.calls or b'"executed_tools"' in item.recording.body:
            continue  # what was thought, templates of calls, and whole pages quoted in reasoning, are not comparable
        counted[item.recording.provider] += item.record["tokens_completion"]
        reported[item.recording.provider] += right.completion
    ratios = {name: round(counted[name] / reported[name], 2) for name in counted if reported[name] >= 200}
    print(f"counted / reported completion tokens: {ratios}")
    assert len(ratios) >= 5
    assert all(0.7 <= ratio <= 1.4 for ratio in ratios.values()), ratios
