"""Attacks on bills: the platform's, the customer's, another tenant's."""

from concurrent.futures import ThreadPoolExecutor

from attacks.arena import Figure, ThinkingProvider, attack, base64_text, cost, usage_answer
from support.http_client import ConnectionEnded
from support.sse import chunk_json
from support.waiting import eventually

LEAST_CHARGED, MOST_CHARGED = 0.5, 1.25  # of what the provider bills for an answer that was left: the learned share
FEW = {"prompt_tokens": 5, "completion_tokens": 1}
HALF_ABSENT = ("a total of 10^9", "cached -10^9")  # nothing of the one, and the rest of the other, is believed: no mark


def used(arena, account):
    return float(arena.gateway.credits(account)["total_usage"])


def settled(arena, account):
    """Waits until nothing is held, which is when every answer is booked."""
    eventually(lambda: arena.gateway.credits(account)["held"] == 0, within_s=90)


def stream_until(arena, account, events, **fields):
    """Reads so many content events of a stream and resets the connection; None reads it whole. The status."""
    body = {"model": "t/scripted", "messages": [{"role": "user", "content": "think"}], "stream": True} | fields
    with arena.gateway.connect(60) as connection:
        connection.send(arena.gateway.bytes_of("POST", "/v1/chat/completions", key=account.key, json=body))
        if events is None:
            try:
                return connection.read_answer().status
            except ConnectionEnded as ended:
                return ended.partial.status
        answer = connection.read_head()
        seen = b""
        while answer.status == 200 and seen.count(b"word ") < events:
            seen += connection.read_chunk()
        connection.reset()
        return answer.status


@attack("3", "all 200; the provider bills 1.92, the customer 0.50: overrun 1.42")
def unseen_thoughts(start, quick):
    """12 streams without max_tokens think 16,000 tokens each, at once, on 0.50 USD."""
    arena = start()
    thinking = ThinkingProvider(thoughts=16_000, shown=20, think_s=0.3 if quick else 1.5)
    arena.scripted.script = thinking
    account = arena.gateway.new_account("0.50")
    with ThreadPoolExecutor(12) as clients:
        statuses = list(clients.map(lambda _: stream_until(arena, account, None), range(12)))
    settled(arena, account)
    charged, billed = used(arena, account), sum(thinking.bills)
    alone = arena.gateway.new_account("0.05")
    before = len(thinking.bills)
    stream_until(arena, alone, None)
    settled(arena, alone)
    overrun_alone = max(0.0, sum(thinking.bills[before:]) - used(arena, alone))
    return [
        Figure("USD that the provider billed beyond what was charged", max(0.0, billed - charged), 1e-6),
        Figure("the same of one stream alone on 0.05", overrun_alone, 1e-6),
        Figure("overruns of holds", arena.gateway.metrics().sum("tollgate_holds_overrun_total"), 0),
        Figure("streams refused although the credit held one", not any(status == 200 for status in statuses), 0),
    ]


@attack("4", "58 of 60 tokens read: charged 0.000608 of 0.08062 (1 of 132); left while it thinks: the prompt only")
def leaving_before_the_usage(start, quick):
    """Clients leave near the end, in the midst, and while the model thinks; the provider bills what it has made."""
    arena = start()
    rounds, figures = 4 if quick else 20, []
    pace = 0.002 if quick else 0.02
    account = arena.gateway.new_account("500")

    def run(what, leave_at, least, most, **shape):
        thinking = ThinkingProvider(thoughts=8000, token_s=pace, **shape)
        arena.scripted.script = thinking
        charged_before, bills_before = used(arena, account), len(thinking.bills)
        for _ in range(rounds):
            stream_until(arena, account, leave_at, max_tokens=16_000)
        settled(arena, account)
        eventually(lambda: len(thinking.bills) == bills_before + rounds)
        billed = sum(thinking.bills[bills_before:])
        ratio = (used(arena, account) - charged_before) / billed
        figures.append(Figure(f"charged / billed, {what}", ratio, most))
        figures.append(Figure(f"billed / charged, {what}", 1 / ratio if ratio else float("inf"), 1 / least))

    run("left at 58 of 60 tokens", 58, 0.98, 1.05, shown=60)
    run("left at 40 of 60 tokens", 40, LEAST_CHARGED, MOST_CHARGED, shown=60)
    run("left at 40 of 4,000 tokens", 40, LEAST_CHARGED, MOST_CHARGED, shown=4000)
    run("left while it thinks", 0, LEAST_CHARGED, MOST_CHARGED, shown=60, think_s=0.2)
    return figures


@attack("5", "0.009 by the provider, 1.000087 charged; 402 below 1.71 USD")
def abandoned_file(start, quick):
    """4 MB of a PDF, and of sound; the client leaves after 3 tokens."""
    arena = start()
    arena.scripted.script = ThinkingProvider(thoughts=0, shown=4000, token_s=0.01, prompt=9000)
    data = base64_text(4_000_000)
    parts = {
        "PDF": {"type": "file", "file": {"filename": "a.pdf", "file_data": f"data:application/pdf;base64,{data}"}},
        "sound": {"type": "input_audio", "input_audio": {"data": data, "format": "wav"}},
        "video": {"type": "video_url", "video_url": {"url": f"data:video/mp4;base64,{data}"}},
    }
    figures = []
    for what, part in parts.items():
        account = arena.gateway.new_account("1")
        messages = [{"role": "user", "content": [{"type": "text", "text": "Read this."}, part]}]
        status = stream_until(arena, account, 3, messages=messages, max_tokens=100)
        settled(arena, account)
        figures.append(Figure(f"{what}: refused with 1 USD", status != 200, 0))
        figures.append(Figure(f"{what}: USD charged (the whole context is 0.128)", used(arena, account), 0.129))
    return figures


@attack("6", "1,005 USD of credit gone in one request, usage_contradictory false")
def absurd_usage(start, quick):
    """An upstream reports figures that no model can have."""
    arena = start(workers=1)
    most = cost(100, 5)
    usages = {
        "10^9 prompt tokens": {"prompt_tokens": 10**9, "completion_tokens": 1, "total_tokens": 10**9 + 1},
        "10^9 completion tokens": {"prompt_tokens": 5, "completion_tokens": 10**9},
        "more than the context": {"prompt_tokens": 200_000, "completion_tokens": 1},
        "more than was asked for": {"prompt_tokens": 5, "completion_tokens": 15_000},
        "2^63": {"prompt_tokens": 2**63, "completion_tokens": 2**63},
        "negative": {"prompt_tokens": -5, "completion_tokens": -5},
        "a total of 10^9": {"total_tokens": 10**9},
        "cached -10^9": {**FEW, "prompt_tokens_details": {"cached_tokens": -(10**9)}},
        "under other names": {"input_tokens": 10**9, "output_tokens": 10**9},
    }
    figures, unmarked, shown_otherwise = [], 0, 0
    for what, usage in usages.items():
        for stream in (False, True):
            account = arena.gateway.new_account("2000")

            def script(exchange, usage=usage, stream=stream):
                if not stream:
                    return exchange.answer(usage_answer(usage))
                exchange.start_stream()
                exchange.event(chunk_json("hello"))
                exchange.event({"id": "c", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
                exchange.event({"id": "c", "choices": [], "usage": usage})
                exchange.event(b"[DONE]")
                exchange.end_stream()

            arena.scripted.script = script
            fields = {"stream": True, "stream_options": {"include_usage": True}} if stream else {}
            answer, _ = arena.chat(account, model="t/scripted", content="hello", max_tokens=5, **fields)
            record = arena.record(account, answer)
            if what not in HALF_ABSENT:
                unmarked += not record["usage_contradictory"]
            shown_otherwise += str(10**9).encode() in answer.body
            way = "streamed" if stream else "plain"
            figures.append(Figure(f"USD charged for {what}, {way}", used(arena, account), most))
    figures.append(Figure("answers that are not marked contradictory", unmarked, 0))
    figures.append(Figure("answers that show the absurd figure", shown_otherwise, 0))
    return figures


def hold_of(arena, key, **fields):
    """What a request must have held, as the refusal says."""
    answer = arena.gateway.request("POST", "/v1/chat/completions", key=key, json={"model": "t/scripted", **fields})
    assert answer.status == 402, answer.body
    return float(answer.error["needed"])


@attack("7", "another tenant's abandoned prompt: 3,992 tokens instead of 1,008; its hold 2.5 times")
def poisoned_learning(start, quick):
    """An organization teaches wrong prompt sizes, upward and downward; another's bill and hold are compared."""
    arena, rounds, figures = start(), 80 if quick else 200, []
    victim, poor = arena.gateway.new_account("5"), arena.gateway.new_account(credit=None)
    prompt = [{"role": "user", "content": "x " * 2000}]
    silent = ThinkingProvider(thoughts=0, shown=3, prompt=1000, reports=False)
    endless = ThinkingProvider(thoughts=0, shown=4000, prompt=1000, token_s=0.01)

    def bill():
        """USD of a prompt that is counted: no usage comes; and in the long form the stream is left as well."""
        before = used(arena, victim)
        arena.scripted.script = silent
        stream_until(arena, victim, None, messages=prompt, max_tokens=100)
        if not quick:
            arena.scripted.script = endless
            stream_until(arena, victim, 3, messages=prompt, max_tokens=4096)
        settled(arena, victim)
        return used(arena, victim) - before

    def hold():
        return hold_of(arena, poor.key, messages=prompt, max_tokens=100)

    bill_before, hold_before = bill(), hold()
    for direction, tokens, content in (("upward", 308, "é" * 150), ("downward", 38, "x" * 4000)):
        teacher = arena.gateway.new_account("5")
        arena.scripted.script = lambda exchange, tokens=tokens: exchange.answer(
            usage_answer({"prompt_tokens": tokens, "completion_tokens": 1, "total_tokens": tokens + 1})
        )
        for _ in range(rounds):
            arena.gateway.request(
                "POST",
                "/v1/chat/completions",
                key=teacher.key,
                json={"model": "t/scripted", "messages": [{"role": "user", "content": content}], "max_tokens": 5},
            )
        moved = [abs(bill() / bill_before - 1), abs(hold() / hold_before - 1)]
        figures.append(Figure(f"% that another's bill moved, taught {direction}", moved[0] * 100, 5))
        figures.append(Figure(f"% that another's hold moved, taught {direction}", moved[1] * 100, 5))
    return figures


@attack("11", "20 MB with 3 + 5 tokens reported before the choices: 52.43 USD")
def large_answer_with_early_usage(start, quick):
    """A plain answer of 20 MB whose usage stands before its text."""
    arena = start(workers=1)
    account = arena.gateway.new_account("100")
    usage = {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8}
    early = {"id": "c", "usage": usage} | usage_answer(usage, "y" * 20_000_000)
    arena.scripted.script = lambda exchange: exchange.answer(early)
    answer, _ = arena.chat(account, model="t/scripted", max_tokens=100)
    charged = used(arena, account)
    early.pop("usage")
    arena.scripted.script = lambda exchange: exchange.answer(early)
    arena.chat(account, model="t/scripted", max_tokens=100)
    return [
        Figure("USD charged (8 tokens)", charged, cost(3, 5)),
        Figure("USD charged without usage (100 tokens asked for)", used(arena, account) - charged, cost(50, 100)),
        Figure("answers refused", answer.status != 200, 0),
    ]


@attack("12", "one event of 1.5 MB: 'not JSON', the stream cut, charged 0 while the provider bills")
def picture_in_an_event(start, quick):
    """Events of 1.5 and 10 MB that carry pictures."""
    arena, figures = start(workers=1), []
    usage = {"prompt_tokens": 20, "completion_tokens": 1290, "total_tokens": 1310}
    for size in (1_500_000, 10_000_000):
        account = arena.gateway.new_account("0.50")
        picture = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{base64_text(size)}"}}

        def script(exchange, picture=picture):
            exchange.start_stream()
            exchange.event({"id": "c", "choices": [{"index": 0, "delta": {"content": "", "images": [picture]}}]})
            exchange.event({"id": "c", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
            exchange.event({"id": "c", "choices": [], "usage": usage})
            exchange.event(b"[DONE]")
            exchange.end_stream()

        arena.scripted.script = script
        answer, _ = arena.chat(account, model="t/scripted", stream=True, max_tokens=2000)
        what = f"{size / 1e6:g} MB"
        figures.append(Figure(f"{what}: bytes of the picture missing", max(0, size - len(answer.body)), 0))
        figures.append(Figure(f"{what}: ends without [DONE]", b"[DONE]" not in answer.body, 0))
        wrong = abs(used(arena, account) - cost(20, 1290))
        figures.append(Figure(f"{what}: USD between charged and billed", wrong, 1e-9))
    return figures
