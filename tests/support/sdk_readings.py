"""What the official SDKs make of an answer: each parses the very bytes that the gateway sent, and what it has built is
read as an answer of its dialect. A stream goes through the SDK's own accumulator."""

import importlib.util

import httpx

from support.dialect_readings import read_chat, read_gemini_events, read_messages, read_responses

URL = "http://gateway.test"
HELLO = [{"role": "user", "content": "hi"}]


def _transport(answer, http=httpx):
    headers = {"content-type": answer.header("content-type")}
    return http.MockTransport(lambda _: http.Response(answer.status, headers=headers, content=answer.body))


def _openai(answer):
    import openai

    client = httpx.Client(transport=_transport(answer))
    return openai.OpenAI(api_key="key", base_url=f"{URL}/v1", http_client=client, max_retries=0)


def _dumped(value):
    return value.model_dump(mode="json", by_alias=True, exclude_unset=True)


def chat(answer, streamed):
    completions = _openai(answer).chat.completions
    fields = {"model": "m", "messages": HELLO}
    if not streamed:
        return read_chat(_dumped(completions.create(**fields)))
    with completions.stream(**fields) as stream:
        return read_chat(_dumped(stream.get_final_completion()))


def responses(answer, streamed):
    api = _openai(answer).responses
    fields = {"model": "m", "input": "hi"}
    if not streamed:
        return read_responses(_dumped(api.create(**fields)))
    with api.stream(**fields) as stream:
        return read_responses(_dumped(stream.get_final_response()))


def messages(answer, streamed):
    import anthropic
    import httpx2  # which it is built on

    client = httpx2.Client(transport=_transport(answer, httpx2))
    api = anthropic.Anthropic(api_key="key", base_url=URL, http_client=client, max_retries=0).messages
    fields = {"model": "m", "messages": HELLO, "max_tokens": 64}
    if not streamed:
        return read_messages(_dumped(api.create(**fields)))
    with api.stream(**fields) as stream:
        return read_messages(_dumped(stream.get_final_message()))


def gemini(answer, streamed):
    from google import genai

    options = genai.types.HttpOptions(base_url=URL, client_args={"transport": _transport(answer)})
    client = genai.Client(api_key="key", http_options=options)  # closes when it is let go of
    ask = client.models.generate_content_stream if streamed else client.models.generate_content
    answered = ask(model="m", contents="hi")
    return read_gemini_events([_dumped(one) for one in (answered if streamed else [answered])])


SDKS = {  # of a dialect: the package and its reader
    "chat": ("openai", chat),
    "responses": ("openai", responses),
    "messages": ("anthropic", messages),
    "gemini": ("google.genai", gemini),
}


def _is_installed(package):
    try:
        return importlib.util.find_spec(package) is not None
    except ModuleNotFoundError:  # of a package that would hold it
        return False


def sdk_of(dialect):
    """Its reader; None where it is not installed."""
    package, reader = SDKS[dialect]
    return reader if _is_installed(package) else None
