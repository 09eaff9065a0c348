"""TLS on both legs: upstreams are always verified; clients may be served with a certificate."""

import contextlib
import ssl
import subprocess
import threading
import urllib.request

import pytest

from support.chat import post_chat
from support.command_line import Client
from support.processes import SAMPLE_UPSTREAM, Gateway, SampleUpstream, address_of, exported, first_line, provider
from support.realtime import ClientSession, RawSession, RealtimeUpstream, usage
from support.sse import Stream
from support.waiting import eventually


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A self-signed certificate for `localhost` (and no other name): (certificate file, key file)."""
    folder = tmp_path_factory.mktemp("tls")
    made, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", made],
        check=True, capture_output=True,
    )  # fmt: skip
    return made, key


@pytest.fixture(scope="module")
def tls_upstream(certificate):
    made, key = certificate
    process = subprocess.Popen(
        [SAMPLE_UPSTREAM, "--listen", "127.0.0.1:0", "--tls-cert", made, "--tls-key", key], stdout=subprocess.PIPE
    )
    yield address_of(first_line(process)[0])[1]
    process.kill()
    process.wait()
    process.stdout.close()


def answer_through(start_gateway, base_url, **options):
    gateway = start_gateway(
        providers=[provider("sample", base_url, **options)], timeouts={"connect_timeout_ms": 1000}
    )
    account = gateway.new_account()
    answers = [post_chat(gateway, account, "tokens=3") for _ in range(3)]
    return gateway, account, answers


def test_a_verified_upstream_is_used_and_its_connection_kept(start_gateway, tls_upstream, certificate):
    gateway, _, answers = answer_through(
        start_gateway, f"https://localhost:{tls_upstream}/v1", tls_ca_file=str(certificate[0])
    )
    assert [answer.status for answer in answers] == [200, 200, 200]
    metrics = gateway.metrics()
    assert metrics.sum("tollgate_upstream_connections_reused_total", provider="sample") >= 1


def test_a_silent_stream_over_tls_is_waited_for_with_signs_of_life(start_gateway, tls_upstream, certificate):
    gateway = start_gateway(
        providers=[provider("sample", f"https://localhost:{tls_upstream}/v1", tls_ca_file=str(certificate[0]))],
        timeouts={"keep_alive_comment_ms": 200},
    )
    answer = post_chat(gateway, gateway.new_account(), "tokens=5 token_ms=600", stream=True)
    assert answer.body.count(b": keep-alive\n\n") >= 5
    assert len(Stream(answer.body).content.split()) == 5 and Stream(answer.body).done


@pytest.mark.parametrize("case", ["an unknown authority", "another name"])
def test_an_upstream_that_cannot_be_verified_gets_nothing(start_gateway, tls_upstream, certificate, case):
    if case == "an unknown authority":
        base_url, options = f"https://localhost:{tls_upstream}/v1", {}
    else:
        base_url, options = f"https://127.0.0.1:{tls_upstream}/v1", {"tls_ca_file": str(certificate[0])}
    gateway, account, answers = answer_through(start_gateway, base_url, **options)
    for answer in answers:
        assert answer.status == 502
        assert answer.json()["error"]["code"] == "upstream_unreachable"
    assert gateway.credits(account)["total_usage"] == 0


def test_a_plain_upstream_behind_https_is_an_error_and_not_a_downgrade(start_gateway, tmp_path):
    upstream = SampleUpstream(tmp_path)
    try:
        _, _, answers = answer_through(start_gateway, f"https://127.0.0.1:{upstream.address[1]}/v1")
        # The upstream waits for the end of what it takes for a request: the handshake is cut off.
        assert {answer.status for answer in answers} == {504}
        assert upstream.requests_total() == 0
    finally:
        upstream.stop()


@contextlib.contextmanager
def serving(gateway):
    """A gateway that clients reach over TLS: its port."""
    process = subprocess.Popen(
        [gateway.binary, "serve", "--config", gateway.config_file], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        line, _ = first_line(process)
        assert "data https://" in line
        yield address_of(line)[1]
    finally:
        process.terminate()
        assert process.wait(20) == 0
        process.stdout.close()


def with_certificate(folder, providers, certificate):
    made, key = certificate
    return Gateway(folder / "gateway", providers, tls_certificate_file=str(made), tls_private_key_file=str(key))


@contextlib.contextmanager
def served_over_tls(folder, sample, certificate):
    """A new gateway that clients reach over TLS: it and its port."""
    gateway = with_certificate(folder, [provider("sample", sample.base_url)], certificate)
    gateway.init()
    with serving(gateway) as port:
        yield gateway, port


def test_clients_are_served_over_tls(tmp_path, sample, certificate):
    with served_over_tls(tmp_path, sample, certificate) as (_, port):
        trusted = ssl.create_default_context(cafile=certificate[0])
        with urllib.request.urlopen(f"https://localhost:{port}/", context=trusted, timeout=10) as answer:
            assert answer.status == 200
        with pytest.raises(Exception):
            urllib.request.urlopen(f"http://localhost:{port}/", timeout=5)


def test_the_client_on_the_command_line_checks_the_certificate(tmp_path, sample, certificate):
    with served_over_tls(tmp_path, sample, certificate) as (gateway, port):
        shell = Client(f"https://localhost:{port}", tmp_path, gateway.root_key)
        assert shell.may("org", "list", "--ca-file", certificate[0])["data"] == []
        assert "TLS" in shell.fails(8, "org", "list")["message"], "nobody vouches for it"
        other_name = ("--url", f"https://127.0.0.1:{port}", "--ca-file", certificate[0])
        assert "TLS" in shell.fails(8, "org", "list", *other_name)["message"]


def test_sessions_pass_over_tls_on_both_legs(tmp_path, start_gateway, certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    talking = RealtimeUpstream(ssl=context)
    talking.script = lambda session: session.serve_responses()
    base_url = f"https://localhost:{talking.address[1]}/v1"
    providers = [provider("talking", base_url, tls_ca_file=str(certificate[0]))]
    plain = start_gateway(directory=tmp_path / "gateway", providers=providers)
    account = plain.new_account("5")
    with ClientSession(plain, account.key) as client:
        client.create()
        client.until("response.done")
    plain.stop()
    with serving(with_certificate(tmp_path, providers, certificate)) as port:
        trusted = ssl.create_default_context(cafile=certificate[0])
        with ClientSession(None, account.key, url=f"wss://localhost:{port}/v1/realtime", ssl=trusted) as client:
            for _ in range(3):
                client.create(note="x" * 200_000)
                assert client.until("response.done")[-1]["response"]["status"] == "completed"
    talking.stop()
    assert talking.failures == []


def test_a_response_that_is_cut_over_tls_is_paid_for_by_its_usage(start_gateway, certificate):
    """Deltas larger than a TLS record keep coming as the client closes: none of their bytes may be lost, or what
    follows, the usage, is not understood."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    talking = RealtimeUpstream(ssl=context)

    def script(session):
        session.begin()
        session.receive()
        response = session.begin_response()
        cancelled = threading.Event()

        def speak():
            while not cancelled.is_set():
                session.send({"type": "response.output_text.delta", "response_id": response, "delta": "x" * 21_000})

        speaker = threading.Thread(target=speak)
        speaker.start()
        while session.receive()["type"] != "response.cancel":
            pass
        cancelled.set()
        speaker.join()
        session.end_response(response, usage(777, 55), status="cancelled")
        session.receive()

    talking.script = script
    base_url = f"https://localhost:{talking.address[1]}/v1"
    gateway = start_gateway(providers=[provider("talking", base_url, tls_ca_file=str(certificate[0]))])
    account = gateway.new_account("900")
    sessions = 30
    for number in range(sessions):
        with RawSession(gateway, account.key, model="test/talks-less") as session:
            session.send(session.frame(1, b'{"type":"response.create"}'))
            for _ in range(3 + number):
                session.read_frame()
            session.send(session.frame(8, b"\x03\xe8"))
            session.read_close()
    eventually(lambda: gateway.credits(account)["held"] == 0)
    gateway.stop()
    records = [row for row in exported("requests", gateway.data_dir) if row["organization"] == account.organization]
    assert [(row["usage_source"], row["prompt_tokens"]) for row in records] == [("provider", 777)] * sessions
    talking.stop()
    assert talking.failures == []
