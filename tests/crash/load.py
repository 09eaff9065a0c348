"""Clients that mix streamed and plain requests as fast as they can, and remember what they saw complete."""

import asyncio
import random
import re
from dataclasses import dataclass, field
from decimal import Decimal

from support.chat import chat
from support.processes import Gateway

READ_LIMIT = 1 << 20
_GENERATION = re.compile(rb"x-generation-id: (gen-\w{26})", re.IGNORECASE)
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_COST = re.compile(rb'"cost":\s*([0-9.]+)')


@dataclass
class Seen:
    """What the clients of one round saw."""

    completed: dict = field(default_factory=dict)  # generation id -> (account, cost)
    started: int = 0
    streams: int = 0
    abandoned: int = 0
    refused: list = field(default_factory=list)  # unexpected statuses


async def run_clients(gateway, accounts, count, seen, rng):
    """Runs until every client's connection has failed, as it does when the gateway dies, or the task is cancelled."""
    await asyncio.gather(*(_client(gateway, accounts, seen, random.Random(rng.random())) for _ in range(count)))


async def _client(gateway, accounts, seen, rng):
    """One client after another on fresh connections while the gateway answers."""
    while True:
        try:
            reader, writer = await asyncio.open_connection(*gateway.data, limit=READ_LIMIT)
        except OSError:
            return
        try:
            while await _request(reader, writer, rng.choice(accounts), seen, rng):
                pass
        except (asyncio.IncompleteReadError, OSError):
            if gateway.process.poll() is not None:
                return
        finally:
            writer.transport.abort()
        await asyncio.sleep(0.001)  # a dying gateway is not hammered with connections


async def _request(reader, writer, account, seen, rng):
    """One request; true if the connection can be used again."""
    stream = rng.random() < 0.5
    words = f"tokens={rng.randint(1, 30)}" + (f" token_ms={rng.choice((0, 0, 1, 5))}" if stream else "")
    body = chat(words, stream=stream, stream_options={"include_usage": True} if stream else None)
    writer.write(Gateway.bytes_of("POST", "/v1/chat/completions", key=account.key, json=body))
    seen.started += 1
    seen.streams += stream
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    if status != 200:
        seen.refused.append((status, head + await reader.read(500)))
        return False
    if stream and rng.random() < 0.05:
        seen.abandoned += 1
        return False
    if stream:
        # [DONE] is what says "complete" to a client; the zero chunk comes with it.
        text = await reader.readuntil(b"data: [DONE]\n\n")
    else:
        text = await reader.readexactly(int(_LENGTH.search(head)[1]))
    generation = _GENERATION.search(head)[1].decode()
    assert generation not in seen.completed, f"{generation} was given to two requests"
    seen.completed[generation] = (account, Decimal(_COST.findall(text)[-1].decode()))
    if stream:
        await reader.readuntil(b"0\r\n\r\n")
    return True


async def fetch_generations(gateway, account, ids):
    """Reads the records of `ids` over one connection: id -> (status, body)."""
    reader, writer = await asyncio.open_connection(*gateway.data, limit=READ_LIMIT)
    found = {}
    for generation in ids:
        writer.write(gateway.bytes_of("GET", f"/api/v1/generation?id={generation}", key=account.key))
        head = await reader.readuntil(b"\r\n\r\n")
        found[generation] = int(head[9:12]), await reader.readexactly(int(_LENGTH.search(head)[1]))
    writer.close()
    return found
