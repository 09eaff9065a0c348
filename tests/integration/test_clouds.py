"""Models behind AWS and Google Cloud: requests are signed over what leaves, or carry a service account's token, and
Claude is asked in the body that these take."""

import base64
import json
import signal
import subprocess
from urllib.parse import parse_qs

import openai
import pytest
import yaml

from support import aws, speaks_messages
from support.dialects import Said, Text, Usage, converse
from support.processes import provider
from support.scripted_upstream import ScriptedUpstream
from support.waiting import eventually

PLAIN_AND_STREAM = pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
ARN = "arn:aws:bedrock:us-west-2:123456789012:application-inference-profile/abc123"
ENCODED_ARN = "arn%3Aaws%3Abedrock%3Aus-west-2%3A123456789012%3Aapplication-inference-profile%2Fabc123"
VERTEX = {"dialect": "vertex-messages", "auth": "google", "api_key": ""}
SAID = Said([Text("It is fine.")], usage=Usage(prompt=100, completion=20))


@pytest.fixture
def start(start_gateway, tmp_path, scripted):
    """A gateway with one provider, `cloud`, whose model the client calls cloud/model."""

    def started(model, **options):
        prices = {"prompt": 1, "completion": 10}
        endpoint = {"provider": "cloud", "model": model, "context_length": 100000, "prices": prices}
        file = tmp_path / "prices.yaml"
        file.write_text(yaml.safe_dump({"version": 1, "models": [{"id": "cloud/model", "endpoints": [endpoint]}]}))
        url = scripted.base_url.removesuffix("/v1")
        gateway = start_gateway(catalogue=[str(file)], providers=[provider("cloud", url, **options)])
        account = gateway.new_account("5")
        client = openai.OpenAI(base_url=f"{gateway.base_url}/v1", api_key=account.key, max_retries=0)
        client.tollgate = gateway
        return client

    return started


def ask(client, stream):
    fields = {"model": "cloud/model", "messages": [{"role": "user", "content": "hi"}], "max_tokens": 64}
    if not stream:
        return client.chat.completions.create(**fields).choices[0].message.content
    with client.chat.completions.stream(**fields) as events:
        return events.get_final_completion().choices[0].message.content if all(True for _ in events) else None


def speak_converse(exchange):
    if not converse.is_stream(exchange.request):
        return exchange.answer(converse.plain(SAID))
    exchange.head(content_type=converse.STREAM_TYPE, chunked=True)
    for event in converse.events(SAID):
        exchange.chunk(event)
    exchange.end_stream()


@PLAIN_AND_STREAM
@pytest.mark.parametrize("token", ["", ":session-token"], ids=["key", "temporary"])
def test_d57_d58_what_leaves_for_bedrock_is_signed(start, scripted, stream, token):
    key = f"{aws.KEY_ID}:{aws.SECRET}{token}"
    client = start(ARN, dialect="converse", auth="sigv4", aws_region="us-west-2", api_key=key)
    scripted.script = speak_converse
    assert ask(client, stream) == "It is fine."
    request = scripted.requests[-1]
    assert request.target == f"/model/{ENCODED_ARN}/" + ("converse-stream" if stream else "converse")
    assert aws.signed_for(request).endswith("/us-west-2/bedrock/aws4_request")
    assert request.header("x-amz-security-token") == (token[1:] or None)
    assert ("x-amz-security-token" in request.header("authorization")) == bool(token)
    assert aws.SECRET not in request.head.decode()


@PLAIN_AND_STREAM
def test_bedrock_takes_a_bearer_key_too(start, scripted, stream):
    client = start("model-v1:0", dialect="converse")
    scripted.script = speak_converse
    assert ask(client, stream) == "It is fine."
    request = scripted.requests[-1]
    assert request.header("authorization") == "Bearer cloud-upstream-key"
    assert request.target.startswith("/model/model-v1%3A0/converse")


def test_d51_a_frame_that_is_damaged_or_cut_off_is_an_error(start, scripted):
    client = start("m", dialect="converse")
    events = list(converse.events(SAID))
    damaged = bytearray(events[1])
    damaged[-6] ^= 1
    for last in (bytes(damaged), events[1][:-1]):

        def script(exchange, last=last):
            exchange.head(content_type=converse.STREAM_TYPE, chunked=True)
            exchange.chunk(events[0])
            exchange.chunk(events[1])
            exchange.chunk(last)
            exchange.end_stream()

        scripted.script = script
        with pytest.raises(openai.APIError):
            ask(client, True)


def speak_claude(exchange):
    message = speaks_messages.message([speaks_messages.text("It is fine.")])
    target = exchange.request.target
    if target.endswith(("/invoke", ":rawPredict")):
        return exchange.answer(message)
    bedrock = target.endswith("/invoke-with-response-stream")
    exchange.head(content_type=converse.STREAM_TYPE if bedrock else "text/event-stream", chunked=True)
    for name, data in speaks_messages.events(message):
        wrapped = {"bytes": base64.b64encode(json.dumps(data).encode()).decode()}
        exchange.chunk(aws.event("chunk", wrapped) if bedrock else speaks_messages.frame(name, data))
    exchange.end_stream()


@PLAIN_AND_STREAM
def test_claude_on_bedrock(start, scripted, stream):
    key = f"{aws.KEY_ID}:{aws.SECRET}"
    client = start("claude-v1:0", dialect="bedrock-messages", auth="sigv4", aws_region="us-west-2", api_key=key)
    scripted.script = speak_claude
    assert ask(client, stream) == "It is fine."
    request = scripted.requests[-1]
    assert request.target == "/model/claude-v1%3A0/" + ("invoke-with-response-stream" if stream else "invoke")
    assert aws.signed_for(request)
    body = request.json()
    assert body["anthropic_version"] == "bedrock-2023-05-31"
    assert "model" not in body and "stream" not in body
    assert request.header("anthropic-version") is None


@pytest.fixture
def token_server():
    server = ScriptedUpstream()
    token = {"access_token": "ya29.test", "expires_in": 3600, "token_type": "Bearer"}
    server.script = lambda exchange: exchange.answer(token)
    yield server
    server.close()
    assert server.failures == []


@pytest.fixture
def service_account(tmp_path, token_server):
    """The file of a key that Google Cloud gives out."""
    key = subprocess.run(
        ["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"], capture_output=True, check=True
    ).stdout.decode()
    account = {
        "type": "service_account",
        "project_id": "p",
        "private_key_id": "k1",
        "private_key": key,
        "client_email": "tollgate@p.iam.gserviceaccount.com",
        "token_uri": token_server.base_url.removesuffix("/v1") + "/token",
    }
    file = tmp_path / "service-account.json"
    file.write_text(json.dumps(account))
    return file


@PLAIN_AND_STREAM
def test_claude_on_vertex_with_a_service_account(start, scripted, token_server, service_account, stream):
    client = start("claude@1", **VERTEX, google_key_file=str(service_account))
    scripted.script = speak_claude
    for _ in range(3):
        assert ask(client, stream) == "It is fine."
    request = scripted.requests[-1]
    assert request.target == "/models/claude@1:" + ("streamRawPredict" if stream else "rawPredict")
    assert request.header("authorization") == "Bearer ya29.test"
    assert request.json()["anthropic_version"] == "vertex-2023-10-16" and "model" not in request.json()
    (asked,) = token_server.requests  # once for all of them
    assert asked.method == "POST" and asked.target == "/token"
    form = parse_qs(asked.body.decode())
    assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    claims = json.loads(base64.urlsafe_b64decode(form["assertion"][0].split(".")[1] + "=="))
    assert claims["iss"] == "tollgate@p.iam.gserviceaccount.com" and claims["exp"] - claims["iat"] == 3600
    assert claims["aud"].endswith("/token") and claims["scope"] == "https://www.googleapis.com/auth/cloud-platform"


def test_a_reload_keeps_the_tokens_of_a_service_account(start, scripted, token_server, service_account):
    client = start("claude@1", **VERTEX, google_key_file=str(service_account))
    scripted.script = speak_claude
    assert ask(client, False) == "It is fine."
    client.tollgate.process.send_signal(signal.SIGHUP)
    eventually(lambda: "server: reloaded" in client.tollgate.log_file.read_text())
    assert ask(client, False) == "It is fine."
    assert scripted.requests[-1].header("authorization") == "Bearer ya29.test"
    assert len(token_server.requests) == 1


def test_without_a_token_the_request_fails_and_later_succeeds(start, scripted, token_server, service_account):
    good = token_server.script
    token_server.script = lambda exchange: exchange.answer({"error": "invalid_grant"}, "400 Bad Request")
    client = start("claude@1", **VERTEX, google_key_file=str(service_account))
    scripted.script = speak_claude
    with pytest.raises(openai.APIStatusError) as refused:
        ask(client, False)
    assert refused.value.status_code == 502
    assert scripted.requests == []
    token_server.script = good

    def answered():
        try:
            return ask(client, False) == "It is fine."
        except openai.APIStatusError:
            return False

    eventually(answered, within_s=90, every_s=0.1)
