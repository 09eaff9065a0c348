"""Where one request ends and the next begins: what is framed, what is refused; nothing refused goes upstream."""

import re
import time

import pytest

from support.chat import ANSWERED, chat, stream_chat
from support.http_client import ConnectionEnded, json_bytes
from support.processes import Gateway
from support.sse import Stream

PATH = "/v1/chat/completions"
BODY = json_bytes(chat("tokens=2"))
CHUNKED = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)


def raw(account, *lines, body=b"", first=f"POST {PATH} HTTP/1.1", host="Host: gateway.test"):
    """A chat request with exactly these lines between the credentials and the body."""
    head = [first.encode(), f"Authorization: Bearer {account.key}".encode(), b"Content-Type: application/json"]
    if host is not None:
        head.append(host.encode())
    head += [line if isinstance(line, bytes) else line.encode("latin-1") for line in lines]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


LENGTH = f"Content-Length: {len(BODY)}"

# What RFC 9112 (6.1, 6.3) and 9110 forbid, and what request smuggling is made of: name, header lines, body.
REFUSED = [
    ("length and chunked", [LENGTH, "Transfer-Encoding: chunked"], CHUNKED),
    ("chunked and length", ["Transfer-Encoding: chunked", LENGTH], CHUNKED),
    ("two lengths that differ", [LENGTH, "Content-Length: 5"], BODY),
    ("the same length twice", [LENGTH, LENGTH], BODY),
    ("a list of equal lengths", [f"{LENGTH}, {len(BODY)}"], BODY),
    ("a length with a plus", [f"Content-Length: +{len(BODY)}"], BODY),
    ("a negative length", ["Content-Length: -1"], BODY),
    ("a hexadecimal length", [f"Content-Length: {len(BODY):#x}"], BODY),
    ("an empty length", ["Content-Length:"], BODY),
    ("a length beyond 64 bits", ["Content-Length: 99999999999999999999"], BODY),
    ("a length with a space inside", ["Content-Length: 1 2"], BODY),
    ("a space before the colon", [f"Content-Length : {len(BODY)}"], BODY),
    ("transfer-encoding gzip", ["Transfer-Encoding: gzip"], CHUNKED),
    ("transfer-encoding chunked, identity", ["Transfer-Encoding: chunked, identity"], CHUNKED),
    ("transfer-encoding identity, then length", ["Transfer-Encoding: identity", LENGTH], BODY),
    ("transfer-encoding xchunked, then length", ["Transfer-Encoding: xchunked", LENGTH], BODY),
    ("transfer-encoding gzip, chunked", ["Transfer-Encoding: gzip, chunked"], CHUNKED),
    ("transfer-encoding chunked, chunked", ["Transfer-Encoding: chunked, chunked"], CHUNKED),
    ("transfer-encoding twice", ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"], CHUNKED),
    ("an empty transfer-encoding", ["Transfer-Encoding:", LENGTH], BODY),
    ("transfer-encoding in quotes", ['Transfer-Encoding: "chunked"'], CHUNKED),
    ("transfer-encoding with a vertical tab", [b"Transfer-Encoding: \x0bchunked"], CHUNKED),
    ("transfer-encoding with a space before the colon", ["Transfer-Encoding : chunked"], CHUNKED),
    ("a folded line", ["X-Folded: a", " b", LENGTH], BODY),
    ("a folded transfer-encoding", ["Transfer-Encoding:", " chunked"], CHUNKED),
    ("a NUL in a value", [b"X-Odd: a\x00b", LENGTH], BODY),
    ("a bare CR in a value", [b"X-Odd: a\rb", LENGTH], BODY),
    ("a bare LF as line end", [b"X-Odd: a\nX-More: b", LENGTH], BODY),
    ("a DEL in a value", [b"X-Odd: a\x7fb", LENGTH], BODY),
    ("a field without a colon", ["X-Odd", LENGTH], BODY),
    ("a field without a name", [": a", LENGTH], BODY),
    ("a field name with a space", ["X Odd: a", LENGTH], BODY),
    ("a field name with a parenthesis", ["X(Odd): a", LENGTH], BODY),
    ("a field name beyond ASCII", [b"X-\xd6dd: a", LENGTH], BODY),
    ("two hosts", ["Host: other.test", LENGTH], BODY),
    ("a chunk size with 0x", ["Transfer-Encoding: chunked"], b"0x" + CHUNKED),
    ("a chunk size with a sign", ["Transfer-Encoding: chunked"], b"+" + CHUNKED),
    ("a chunk size beyond 64 bits", ["Transfer-Encoding: chunked"], b"10000000000000000" + CHUNKED),
    ("a chunk size that is empty", ["Transfer-Encoding: chunked"], b"\r\n" + CHUNKED),
    ("a chunk longer than its size", ["Transfer-Encoding: chunked"], b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY) - 1, BODY)),
    ("a chunk line that ends in LF", ["Transfer-Encoding: chunked"], CHUNKED.replace(b"\r\n", b"\n", 1)),
    ("a trailer content-length", ["Transfer-Encoding: chunked"], CHUNKED[:-2] + b"Content-Length: 3\r\n\r\n"),
    ("a trailer transfer-encoding", ["Transfer-Encoding: chunked"], CHUNKED[:-2] + b"Transfer-Encoding: x\r\n\r\n"),
    ("a trailer host", ["Transfer-Encoding: chunked"], CHUNKED[:-2] + b"Host: other\r\n\r\n"),
    ("a trailer authorization", ["Transfer-Encoding: chunked"], CHUNKED[:-2] + b"Authorization: Bearer x\r\n\r\n"),
]


@pytest.mark.parametrize("lines, body", [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_doubtful_framing_is_400_and_closes(gateway, account, sample, lines, body):
    before = sample.requests_total()
    with gateway.connect() as connection:
        connection.send(raw(account, *lines, body=body) + gateway.bytes_of("GET", "/v1/models", key=account.key))
        answer = connection.read_answer()
        assert answer.status == 400, answer.body
        assert answer.error["code"] == "bad_request" and answer.header("connection") == "close"
        assert connection.rest() == b"", "something was answered after the refusal"
    assert sample.requests_total() == before
    assert gateway.credits(account)["total_usage"] == 0


@pytest.mark.parametrize(
    "first, host",
    [
        (f"POST {PATH} HTTP/1.1", None),
        (f"POST  {PATH} HTTP/1.1", "Host: a"),
        (f"POST {PATH} HTTP/1.1 ", "Host: a"),
        (f"POST {PATH} HTTP/2.0", "Host: a"),
        (f"POST {PATH} http/1.1", "Host: a"),
        (f"POST {PATH}", "Host: a"),
        (f"PO(ST {PATH} HTTP/1.1", "Host: a"),
        (f" POST {PATH} HTTP/1.1", "Host: a"),
        ("POST v1/chat/completions HTTP/1.1", "Host: a"),
        ("POST * HTTP/1.1", "Host: a"),
        (f"POST {PATH} HTTP/1.1", "Host: a b"),
    ],
)
def test_a_doubtful_request_line_or_host_is_refused_and_closes(gateway, account, sample, first, host):
    before = sample.requests_total()
    with gateway.connect() as connection:
        connection.send(raw(account, LENGTH, body=BODY, first=first, host=host))
        answer = connection.read_answer()
        assert 400 <= answer.status < 500 or answer.status == 505
        assert connection.rest() == b""
    assert sample.requests_total() == before


def test_chunked_in_http_1_0_is_refused(gateway, account, sample):
    before = sample.requests_total()
    with gateway.connect() as connection:
        connection.send(raw(account, "Transfer-Encoding: chunked", body=CHUNKED, first=f"POST {PATH} HTTP/1.0"))
        assert connection.read_answer().status == 400 and connection.rest() == b""
    assert sample.requests_total() == before


# --- what is accepted


@pytest.mark.parametrize(
    "lines, body",
    [
        ([LENGTH], BODY),
        ([LENGTH.lower()], BODY),
        ([f"Content-Length: \t{len(BODY)} \t"], BODY),
        (["Transfer-Encoding: chunked"], CHUNKED),
        (["transfer-encoding: Chunked"], CHUNKED),
        (["Transfer-Encoding: chunked"], b"".join(b"1\r\n%c\r\n" % byte for byte in BODY) + b"0\r\n\r\n"),
        (["Transfer-Encoding: chunked"], b'%X;ext="a;b"\r\n%s\r\n000\r\n\r\n' % (len(BODY), BODY)),
        (["Transfer-Encoding: chunked"], CHUNKED[:-2] + b"X-Checksum: 1\r\n\r\n"),
        ([LENGTH, "X-Empty:", b"X-Text: \xe4\xf6\xfc"], BODY),
    ],
    ids=[
        "length",
        "lower case",
        "blanks around",
        "chunked",
        "Chunked",
        "chunks of one byte",
        "extension",
        "trailer",
        "empty and latin-1 values",
    ],
)
def test_proper_framing_is_served_and_the_connection_goes_on(gateway, account, lines, body):
    with gateway.connect() as connection:
        for _ in range(2):
            connection.send(raw(account, *lines, body=body))
            assert connection.read_answer().status == 200
        connection.send(gateway.bytes_of("GET", "/v1/models", key=account.key))
        assert connection.read_answer().status == 200


def test_a_trailer_does_not_change_whose_request_it_is(gateway, account, scripted):
    other = gateway.new_account("1")
    scripted.script = lambda exchange: exchange.answer(
        {"choices": ANSWERED, "usage": {"prompt_tokens": 1, "completion_tokens": 1}}
    )
    body = json_bytes(chat(model="test/scripted"))
    with gateway.connect() as connection:
        connection.send(
            raw(
                account,
                "Transfer-Encoding: chunked",
                body=b"%x\r\n%s\r\n0\r\nX-Api-Key: %s\r\nConnection: close\r\n\r\n"
                % (len(body), body, other.key.encode()),
            )
        )
        answer = connection.read_answer()
    assert answer.status in (200, 400)
    assert gateway.credits(other)["total_usage"] == 0
    assert all(request.header("x-api-key") is None for request in scripted.requests)


def test_hop_by_hop_fields_are_not_forwarded(gateway, account, scripted):
    scripted.script = lambda exchange: exchange.answer(
        {"choices": ANSWERED, "usage": {"prompt_tokens": 1, "completion_tokens": 1}},
        extra={"Keep-Alive": "timeout=5", "Connection": "x-private", "X-Private": "1", "Proxy-Authenticate": "Basic"},
    )
    with gateway.connect() as connection:
        body = json_bytes(chat(model="test/scripted"))
        connection.send(
            raw(
                account,
                f"Content-Length: {len(body)}",
                "Connection: keep-alive, X-Mine",
                "X-Mine: 1",
                "Keep-Alive: timeout=9",
                "TE: trailers",
                "Upgrade: h2c",
                "Proxy-Authorization: Basic x",
                body=body,
            )
        )
        answer = connection.read_answer()
    assert answer.status == 200
    for name in ("x-mine", "keep-alive", "te", "upgrade", "proxy-authorization"):
        assert scripted.requests[0].header(name) is None
    for name in ("keep-alive", "x-private", "proxy-authenticate"):
        assert answer.header(name) is None


def test_expect_100_continue_is_answered_before_the_body(gateway, account):
    with gateway.connect() as connection:
        connection.send(raw(account, LENGTH, "Expect: 100-continue"))
        assert connection.read_answer(interim=True).status == 100
        connection.send(BODY)
        assert connection.read_answer().status == 200


def test_expect_100_continue_is_not_answered_for_a_wrong_key(gateway, account):
    with gateway.connect() as connection:
        connection.send(raw(account, LENGTH, "Expect: 100-continue").replace(account.key.encode(), b"wrong"))
        assert connection.read_answer(interim=True).status == 401


def test_expect_100_continue_is_not_answered_for_a_body_too_large(gateway, account):
    with gateway.connect() as connection:
        connection.send(raw(account, f"Content-Length: {1 << 30}", "Expect: 100-continue"))
        assert connection.read_answer(interim=True).status == 413


def test_an_unknown_expectation_is_refused_or_ignored(gateway, account):
    with gateway.connect() as connection:
        connection.send(raw(account, LENGTH, "Expect: 200-maybe", body=BODY))
        assert connection.read_answer().status in (200, 400, 417)


def test_requests_sent_at_once_are_answered_in_order(gateway, account):
    with gateway.connect() as connection:
        bodies = [json_bytes(chat(f"tokens={count}")) for count in (5, 1, 9, 3)]
        connection.send(b"".join(raw(account, f"Content-Length: {len(body)}", body=body) for body in bodies))
        counts = [connection.read_answer().json()["usage"]["completion_tokens"] for _ in bodies]
        assert counts == [5, 1, 9, 3]


def test_a_request_sent_behind_a_running_stream_waits_for_its_turn(gateway, account):
    with gateway.connect() as connection:
        first = json_bytes(chat("tokens=10 token_ms=10", stream=True))
        connection.send(
            raw(account, f"Content-Length: {len(first)}", body=first)
            + gateway.bytes_of("GET", "/v1/models", key=account.key)
        )
        assert Stream(connection.read_answer().body).done
        assert connection.read_answer().json()["object"] == "list"


def test_a_request_may_arrive_byte_by_byte(gateway, account):
    with gateway.connect() as connection:
        for byte in raw(account, LENGTH, body=BODY):
            connection.send(bytes([byte]))
        assert connection.read_answer().status == 200


def test_blank_lines_before_a_request_are_skipped(gateway, account):
    with gateway.connect() as connection:
        connection.send(b"\r\n\r\n" + raw(account, LENGTH, body=BODY))
        assert connection.read_answer().status == 200


def test_connection_close_is_honoured(gateway, account):
    with gateway.connect() as connection:
        connection.send(raw(account, LENGTH, "Connection: close", body=BODY))
        answer = connection.read_answer()
        assert answer.status == 200 and answer.header("connection") == "close"
        assert connection.closed_by_peer(2)


def test_http_1_0_is_answered_with_a_length_and_closed(gateway, account):
    with gateway.connect() as connection:
        connection.send(raw(account, LENGTH, body=BODY, first=f"POST {PATH} HTTP/1.0", host=None))
        answer = connection.read_answer()
        assert answer.status == 200 and answer.header("transfer-encoding") is None and answer.json()
        assert connection.closed_by_peer(2)


def test_a_stream_to_http_1_0_ends_by_close(gateway, account):
    body = json_bytes(chat("tokens=5", stream=True))
    with gateway.connect() as connection:
        connection.send(raw(account, f"Content-Length: {len(body)}", body=body, first=f"POST {PATH} HTTP/1.0"))
        answer = connection.read_answer()
        assert answer.header("transfer-encoding") is None and answer.header("content-length") is None
        assert Stream(answer.body).done
    assert gateway.credits(account)["total_usage"] > 0


def test_http_1_0_keep_alive_serves_on(gateway, account):
    with gateway.connect() as connection:
        for _ in range(2):
            connection.send(raw(account, LENGTH, "Connection: keep-alive", body=BODY, first=f"POST {PATH} HTTP/1.0"))
            answer = connection.read_answer()
            assert answer.status == 200 and answer.header("connection").lower() == "keep-alive"


# --- limits


def test_a_head_over_the_limit_is_431(gateway, account):
    with gateway.connect() as connection:
        connection.send(raw(account, "X-Long: " + "a" * 40_000, LENGTH, body=BODY))
        answer = connection.read_answer()
        assert answer.status == 431 and answer.error["code"] == "head_too_large"


def test_too_many_fields_are_431(gateway, account):
    with gateway.connect() as connection:
        connection.send(raw(account, *[f"X-{number}: a" for number in range(120)], LENGTH, body=BODY))
        answer = connection.read_answer()
        assert answer.status == 431 and answer.error["code"] == "head_too_large"


def test_a_head_without_end_is_cut_at_the_limit(gateway):
    with gateway.connect() as connection:
        connection.send(b"GET / HTTP/1.1\r\nHost: a\r\nX-Long: ")
        try:
            for _ in range(100):
                connection.send(b"a" * 10_000)
        except OSError:
            pass  # closed under us: as it should be
        try:
            assert connection.read_answer().status == 431
        except ConnectionEnded:
            pass  # the answer was lost to the reset that our own unread bytes caused


@pytest.mark.parametrize(
    "body",
    [
        b"5;" + b"x" * 200_000 + b"\r\nhello\r\n0\r\n\r\n",
        CHUNKED[:-2] + b"X-Long: " + b"a" * 100_000 + b"\r\n\r\n",
    ],
    ids=["chunk extension", "trailers"],
)
def test_chunk_extensions_and_trailers_are_bounded(gateway, account, sample, body):
    before = sample.requests_total()
    with gateway.connect() as connection:
        try:
            connection.send(raw(account, "Transfer-Encoding: chunked", body=body))
            assert connection.read_answer().status in (400, 413, 431)
        except (ConnectionEnded, OSError):
            pass  # the answer was lost to the reset that our own unread bytes caused
    assert sample.requests_total() == before and gateway.alive()


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_the_limit_is_413(gateway, account, sample, chunked):
    before = sample.requests_total()
    size = (1 << 20) + 1
    with gateway.connect() as connection:
        if chunked:
            # One byte past the limit is the last that is sent, so that no reset can overtake the answer.
            pieces = b"".join(b"10000\r\n" + b"a" * 65536 + b"\r\n" for _ in range(size // 65536))
            connection.send(raw(account, "Transfer-Encoding: chunked", body=pieces + b"1\r\na"))
        else:
            connection.send(raw(account, f"Content-Length: {size}"))
        answer = connection.read_answer()
        assert answer.status == 413 and answer.error["code"] == "request_too_large"
    assert sample.requests_total() == before


# --- slow clients


@pytest.fixture(scope="module")
def impatient(tmp_path_factory, providers):
    running = Gateway(
        tmp_path_factory.mktemp("impatient"),
        providers,
        workers=1,
        timeouts={"head_timeout_ms": 400, "body_timeout_ms": 400, "idle_timeout_ms": 1500},
    )
    running.start()
    yield running
    assert running.stop() == 0


def test_a_head_that_never_ends_is_408(impatient):
    started = time.monotonic()
    with impatient.connect() as connection:
        connection.send(b"GET /v1/models HTTP/1.1\r\nHost: a\r\n")
        answer = connection.read_answer()
        assert answer.status == 408 and answer.error["code"] == "request_timeout"
        assert connection.rest() == b""
    assert 0.3 < time.monotonic() - started < 3


def test_a_head_that_trickles_is_408_all_the_same(impatient):
    started = time.monotonic()
    with impatient.connect() as connection:
        connection.send(b"GET / HTTP/1.1\r\nHost: a\r\nX: ")
        while not connection.closed_by_peer(0.1) and not connection.buffer:
            try:
                connection.send(b"a")
            except OSError:
                break
            assert time.monotonic() - started < 5, "a trickle held the connection"
    assert time.monotonic() - started > 0.3


def test_a_body_that_stops_is_408(impatient, sample):
    account, before = impatient.new_account("1"), sample.requests_total()
    with impatient.connect() as connection:
        connection.send(raw(account, LENGTH, body=BODY[:-1]))
        answer = connection.read_answer()
        assert answer.status == 408 and answer.error["code"] == "request_timeout"
    assert sample.requests_total() == before


def test_an_idle_connection_is_closed_without_a_word(impatient):
    account = impatient.new_account("1")
    with impatient.connect() as connection:
        connection.send(impatient.bytes_of("GET", "/v1/models", key=account.key))
        assert connection.read_answer().status == 200
        assert connection.still_open(1.0)
        assert connection.closed_by_peer(5) and connection.buffer == b""


def test_a_long_stream_is_not_cut_by_the_clients_timeouts(impatient):
    account = impatient.new_account("1")
    _, stream = stream_chat(impatient, account, "tokens=4 token_ms=600")
    assert stream.done


# --- the corpus of gunicorn's tests


def corpus(data):
    lines = (data / "http-requests" / "expected.tsv").read_text().splitlines()[1:]
    return [line.split("\t") for line in lines]


def wants_close(request):
    head = request.split(b"\r\n\r\n")[0].lower()
    if b"http/1.0" in head.split(b"\r\n")[0]:
        return b"connection: keep-alive" not in head
    return b"connection: close" in head


def missing_bytes(request):
    """How many bytes of the body that Content-Length declares are not in the file: valid/099.http was cut."""
    head, _, body = request.partition(b"\r\n\r\n")
    declared = re.search(rb"^content-length: *(\d+)", head, re.IGNORECASE | re.MULTILINE)
    return max(0, int(declared[1]) - len(body)) if declared else 0


def answers_until_close(connection):
    answers = []
    try:
        while True:
            answers.append(connection.read_answer())
    except ConnectionEnded as ended:
        assert ended.partial is None, "an answer was cut short"
    return answers


FRAMED = {200, 204, 401, 404, 405, 501}


def test_the_corpus_is_framed_or_refused_as_expected(impatient, sample, shared_data):
    before, wrong = sample.requests_total(), []
    for name, _, expected in corpus(shared_data):
        request = (shared_data / "http-requests" / name).read_bytes()
        asks_to_close = wants_close(request)
        if expected.startswith("frame"):
            request += b"x" * missing_bytes(request)
        with impatient.connect() as connection:
            follow_up = impatient.bytes_of("GET", "/follow-up", headers={"Connection": "close"})
            connection.send(request if expected.startswith("refuse") else request + follow_up)
            statuses = [answer.status for answer in answers_until_close(connection)]
        if expected.startswith("refuse: 400"):
            right = statuses == [400]
        elif expected.startswith("refuse: 4xx"):
            right = len(statuses) == 1 and 400 <= statuses[0] < 500
        elif expected.startswith("frame: each of the 2"):
            right = len(statuses) == 2 and statuses[0] in FRAMED and statuses[1] == 400
        elif expected.startswith("frame: answered"):
            right = statuses[:1] and statuses[0] in FRAMED and statuses[1:] == ([] if asks_to_close else [404])
        else:
            right = statuses and all(status < 500 for status in statuses)
        if not right:
            wrong.append(f"{name}: {expected[:60]}: answered {statuses}")
    assert not wrong, "\n".join(wrong)
    assert sample.requests_total() == before


def test_the_corpus_of_long_heads_is_refused_where_limits_are_small(start_gateway, shared_data):
    gateway = start_gateway(limits={"max_head_bytes": 2048, "max_head_fields": 20})
    wrong = []
    for name, _, expected in corpus(shared_data):
        if expected == "depends on a configured limit":
            with gateway.connect() as connection:
                connection.send((shared_data / "http-requests" / name).read_bytes())
                statuses = [answer.status for answer in answers_until_close(connection)]
            if len(statuses) != 1 or not 400 <= statuses[0] < 500:
                wrong.append(f"{name}: answered {statuses}")
    assert not wrong, "\n".join(wrong)


def test_the_gateway_serves_on_after_the_corpus(impatient):
    account = impatient.new_account("1")
    assert impatient.request("POST", PATH, key=account.key, body=BODY).status == 200
