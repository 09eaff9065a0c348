"""Attacks on how people sign in."""

import itertools
import statistics
import tempfile
import threading
import time
from pathlib import Path

from attacks.arena import Figure, attack
from support.browser import Browser, give_password
from support.http_client import ConnectionEnded
from support.master_key import secrets_of

CHATS = 300
TRYING = 8  # clients that try passwords at once


def chat_times_s(arena, account, count):
    body = {"model": "t/s", "messages": [{"role": "user", "content": "Say something."}]}
    request = arena.gateway.bytes_of("POST", "/v1/chat/completions", key=account.key, json=body)
    times = []
    with arena.gateway.connect() as connection:
        for _ in range(count):
            begun = time.monotonic()
            connection.send(request)
            assert connection.read_answer().status == 200
            times.append(time.monotonic() - begun)
    return sorted(times)


def percentile_99(times):
    return sorted(times)[len(times) * 99 // 100]


@attack("S1", "there were no passwords")
def wrong_passwords(start, quick):
    """10,000 wrong passwords, each of another account from another network, beside chats."""
    tries = 500 if quick else 10_000
    arena = start(secrets=secrets_of(Path(tempfile.mkdtemp())), trusted_proxies=["127.0.0.1/32"])
    account = arena.gateway.new_account("1000")
    victim = arena.gateway.person()
    password = give_password(arena.gateway, victim)
    home = Browser(arena.gateway, address="12.0.0.1")
    assert home.sign_in(victim.email, password).status == 201
    before = chat_times_s(arena, account, CHATS)
    numbers = itertools.count()
    statuses, judged = [], {True: 0, False: 0}

    def try_passwords():
        while (number := next(numbers)) < tries:
            address = f"11.{number >> 8 & 255}.{number & 255}.1"
            of_victim = number % 2 == 1
            email = victim.email if of_victim else f"{number}@people.test"
            try:
                status = Browser(arena.gateway, address=address).sign_in(email, "wrong password").status
            except (ConnectionEnded, OSError):
                status = 0
            statuses.append(status)
            judged[of_victim] += status == 401

    threads = [threading.Thread(target=try_passwords) for _ in range(TRYING)]
    for thread in threads:
        thread.start()
    during = []
    while any(thread.is_alive() for thread in threads):
        during += chat_times_s(arena, account, CHATS // 10)
    for thread in threads:
        thread.join()
    # The longest wait of an account is a minute; the person's own network, where he signed in before, has none.
    signs_in = Browser(arena.gateway, address=home.address).sign_in(victim.email, password).status == 201
    return [
        Figure("tries answered otherwise than by 401, 429, 503", sum(s not in (401, 429, 503) for s in statuses), 0),
        Figure(f"tries for the account that were judged (of others: {judged[False]})", judged[True], 30),
        Figure("p50 of /v1 meanwhile ÷ before", statistics.median(during) / statistics.median(before), 3),
        Figure(f"p99 of /v1 meanwhile, s (before: {percentile_99(before):.4f})", percentile_99(during), max(0.1, 5 * percentile_99(before))),
        Figure("the person cannot sign in afterwards", not signs_in, 0),
    ]
