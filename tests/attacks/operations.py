"""Attacks on secrets, on the ledger's tools, and on the listener of operations."""

from attacks.arena import Figure, attack, json_text
from support.http_client import RawConnection, request_bytes
from support.processes import run_gateway

PROVIDER_KEY = "scripted-upstream-key"  # as support/processes.py names it
GREATEST = "9223372036.85"  # USD: just below 2^63 nano-USD


@attack("9", "the provider's key reached the client at 400, 404, 407, 429, 500, 200 with an error, and in streams")
def leaked_key(start, quick):
    """An upstream writes the key that it was sent into everything that it answers."""
    arena = start(workers=1)
    account = arena.gateway.new_account("5")
    message = f"invalid: Authorization: Bearer {PROVIDER_KEY} was refused"
    error = {"error": {"message": message, "type": "x", "code": PROVIDER_KEY, "param": PROVIDER_KEY}}
    bodies = {
        "in the message": error,
        "beside the error": {"error": {"message": "no"}, "debug": {"authorization": f"Bearer {PROVIDER_KEY}"}},
        "escaped": json_text({"error": {"message": message}}).replace(b"scripted", b"\\u0073cripted"),
        "as a detail": {"detail": message},
        "as text": message.encode(),
        "in a list": [error],
    }
    leaks = tried = 0

    def look(answer):
        nonlocal leaks, tried
        tried += 1
        shown = answer.body + repr(answer.headers).encode()
        leaks += PROVIDER_KEY.encode() in shown or PROVIDER_KEY.encode() in shown.replace(b"\\u0073", b"s")

    for status in ("400 Bad", "401 No", "403 No", "404 No", "407 No", "422 No", "429 Slow", "500 Broken", "200 OK"):
        for body in bodies.values():
            arena.scripted.script = lambda exchange, status=status, body=body: exchange.answer(
                body, status, extra={"x-debug": PROVIDER_KEY}
            )
            for stream in (False, True):
                look(arena.chat(account, model="t/scripted", stream=stream)[0])
    for body in (error, {"choices": [{"index": 0, "delta": {"content": "hi"}}]} | error):

        def script(exchange, body=body):
            exchange.start_stream()
            exchange.event({"id": "c", "choices": [{"index": 0, "delta": {"content": "hi"}}]})
            exchange.event(body)
            exchange.end_stream()

        arena.scripted.script = script
        look(arena.chat(account, model="t/scripted", stream=True)[0])
    logged = arena.gateway.log_file.read_bytes() + arena.gateway.access_log.read_bytes()
    return [
        Figure(f"answers of {tried} with the provider's key", leaks, 0),
        Figure("logs with it", PROVIDER_KEY.encode() in logged, 0),
    ]


@attack("10", "201, then `ledger verify` aborts and `backup` fails for ever")
def grants_beyond_64_bits(start, quick):
    """Grants whose sum over organizations passes 2^63 nano-USD."""
    arena = start(workers=1)
    gateway = arena.gateway
    gateway.new_account("5")
    statuses = []
    for _ in range(3):
        organization = gateway.manage("POST", "/api/organizations", {"name": "Rich"})["id"]
        for path in ("credits", "credits", "adjustments"):
            target, body = f"/api/organizations/{organization}/{path}", b'{"amount":%s}' % GREATEST.encode()
            answer = gateway.request("POST", target, key=gateway.root_key, body=body)
            statuses.append(answer.status)
    assert gateway.stop() == 0
    verified = run_gateway("ledger", "verify", "--data-dir", gateway.data_dir)
    copied = run_gateway("backup", "--data-dir", gateway.data_dir, "--to", gateway.directory / "copy")
    restart = gateway.start().alive()
    return [
        Figure("answers of the gateway's own failure", sum(status >= 500 for status in statuses), 0),
        Figure("exit status of ledger verify", abs(verified.returncode), 0),
        Figure("exit status of backup", abs(copied.returncode), 0),
        Figure("starts that fail afterwards", not restart, 0),
    ]


@attack("20", "201 four times; then `ledger verify` and `backup` fail with 503")
def foreign_pages(start, quick):
    """A page of another site asks the listener of operations for checkpoints."""
    arena = start(workers=1)
    gateway = arena.gateway
    own = f"{gateway.operations[0]}:{gateway.operations[1]}"
    made = 0
    for host, fields in (
        ("evil.example", {"Origin": "http://evil.example"}),
        ("evil.example", {}),
        (own, {"Origin": "http://evil.example"}),
        (own, {"Origin": "null"}),
        (own, {"Content-Type": "text/plain"}),
    ):
        for _ in range(4):
            with RawConnection(gateway.operations) as connection:
                connection.send(request_bytes("POST", "/ledger/checkpoint", headers=fields, host=host, body=b""))
                made += connection.read_answer().status < 400
    verified = run_gateway("ledger", "verify", "--data-dir", gateway.data_dir)
    copied = run_gateway("backup", "--data-dir", gateway.data_dir, "--to", gateway.directory / "copy")
    return [
        Figure("checkpoints made for a page of another site, of 20", made, 0),
        Figure("exit status of ledger verify", verified.returncode, 0),
        Figure("exit status of backup", copied.returncode, 0),
    ]
