"""Four APIs of clients, before three of the model's server: each answer, plain and streamed, is what the server says when
it is asked directly, and so are the tokens that the client reads and the gateway records. Clients that leave in the
middle free the server. The readers are as strict as the official SDKs (tests/support/dialects)."""

import base64
import dataclasses
import json
import re
import struct
import time
from decimal import Decimal

from programs import MODEL_AT_PROVIDER, PRICES, SERVER_APIS, model_of
from support.dialects import Call, Result, Text, Turn, Wish, chat, gemini, messages, responses
from support.http_client import RawConnection, request_bytes

CLIENTS = {"chat": chat, "responses": responses, "messages": messages, "gemini": gemini}
CITY = {
    "type": "object",
    "properties": {"city": {"type": "string", "maxLength": 12}},
    "required": ["city"],
    "additionalProperties": False,
}
QUESTIONS = {
    "text": Wish([Turn("user", [Text("Übersetze ins Deutsche: “Good morning, 東京! 🌊”")])], max_tokens=24),
    "turns": Wish(
        [
            Turn("system", [Text("Answer briefly.")]),
            Turn("user", [Text("Name a colour.")]),
            Turn("assistant", [Text("Blue.")]),
            Turn("user", [Text("Name another one.")]),
        ],
        max_tokens=16,
    ),
    "tool result": Wish(
        [
            Turn("user", [Text("Which weather has Oslo?")]),
            Turn("assistant", [Call("call_1", "weather", {"city": "Oslo"})]),
            Turn("user", [Result("call_1", "rain, 4 °C")]),
        ],
        tools=("weather",),
        max_tokens=16,
    ),
    "schema": Wish([Turn("user", [Text("The capital of France as JSON:")])], schema=CITY, max_tokens=48),
}
LONG = Wish([Turn("user", [Text("Tell me a long story about a lighthouse by the sea.")])], max_tokens=900)
MOST_AFTER_LEAVING = 60  # tokens that the server may still make, of the 900
FREE_WITHIN_S = 10
ROW = "{:<12} {:<26} {:<9} {:>9} {:>9} {:>9} {:>12}  {:<8} {}"


def cost(prompt, completion):
    return (prompt * PRICES["prompt"] + completion * PRICES["completion"]) / 1_000_000


def asked(api, wish, model, stream):
    path, body = CLIENTS[api].ask(wish, model, stream)
    options = body["generationConfig"] if api == "gemini" else body
    options["temperature"] = 0  # greedy
    return path, body


def connect(client):
    return RawConnection((client.host_, client.port_), timeout_s=120)


def send(connection, client, path, body):
    fields = {"Authorization": f"Bearer {client.key_}", "Content-Type": "application/json"}
    connection.send(request_bytes("POST", path, headers=fields, body=json.dumps(body).encode()))


def read_unnumbered(answer):
    """A stream of responses as llama.cpp's server writes it, without the numbers that the SDKs' reader goes by."""
    events = [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: ")]
    whole = dataclasses.replace(answer, body=json.dumps(events[-1]["response"]).encode())
    said = responses.read(whole, stream=False)
    assert "".join(one["delta"] for one in events if one["type"] == "response.output_text.delta") == said[0].texts()
    return said


def ask(client, api, wish, model, stream):
    """(what was said, the generation's id)."""
    path, body = asked(api, wish, model, stream)
    with connect(client) as connection:
        send(connection, client, path, body)
        answer = connection.read_answer(method="POST")
    if answer.status != 200:
        raise RuntimeError(f"POST {path}: {answer.status} {answer.text[:500]}")
    passes = api == "responses" and model == model_of("responses")
    said, _ = read_unnumbered(answer) if passes and stream else CLIENTS[api].read(answer, stream)
    return said, answer.header("x-generation-id")


def record_of(client, generation):
    return client.json("GET", f"/api/v1/generation?id={generation}")["data"]


def counter(server, name):
    text = server.exchange("GET", "/metrics")[1]
    return int(float(re.search(rf"^llamacpp:{name} (\S+)", text, re.M)[1]))


# --- the comparison --------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Cell:
    question: str
    client_api: str
    server_api: str
    stream: bool

    def __str__(self):
        return f"{self.question}, {self.client_api} > {self.server_api}, {'streamed' if self.stream else 'plain'}"


def compare_cell(report, client, cell, direct):
    """The record's tokens and cost."""
    before = len(report.differences)
    said, generation = ask(client, cell.client_api, QUESTIONS[cell.question], model_of(cell.server_api), cell.stream)
    record = record_of(client, generation)
    tokens = direct.usage.prompt, direct.usage.completion
    recorded = record["native_tokens_prompt"], record["native_tokens_completion"]
    paid = Decimal(record["total_cost"])
    report.check(f"{cell}: error", said.error, None)
    report.check(f"{cell}: text, gateway and direct", said.texts(), direct.texts())
    report.check(f"{cell}: finish reason, gateway and direct", said.finish, direct.finish)
    report.check(f"{cell}: tokens, answer and direct", (said.usage.prompt, said.usage.completion), tokens)
    report.check(f"{cell}: tokens, record and direct", recorded, tokens)
    report.check(f"{cell}: cost, record and prices x tokens", paid, cost(*tokens))
    report.check(f"{cell}: source, stream", (record["usage_source"], record["streamed"]), ("provider", cell.stream))
    if QUESTIONS[cell.question].schema and cell.server_api == "chat":
        report.check(f"{cell}: the schema is kept", list(json.loads(said.texts())), ["city"])
    same = "yes" if len(report.differences) == before else "NO"
    print(ROW.format(cell.question, f"{cell.client_api} > {cell.server_api}", "streamed" if cell.stream else "plain",
                     f"{tokens[0]}/{tokens[1]}", f"{said.usage.prompt}/{said.usage.completion}",
                     f"{recorded[0]}/{recorded[1]}", f"{paid:.9f}", said.finish, same), flush=True)
    return recorded, paid


def compare_answers(report, client, server):
    print("\nclient's API > server's API; prompt/completion tokens: as the server reports them when asked directly in its"
          "\nAPI, as the client reads them, as the gateway recorded them; cost in USD")
    print(ROW.format("question", "through the gateway", "", "server", "answer", "recorded", "cost", "finish", "equal"))
    rows = []
    for server_api in SERVER_APIS:
        for name, wish in QUESTIONS.items():
            direct, _ = ask(server, server_api, wish, MODEL_AT_PROVIDER, stream=False)
            for client_api in CLIENTS:
                for stream in (False, True):
                    rows.append(compare_cell(report, client, Cell(name, client_api, server_api, stream), direct))
    return rows


# --- clients that leave ----------------------------------------------------------------------------------------------


def leave_in_the_middle(report, client, server, client_api, server_api):
    """The record's tokens and cost."""
    where = f"left, {client_api} > {server_api}"
    made_before = counter(server, "tokens_predicted_total")
    path, body = asked(client_api, LONG, model_of(server_api), stream=True)
    with connect(client) as connection:
        send(connection, client, path, body)
        generation = connection.read_head().header("x-generation-id")
        for _ in range(6):
            connection.read_until(b"\n\n")  # an event, or some of one
    left = time.monotonic()
    while counter(server, "requests_processing") > 0 and time.monotonic() - left < FREE_WITHIN_S:
        time.sleep(0.02)
    freed = time.monotonic() - left
    report.check(f"{where}: the server is free", freed < FREE_WITHIN_S, True)
    made = counter(server, "tokens_predicted_total") - made_before
    report.check(f"{where}: the server stopped early", made <= MOST_AFTER_LEAVING, True)
    record = record_of(client, generation)
    tokens = record["native_tokens_prompt"], record["native_tokens_completion"]
    report.check(f"{where}: cancelled", record["cancelled"], True)
    report.check(f"{where}: what came is paid for", 0 < tokens[1] <= MOST_AFTER_LEAVING, True)
    report.check(f"{where}: cost, record and prices x tokens", Decimal(record["total_cost"]), cost(*tokens))
    print(f"  {client_api} > {server_api}".ljust(28) + f"free after {freed * 1000:4.0f} ms; the server made {made} tokens of "
          f"{LONG.max_tokens}, the record has {tokens[0]}/{tokens[1]} ({record['usage_source']})", flush=True)
    return tokens, Decimal(record["total_cost"])


def compare_all(report, account, server):
    client, root_key, organization = account
    made_before = counter(server, "tokens_predicted_total")
    rows = compare_answers(report, client, server)
    made = counter(server, "tokens_predicted_total") - made_before
    direct = sum(row[0][1] for row in rows) // (2 * len(CLIENTS))  # each was asked directly once
    report.check("completion tokens, records and direct answers, and the server's counter",
                 sum(row[0][1] for row in rows) + direct, made)
    print("\nclients that leave after the first events:")
    rows += [leave_in_the_middle(report, client, server, client_api, server_api)
             for server_api in SERVER_APIS for client_api in CLIENTS]
    credits = client.json("GET", f"/api/organizations/{organization}/credits", key=root_key)
    paid = sum(row[1] for row in rows)
    report.check("credits: fall of the balance and sum of costs", 5 - Decimal(credits["balance"]), paid)
    report.check("credits: held afterwards", Decimal(credits["held"]), Decimal(0))
    print(f"credits: 5 - {credits['balance']} is the sum of {len(rows)} costs, {paid}; held {credits['held']}")


# --- embeddings ------------------------------------------------------------------------------------------------------


def compare_embeddings(report, account, server):
    client = account[0]
    body = {"input": ["a lighthouse", "東京"]}
    direct = server.json("POST", "/v1/embeddings", body | {"model": MODEL_AT_PROVIDER})
    vectors = [[float(number) for number in one["embedding"]] for one in direct["data"]]
    for coding in ("float", "base64"):
        headers, text = client.exchange("POST", "/v1/embeddings",
                                        body | {"model": model_of("chat"), "encoding_format": coding})
        told, record = json.loads(text), record_of(client, headers["x-generation-id"])
        read = [one["embedding"] for one in told["data"]]
        if coding == "base64":
            read = [list(struct.unpack(f"<{len(vectors[0])}f", base64.b64decode(one))) for one in read]
        apart = max(abs(left - right) for one, other in zip(read, vectors) for left, right in zip(one, other))
        report.check(f"embeddings, {coding}: apart by less than a millionth", apart < 1e-6, True)
        prompt = direct["usage"]["prompt_tokens"]
        report.check(f"embeddings, {coding}: tokens", [told["usage"]["prompt_tokens"], record["native_tokens_prompt"]],
                     [prompt, prompt])
        report.check(f"embeddings, {coding}: cost", Decimal(record["total_cost"]), cost(prompt, 0))
        print(f"embeddings as {coding}: {len(read)} of {len(read[0])} numbers, apart by at most {apart:.1e}; "
              f"{prompt} tokens, recorded {record['native_tokens_prompt']}, {record['total_cost']} USD")
