"""Attacks on moving bytes: both sides at once, slow sides, and requests that must not be sent twice."""

import json
import shutil
import socket
import subprocess
import threading
import time

from attacks.arena import Figure, attack, short_chat, usage_answer
from support.http_client import ConnectionEnded, request_bytes

MIB = 1 << 20
USAGE = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}


@attack("8", "the provider got the second request twice")
def doubled_post(start, quick):
    """A provider takes a request whole on a reused connection and closes late, without an answer."""
    arena = start(workers=1)
    account = arena.gateway.new_account("5")
    seen = []

    def script(exchange):
        content = exchange.request.json()["messages"][0]["content"]
        seen.append(content)
        if content == "first":
            exchange.answer(usage_answer(USAGE))
        else:
            time.sleep(0.3 if quick else 5)
            exchange.close()

    arena.scripted.script = script
    statuses = []
    for round_ in range(3):
        arena.chat(account, model="t/scripted", content="first")
        statuses.append(arena.chat(account, model="t/scripted", content=f"second {round_}")[0].status)
    copies = max(seen.count(f"second {round_}") for round_ in range(3))
    return [
        Figure("copies of a POST that was taken", copies, 1),
        Figure("answers other than 502", sum(status != 502 for status in statuses), 0),
    ]


class EarlyProvider:
    """Reads 3 KB of a request, answers 413, and then does as told with the connection."""

    ANSWER = b'{"error":{"message":"too much for me","type":"invalid_request_error","code":"too_large"}}'

    def __init__(self, then):
        self.then = then
        self.listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def base_url(self):
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}/v1"

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        taken = 0
        while taken < 3000:
            taken += len(connection.recv(3000))
        head = b"HTTP/1.1 413 Content Too Large\r\nContent-Type: application/json\r\nRetry-After: 7\r\n"
        connection.sendall(head + b"Content-Length: %d\r\n\r\n" % len(self.ANSWER) + self.ANSWER)
        if self.then == "closes":
            connection.close()
        elif self.then == "finishes sending":
            connection.shutdown(socket.SHUT_WR)
            time.sleep(5)
        else:
            time.sleep(5)


@attack("13", "502 upstream_reset, or silence until first_byte_timeout (600 s) with the hold kept")
def early_answers(start, quick):
    """A provider answers 413 when it has read 3 KB of 8 MB, then closes, half-closes, or keeps the connection."""
    figures = []
    for then in ("closes", "finishes sending", "keeps open"):
        early = EarlyProvider(then)
        arena = start(workers=1, scripted_url=early.base_url)
        account = arena.gateway.new_account("500")
        wrong, slowest = 0, 0.0
        for _ in range(2 if quick else 10):
            answer, seconds = arena.chat(
                account, model="t/scripted", metadata={"note": "x" * 8_000_000}, max_tokens=5, timeout_s=10
            )
            right = answer.status == 413 and answer.header("retry-after") == "7" and b"too much for me" in answer.body
            wrong += not right
            slowest = max(slowest, seconds)
        figures.append(Figure(f"answers other than its 413, where it {then}", wrong, 0))
        figures.append(Figure(f"seconds to the answer, where it {then}", slowest, 2))
        early.listener.close()
    return figures


NODE = """
const [url, key, bytes, tries] = process.argv.slice(2);
(async () => {
  const seen = {};
  for (let i = 0; i < Number(tries); i++) {
    let outcome;
    try {
      const answer = await fetch(url, {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        body: JSON.stringify({ model: "t/s", messages: [{ role: "user", content: "x".repeat(Number(bytes)) }] }),
      });
      await answer.text();
      outcome = String(answer.status);
    } catch (error) {
      outcome = error.cause ? error.cause.code : error.message;
    }
    seen[outcome] = (seen[outcome] || 0) + 1;
  }
  console.log(JSON.stringify(seen));
})();
"""


def node_outcomes(directory, url, key, size, tries):
    script = directory / "fetch.js"
    script.write_text(NODE)
    command = ["node", script, url, key, str(size), str(tries)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def sendall_status(arena, key, size):
    """A client that writes all before it reads; None where it got no answer."""
    body = b'{"model":"t/s","messages":[{"role":"user","content":"' + b"x" * size + b'"}]}'
    request = request_bytes("POST", "/v1/chat/completions", headers={"Authorization": f"Bearer {key}"}, body=body)
    with arena.gateway.connect(20) as connection:
        try:
            connection.send(request)
            return connection.read_answer().status
        except (ConnectionEnded, OSError):
            return None


@attack("14", "Node's fetch of 40 MB: EPIPE 10 of 10; Python's sendall: a reset 5 of 5")
def refusals_while_sending(start, quick):
    """Clients that are still sending when they are refused: 413, 401, 402, 404."""
    arena = start()
    account, poor = arena.gateway.new_account("5"), arena.gateway.new_account(credit=None)
    url, tries, figures = f"{arena.gateway.base_url}/v1/chat/completions", 3 if quick else 10, []
    cases = [
        ("40 MB with a good key", account.key, 40_000_000, 413),
        ("5 MB with a false key", "sk-tg-v1-false", 5_000_000, 401),
        ("20 MB without credit", poor.key, 20_000_000, 402),
    ]
    for what, key, size, right in cases:
        if shutil.which("node"):
            outcomes = node_outcomes(arena.gateway.directory, url, key, size, tries)
            wrong = tries - outcomes.get(str(right), 0)
            figures.append(Figure(f"Node's fetch, {what}: other than {right} of {tries}", wrong, 0))
        wrong = sum(sendall_status(arena, key, size) != right for _ in range(tries))
        figures.append(Figure(f"Python's sendall, {what}: other than {right} of {tries}", wrong, 0))
    for size in (2_000_000, 36_000_000, 64_000_000):
        wrong = sum(sendall_status(arena, "sk-tg-v1-false", size) != 401 for _ in range(1 if quick else 5))
        figures.append(Figure(f"Python's sendall, {size // 1_000_000} MB with a false key: other than 401", wrong, 0))
    return figures


@attack("15", "a 4 MB body at 50 KB/s: 408 after 61.5 s; a 6 MB answer read at 40 KB/s: cut at 5.1 MB")
def steady_but_slow(start, quick):
    """A body and an answer that take three times their timeouts, without a pause."""
    timeout_ms = 1000 if quick else 3000
    arena = start(timeouts={"body_timeout_ms": timeout_ms, "write_timeout_ms": timeout_ms})
    account = arena.gateway.new_account("500")
    whole_s, steps = timeout_ms / 1000 * 3, 40
    body = short_chat("tokens=5", max_tokens=5, metadata={"note": "x" * 400_000})
    request = arena.gateway.bytes_of("POST", "/v1/chat/completions", key=account.key, json=body)
    with arena.gateway.connect() as connection:
        try:
            for step in range(steps):
                connection.send(request[len(request) * step // steps : len(request) * (step + 1) // steps])
                time.sleep(whole_s / steps)
            slow_body = connection.read_answer().status
        except (ConnectionEnded, OSError):
            slow_body = None
    return [
        Figure("steady bodies refused", slow_body != 200, 0),
        Figure("steadily read answers cut", not _read_steadily(arena, account, whole_s, steps), 0),
    ]


def _read_steadily(arena, account, whole_s, steps):
    body = short_chat("big=6000000", max_tokens=16)
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
    connection.settimeout(20)
    connection.connect(arena.gateway.data)
    taken = b""
    with connection:
        connection.sendall(arena.gateway.bytes_of("POST", "/v1/chat/completions", key=account.key, json=body))
        for step in range(1, steps + 1):  # a third of it within each timeout: kernels buffer that much unseen
            while len(taken) < 6_000_000 * step // steps and (piece := connection.recv(64_000)):
                taken += piece
            time.sleep(whole_s / steps)
        length = int(taken.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        whole = taken.index(b"\r\n\r\n") + 4 + length
        while len(taken) < whole and (piece := connection.recv(1 << 20)):
            taken += piece
    return len(taken) == whole


@attack("LF", "no answer within 20 s, until first_byte_timeout (600 s); the hold kept")
def bare_line_feeds(start, quick):
    """An upstream whose head ends its lines with LF alone."""
    arena = start(workers=1)
    account = arena.gateway.new_account("5")
    body = b'{"id":"c","choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}]}'
    arena.scripted.script = lambda exchange: exchange.send(
        b"HTTP/1.1 200 OK\nContent-Type: application/json\nContent-Length: %d\n\n" % len(body) + body
    )
    answer, seconds = arena.chat(account, model="t/scripted", timeout_s=10)
    return [
        Figure("seconds to the answer", seconds, 2),
        Figure("answers other than 200 and 502", answer.status not in (200, 502), 0),
        Figure("USD still held", float(arena.gateway.credits(account)["held"]), 0),
    ]
