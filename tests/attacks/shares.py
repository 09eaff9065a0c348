"""Attacks on what tenants share: memory, connections, slots, time."""

import multiprocessing
import socket
import time
from concurrent.futures import ThreadPoolExecutor

from attacks.arena import Figure, attack, percentile, short_chat
from support.http_client import ConnectionEnded, RawConnection, request_bytes

MIB = 1 << 20
DECLARED = 32 * MIB
QUIET_TIMES = 3  # a tenant's slowest requests may take so many times what they take alone
# 50 MB a second and client: so that it is the gateway that is measured, not who shares its processors.
NOISE_PIECE_BYTES, NOISE_PAUSE_S = 1 << 19, 0.010
JITTER_S = 0.030  # below this a percentile says more about the machine than about the gateway


def refused(answers):
    return sum(answer.status != 200 for answer, _ in answers)


def ready(arena):
    host, port = arena.gateway.operations
    with RawConnection((host, port)) as connection:
        connection.send(request_bytes("GET", "/health/ready", host=f"{host}:{port}"))
        return connection.read_answer().status == 200


@attack("1", "every chat whose body came behind its head: 503, for 60 s")
def silent_bodies(start, quick):
    """34 heads that declare 32 MiB each and send nothing more, on routes with and without a key."""
    arena = start()
    account, poor = arena.gateway.new_account("5"), arena.gateway.new_account(credit=None)
    head = "{} {} HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n{}Content-Length: %d\r\n\r\n" % DECLARED
    variants = [
        ("OPTIONS", "/", "no key", ""),
        ("POST", "/", "no key", ""),
        ("POST", "/v1/chat/completions", "no key", ""),
        ("POST", "/v1/chat/completions", "a false key", "Authorization: Bearer sk-tg-v1-nobody\r\n"),
        ("POST", "/v1/chat/completions", "a key without credit", f"Authorization: Bearer {poor.key}\r\n"),
        ("POST", "/v1/embeddings", "a good key", f"Authorization: Bearer {account.key}\r\n"),
    ]
    silent, figures = [], []
    try:
        for method, path, whose, key in variants:
            for _ in range(34):
                silent.append(arena.gateway.connect())
                silent[-1].send(head.format(method, path, key).encode())
            answers = [arena.chat(account) for _ in range(10 if quick else 40)]
            figures.append(Figure(f"chats refused behind 34 × {method} {path}, {whose}", refused(answers), 0))
        figures.append(Figure("not ready though everything is served", not ready(arena), 0))
    finally:
        for connection in silent:
            connection.close()
    return figures


@attack("2", "400 idle readers: 198 → 3,332 MB, 7.8 MB each, without a bound")
def idle_readers(start, quick):
    """Clients that ask for 7.9 MB plain answers and do not read them."""
    clients, bound = (40, 64 * MIB) if quick else (400, 512 * MIB)
    arena = start(limits={"max_buffered_answer_bytes": bound})
    account = arena.gateway.new_account("5000")
    arena.chat(account)
    before = arena.resident_bytes()
    idle = []
    body = short_chat("big=7900000", max_tokens=16)
    request = arena.gateway.bytes_of("POST", "/v1/chat/completions", key=account.key, json=body)
    try:
        most = before
        for _ in range(clients):
            connection = socket.socket()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect(arena.gateway.data)
            connection.sendall(request)
            idle.append(connection)
            most = max(most, arena.resident_bytes())
        until = time.monotonic() + (4 if quick else 15)
        while time.monotonic() < until:
            most = max(most, arena.resident_bytes())
            time.sleep(0.05)
        answers = [arena.chat(account) for _ in range(10)]
    finally:
        for connection in idle:
            connection.close()
    # What a worker has in hand beyond the bound: buffers of sockets, one body being read, the allocator's rest.
    return [
        Figure(f"MB more memory behind {clients} idle readers", (most - before) / MIB, bound / MIB * 1.25 + 96),
        Figure("small chats refused meanwhile", refused(answers), 0),
    ]


@attack("16", "64 workers: 503 for a body of 17 MiB on an idle gateway")
def one_body_of_many_workers(start, quick):
    """One large body where the memory for bodies is shared by very many workers."""
    arena = start(workers=16 if quick else 64, limits={"max_buffered_body_bytes": (256 if quick else 1024) * MIB})
    account = arena.gateway.new_account("5000")
    answer, _ = arena.chat(account, content="x " * (17 * MIB // 2), max_tokens=5, timeout_s=60)
    # The prompt is far beyond the model's context: it may be refused for that, not for memory.
    return [Figure("17 MiB bodies refused for memory", answer.status in (0, 408, 413, 503), 0)]


@attack("17", "100 silent connections at max_connections 100: the next client gets RST, for 300 s")
def silent_connections(start, quick):
    """Connections that never say anything, up to the limit."""
    arena = start(limits={"max_connections": 100}, timeouts={"head_timeout_ms": 1000 if quick else 15000})
    account = arena.gateway.new_account("5")
    silent = [arena.gateway.connect() for _ in range(100)]
    failed = 0
    try:
        for _ in range(10):
            failed += arena.chat(account)[0].status != 200
        started = time.monotonic()
        until = started + (3 if quick else 20)
        gone = sum(connection.closed_by_peer(max(0.001, until - time.monotonic())) for connection in silent)
        waited = time.monotonic() - started
    finally:
        for connection in silent:
            connection.close()
    return [
        Figure("clients of 10 turned away", failed, 0),
        Figure("silent connections kept", 100 - gone, 0),
        Figure("seconds until they were closed", waited, 3 if quick else 18),
    ]


def _post_for_ever(address, request):
    while True:
        try:
            with RawConnection(address, 60) as connection:
                for begin in range(0, len(request), NOISE_PIECE_BYTES):
                    connection.send(request[begin : begin + NOISE_PIECE_BYTES])
                    time.sleep(NOISE_PAUSE_S)
                connection.read_answer()
        except (ConnectionEnded, OSError):
            pass
        time.sleep(NOISE_PAUSE_S)


class Noise:
    """Processes that send one request again and again."""

    def __init__(self, arena, request, connections):
        fork = multiprocessing.get_context("fork")
        arguments = (arena.gateway.data, request)
        self.processes = [fork.Process(target=_post_for_ever, args=arguments, daemon=True) for _ in range(connections)]

    def __enter__(self):
        for process in self.processes:
            process.start()
        time.sleep(0.5)  # the noise begins: nothing is measured before

    def __exit__(self, *_):
        for process in self.processes:
            process.kill()
            process.join()


def times_of(arena, account, count, **fields):
    answers = [arena.chat(account, **fields) for _ in range(count)]
    assert refused(answers) == 0, [answer.status for answer, _ in answers]
    return [seconds for _, seconds in answers]


def grants(arena, account, count):
    seconds = []
    for _ in range(count):
        started = time.monotonic()
        arena.gateway.grant(account, "1")
        seconds.append(time.monotonic() - started)
    return seconds


def slower(what, quiet, noisy, share):
    before, now = percentile(quiet, share), percentile(noisy, share)
    most = max(QUIET_TIMES * before, before + JITTER_S)
    return Figure(f"ms, p{round(share * 100)} of {what} (quiet {before * 1000:.1f})", now * 1000, most * 1000)


@attack("18", "12 × 30 MB bodies without credit: a grant 0.9 to 2.4 s, any tenant's 1.1 MB chat 1.5 to 2.8 s")
def large_bodies_without_credit(start, quick):
    """An organization without credit posts 30 MB bodies; others' grants and chats are timed."""
    arena = start()
    account, poor = arena.gateway.new_account("500"), arena.gateway.new_account(credit=None)
    body = {"model": "t/s", "messages": [{"role": "user", "content": "word " * 6_000_000}], "max_tokens": 5}
    request = arena.gateway.bytes_of("POST", "/v1/chat/completions", key=poor.key, json=body)
    large = {"content": "word " * 60_000, "metadata": {"note": "x" * 800_000}, "max_tokens": 5}
    count, share = (30, 0.5) if quick else (200, 0.99)
    times_of(arena, account, 5, **large)

    def measure():
        small = times_of(arena, account, count)
        return [grants(arena, account, count), small, times_of(arena, account, count, **large)]

    quiet = measure()
    with Noise(arena, request, 4 if quick else 12):
        noisy = measure()
    names = ("a grant", "a small chat", "a chat of 1.1 MB")
    return [slower(name, before, now, share) for name, before, now in zip(names, quiet, noisy)]


@attack("19", "64 slow requests of one organization: 503 for everyone else")
def all_slots(start, quick):
    """One organization asks for every slot; others' chats are counted and timed."""
    arena = start(limits={"max_inflight_requests": 64})
    greedy, account = arena.gateway.new_account("1"), arena.gateway.new_account("5")
    count, share = (40, 0.5) if quick else (300, 0.99)
    quiet = times_of(arena, account, count, max_tokens=5)
    body = short_chat("ttft_ms=30000", max_tokens=1)
    request = arena.gateway.bytes_of("POST", "/v1/chat/completions", key=greedy.key, json=body)
    slow = []
    try:
        for _ in range(80):
            slow.append(arena.gateway.connect())
            slow[-1].send(request)
        time.sleep(0.3)  # they are admitted or refused
        with ThreadPoolExecutor(4) as clients:
            answers = list(clients.map(lambda _: arena.chat(account, max_tokens=5), range(count // 4)))
        noisy = [arena.chat(account, max_tokens=5) for _ in range(count)]
    finally:
        for connection in slow:
            connection.close()
    return [
        Figure(f"other tenants' chats refused of {len(answers) + len(noisy)}", refused(answers) + refused(noisy), 0),
        slower("a small chat", quiet, [seconds for _, seconds in noisy], share),
    ]
