"""The sample upstream does what its scripts say: other tests rest on that."""

import base64
import contextlib
import http.client
import json
import socket
import ssl
import struct
import subprocess
import tempfile
import time
import unittest

from support.processes import SAMPLE_UPSTREAM

WORDS = "one two three four five six"


class SampleUpstreamTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.process = subprocess.Popen([SAMPLE_UPSTREAM, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
        line = cls.process.stdout.readline()
        assert line.startswith("sample_upstream listening on 127.0.0.1:"), line
        cls.port = int(line.rsplit(":", 1)[1])

    @classmethod
    def tearDownClass(cls):
        cls.process.terminate()
        cls.process.wait(10)
        cls.process.stdout.close()

    def call(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        with contextlib.closing(connection):
            data = json.dumps(body) if isinstance(body, dict) else body
            connection.request(method, path, data, headers or {})
            answer = connection.getresponse()
            return answer, answer.read()

    def chat_body(self, script="", **fields):
        body = {"model": "echo", "messages": [{"role": "user", "content": WORDS}], **fields}
        if script:
            body["metadata"] = {"sample": script}
        return body

    def chat(self, script="", **fields):
        answer, data = self.call("POST", "/v1/chat/completions", self.chat_body(script, **fields))
        return answer, data

    def chat_json(self, script="", **fields):
        answer, data = self.chat(script, **fields)
        self.assertEqual(answer.status, 200, data)
        return json.loads(data)

    def events(self, script="", **fields):
        answer, data = self.chat(script, stream=True, **fields)
        self.assertEqual(answer.status, 200, data)
        self.assertEqual(answer.getheader("content-type"), "text/event-stream; charset=utf-8")
        return [block.removeprefix("data: ") for block in data.decode().split("\n\n") if block]

    def chunks(self, script="", **fields):
        events = self.events(script, **fields)
        self.assertEqual(events[-1], "[DONE]")
        return [json.loads(event) for event in events[:-1]]

    def send_raw(self, script="", **fields):
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        body = json.dumps(self.chat_body(script, **fields)).encode()
        connection.sendall(b"POST /chat/completions HTTP/1.1\r\nHost: x\r\n"
                           b"Content-Length: %d\r\n\r\n" % len(body) + body)
        return connection

    def read_raw(self, script="", **fields):
        received = b""
        with self.send_raw(script, **fields) as connection:
            while part := connection.recv(65536):
                received += part
        return received

    def stats(self):
        return json.loads(self.call("GET", "/stats")[1])

    def wait_for_stat(self, name, value):
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            stats = self.stats()
            if stats[name] == value:
                return stats
            time.sleep(0.005)
        self.fail(f"{name} is {stats[name]}, not {value}")

    # ---- answers

    def test_chat_echoes_the_words_and_counts_them(self):
        answer = self.chat_json()
        choice = answer["choices"][0]
        self.assertEqual(choice["message"]["content"].split()[:6], WORDS.split())
        self.assertEqual(len(choice["message"]["content"].split()), 16)
        self.assertEqual(choice["finish_reason"], "stop")
        self.assertEqual(answer["usage"]["prompt_tokens"], (len(WORDS) + 3) // 4)
        self.assertEqual(answer["usage"]["completion_tokens"], 16)
        self.assertEqual(answer["usage"]["total_tokens"], (len(WORDS) + 3) // 4 + 16)

    def test_max_tokens_ends_with_length(self):
        answer = self.chat_json(max_tokens=3)
        self.assertEqual(answer["choices"][0]["message"]["content"], "one two three")
        self.assertEqual(answer["choices"][0]["finish_reason"], "length")

    def test_usage_numbers_are_as_scripted(self):
        usage = self.chat_json("tokens=5 prompt_tokens=100 cached_tokens=40 reasoning_tokens=7")["usage"]
        self.assertEqual((usage["prompt_tokens"], usage["completion_tokens"]), (100, 12))
        self.assertEqual(usage["prompt_tokens_details"]["cached_tokens"], 40)
        self.assertEqual(usage["completion_tokens_details"]["reasoning_tokens"], 7)

    def test_token_bytes_and_big_give_the_size(self):
        content = self.chat_json("tokens=10 token_bytes=5 big=100000")["choices"][0]["message"]["content"]
        self.assertEqual(len(content), 50 + 100000)

    def test_escapes_what_it_echoes(self):
        messages = [{"role": "user", "content": "\"q\" \\ \u00e9\u4e2d \x01"}]
        body = {"model": "a\"b", "messages": messages, "max_tokens": 4}
        answer = json.loads(self.call("POST", "/chat/completions", body)[1])
        self.assertEqual(answer["choices"][0]["message"]["content"], "\"q\" \\ \u00e9\u4e2d \x01")
        self.assertEqual(answer["model"], "a\"b")

    def test_script_in_header_and_in_user(self):
        body = self.chat_body(user="sample:tokens=2")
        self.assertEqual(json.loads(self.call("POST", "/chat/completions", body)[1])["usage"]["completion_tokens"], 2)
        _, data = self.call("POST", "/chat/completions", body, {"x-sample-script": "tokens=3"})
        self.assertEqual(json.loads(data)["usage"]["completion_tokens"], 3)

    def test_unknown_word_is_refused_by_name(self):
        answer, data = self.chat("tokens=1 frobnicate=2")
        self.assertEqual(answer.status, 400)
        self.assertIn("frobnicate=2", json.loads(data)["error"]["message"])

    def test_posted_script_is_the_default_until_replaced(self):
        self.call("POST", "/script", "tokens=4")
        self.assertEqual(self.chat_json()["usage"]["completion_tokens"], 4)
        self.call("POST", "/script", "")
        self.assertEqual(self.chat_json()["usage"]["completion_tokens"], 16)

    def test_tool_call_plain_and_streamed_agree(self):
        parameters = {"type": "object", "required": ["city", "days"],
                      "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}}
        tools = [{"type": "function", "function": {"name": "get_weather", "parameters": parameters}}]
        choice = self.chat_json(tools=tools, tool_choice="required")["choices"][0]
        call = choice["message"]["tool_calls"][0]["function"]
        self.assertEqual(choice["finish_reason"], "tool_calls")
        self.assertEqual(json.loads(call["arguments"]), {"city": WORDS, "days": 1})
        chunks = self.chunks(tools=tools, tool_choice="required")
        deltas = [c["choices"][0]["delta"]["tool_calls"][0] for c in chunks if "tool_calls" in c["choices"][0]["delta"]]
        self.assertEqual(deltas[0]["function"]["name"], "get_weather")
        self.assertEqual("".join(d["function"]["arguments"] for d in deltas), call["arguments"])

    def test_completions_plain_and_streamed(self):
        body = {"model": "echo", "prompt": "a b c", "max_tokens": 3}
        answer = json.loads(self.call("POST", "/v1/completions", body)[1])
        self.assertEqual((answer["object"], answer["choices"][0]["text"]), ("text_completion", "a b c"))
        data = self.call("POST", "/v1/completions", {**body, "stream": True})[1].decode()
        chunks = [json.loads(e[6:]) for e in data.split("\n\n") if e and e != "data: [DONE]"]
        self.assertEqual("".join(c["choices"][0]["text"] for c in chunks), "a b c")

    def test_embeddings_are_the_same_as_floats_and_base64(self):
        body = {"model": "embed", "input": ["a", "b"], "dimensions": 8}
        floats = json.loads(self.call("POST", "/v1/embeddings", body)[1])
        coded = json.loads(self.call("POST", "/v1/embeddings", {**body, "encoding_format": "base64"})[1])
        for plain, packed in zip(floats["data"], coded["data"], strict=True):
            decoded = struct.unpack("<8f", base64.b64decode(packed["embedding"]))
            for a, b in zip(plain["embedding"], decoded, strict=True):
                self.assertAlmostEqual(a, b, places=6)
        self.assertNotEqual(floats["data"][0]["embedding"], floats["data"][1]["embedding"])
        self.assertEqual(floats["usage"], {"prompt_tokens": 1, "total_tokens": 1})

    def test_models(self):
        models = json.loads(self.call("GET", "/v1/models")[1])["data"]
        self.assertEqual(models[0]["id"], "echo")
        self.assertEqual(json.loads(self.call("GET", "/v1/models/echo")[1])["id"], "echo")
        self.assertEqual(self.call("GET", "/v1/models/nothing")[0].status, 404)

    def test_bad_requests(self):
        self.assertEqual(self.call("POST", "/v1/chat/completions", "{")[0].status, 400)
        self.assertEqual(self.call("POST", "/v1/chat/completions", "{}")[0].status, 400)
        self.assertEqual(self.call("GET", "/v1/chat/completions")[0].status, 405)
        self.assertEqual(self.call("GET", "/nothing")[0].status, 404)

    def test_chunked_request_body(self):
        data = json.dumps(self.chat_body("tokens=2")).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        with contextlib.closing(connection):
            connection.request("POST", "/chat/completions", iter([data[:7], data[7:]]), encode_chunked=True,
                               headers={"Transfer-Encoding": "chunked"})
            self.assertEqual(json.loads(connection.getresponse().read())["usage"]["completion_tokens"], 2)
            connection.request("GET", "/health")
            self.assertEqual(connection.getresponse().status, 200)

    def test_large_request_body(self):
        body = {"model": "echo", "messages": [{"role": "user", "content": "x" * 3_000_000}]}
        self.assertEqual(json.loads(self.call("POST", "/chat/completions", body)[1])["usage"]["prompt_tokens"], 750_000)

    # ---- streams

    def test_stream_has_one_delta_a_token(self):
        chunks = self.chunks("tokens=5")
        self.assertEqual(chunks[0]["choices"][0]["delta"]["role"], "assistant")
        content = "".join(c["choices"][0]["delta"].get("content", "") for c in chunks)
        self.assertEqual(content, "one two three four five")
        self.assertEqual(len(chunks), 1 + 5 + 1)
        self.assertEqual(chunks[-1]["choices"][0]["finish_reason"], "stop")
        self.assertFalse(any("usage" in c for c in chunks))

    def test_include_usage_adds_a_chunk_and_nulls(self):
        chunks = self.chunks("tokens=5", stream_options={"include_usage": True})
        self.assertEqual([c["usage"] for c in chunks[:-1]], [None] * 7)
        self.assertEqual(chunks[-1]["choices"], [])
        self.assertEqual(chunks[-1]["usage"]["completion_tokens"], 5)

    def test_usage_oddities(self):
        asks = {"stream_options": {"include_usage": True}}
        self.assertFalse(any("usage" in c for c in self.chunks("usage=none", **asks)))
        self.assertEqual(self.chunks("usage=zero", **asks)[-1]["usage"]["total_tokens"], 0)
        self.assertIsNone(self.chunks("usage=null", **asks)[-1]["usage"])
        self.assertEqual(self.chunks("usage=always")[-1]["usage"]["completion_tokens"], 16)
        every = self.chunks("usage=every_chunk tokens=3")
        self.assertEqual([c["usage"]["completion_tokens"] for c in every], [3] * 5)
        cumulative = self.chunks("usage=cumulative tokens=3")
        self.assertEqual([c["usage"]["completion_tokens"] for c in cumulative], [0, 1, 2, 3, 3])
        finish = self.chunks("usage=finish_chunk")[-1]
        self.assertEqual((len(finish["choices"]), finish["usage"]["completion_tokens"]), (1, 16))
        extra = self.chunks("usage=extra_chunk_after", **asks)
        self.assertEqual([c["choices"] for c in extra[-2:]], [[], []])
        self.assertIn("moderation", extra[-1])
        late = self.events("usage=after_done", **asks)
        self.assertEqual(late[-2], "[DONE]")
        self.assertEqual(json.loads(late[-1])["usage"]["completion_tokens"], 16)
        self.assertNotIn("usage", self.chat_json("usage=none"))

    def test_event_forms(self):
        data = self.chat("tokens=1 crlf bom id_lines comments error_null", stream=True)[1]
        self.assertTrue(data.startswith(b"\xef\xbb\xbf: ping\r\n\r\nid: 0\r\ndata: {"))
        self.assertNotIn(b"\n", data.replace(b"\r\n", b""))
        self.assertIn(b'"error":null}', data)

    def test_no_done_and_no_finish(self):
        events = self.events("tokens=2 no_done no_finish")
        self.assertEqual(len(events), 3)
        self.assertIsNone(json.loads(events[-1])["choices"][0]["finish_reason"])

    def test_framings_carry_the_same_events(self):
        expected = [json.loads(e)["choices"] for e in self.events("tokens=4")[:-1]]
        for script in ("framing=close", "content_length=1", "coalesce", "split=7", "events_per_write=3"):
            with self.subTest(script):
                self.assertEqual([c["choices"] for c in self.chunks("tokens=4 " + script)], expected)

    def test_last_event_and_end_of_chunks_leave_together(self):
        with self.send_raw("tokens=1 token_ms=30", stream=True) as connection:
            received = b""
            while b"[DONE]" not in received:
                received += connection.recv(65536)
            self.assertTrue(received.endswith(b"data: [DONE]\n\n\r\n0\r\n\r\n"))

    def test_pace(self):
        began = time.monotonic()
        self.chunks("tokens=10 token_ms=10 ttft_ms=50")
        self.assertGreaterEqual(time.monotonic() - began, 0.149)

    # ---- faults

    def test_error_status(self):
        answer, data = self.chat("status=429 retry_after=1")
        self.assertEqual((answer.status, answer.getheader("retry-after")), (429, "1"))
        self.assertEqual(json.loads(data)["error"]["type"], "rate_limit_error")
        answer, data = self.chat("error_body")
        self.assertEqual(answer.status, 200)
        self.assertIn("error", json.loads(data))

    def test_error_in_mid_stream_ends_without_done(self):
        events = self.events("tokens=9 error_at=2")
        self.assertEqual(len(events), 1 + 2 + 1)
        self.assertIn("error", json.loads(events[-1]))

    def test_close_in_mid_stream_and_mid_body(self):
        received = self.read_raw("tokens=9 close_at=2", stream=True)
        self.assertEqual(received.count(b"data: "), 3)
        self.assertFalse(received.endswith(b"0\r\n\r\n"))
        head, body = self.read_raw("close_at=20").split(b"\r\n\r\n")
        self.assertEqual(len(body), 20)
        self.assertEqual(self.read_raw("close_head"), b"")

    def test_reset(self):
        for script, stream in (("reset_at=2", True), ("reset_at=2", False), ("reset_head", False)):
            with self.subTest(script=script, stream=stream), self.assertRaises(ConnectionResetError):
                self.read_raw(script, stream=stream)

    def test_garbage(self):
        self.assertTrue(self.read_raw("garbage=head").startswith(b"SSH-2.0"))
        self.assertIn(b"\r\n\r\nzz\r\n", self.read_raw("garbage=chunk"))
        self.assertIn(b"zz\r\n", self.read_raw("garbage=chunk", stream=True))
        with self.assertRaises(json.JSONDecodeError):
            json.loads(self.chat("garbage=json")[1])

    # ---- what it notices

    def test_notices_clients_that_leave(self):
        for script, stream, generated in (("stall_head", False, 0), ("ttft_ms=60000", False, 0),
                                          ("stall_at=2", True, 2), ("tokens=9 token_ms=60000", True, 0)):
            with self.subTest(script):
                self.call("POST", "/stats/reset")
                connection = self.send_raw(script, stream=stream)
                self.wait_for_stat("in_flight", 2)
                if generated:
                    connection.recv(65536)
                connection.close()
                stats = self.wait_for_stat("aborted", 1)
                self.assertEqual(stats["completion_tokens"], generated)
                self.assertEqual(stats["billed_completion_tokens"], generated)

    def test_bills_everything_where_aborting_does_not_stop_it(self):
        self.call("POST", "/stats/reset")
        connection = self.send_raw("tokens=9 stall_at=2 abort_stops_billing=0", stream=True)
        self.wait_for_stat("in_flight", 2)
        connection.close()
        stats = self.wait_for_stat("aborted", 1)
        self.assertEqual((stats["completion_tokens"], stats["billed_completion_tokens"]), (2, 9))

    def test_records_requests(self):
        self.call("POST", "/stats/reset")
        self.chat("tokens=3")
        recorded = json.loads(self.call("GET", "/stats/requests")[1])["requests"]
        self.assertEqual(len(recorded), 1)
        self.assertTrue(recorded[0]["head"].startswith("POST /v1/chat/completions HTTP/1.1\r\n"))
        self.assertEqual(json.loads(recorded[0]["body"]), self.chat_body("tokens=3"))
        self.assertEqual(self.stats()["requests"]["chat/completions"], 1)

    def test_serves_pipelined_requests(self):
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            last = b"GET /health HTTP/1.1\r\nConnection: close\r\n\r\n"
            connection.sendall(b"GET /health HTTP/1.1\r\n\r\n" * 3 + last)
            received = b""
            while part := connection.recv(65536):
                received += part
        self.assertEqual(received.count(b"HTTP/1.1 200 OK"), 4)

    def test_malformed_requests_are_answered_and_cut(self):
        for request in (b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
                        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"):
            with self.subTest(request), socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
                connection.sendall(request)
                received = b""
                while part := connection.recv(65536):
                    received += part
                self.assertTrue(received.startswith(b"HTTP/1.1 400 "))


class TlsTest(unittest.TestCase):
    def test_serves_tls_and_notices_a_client_that_leaves(self):
        with tempfile.TemporaryDirectory() as directory:
            certificate, key = f"{directory}/certificate.pem", f"{directory}/key.pem"
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                            "-keyout", key, "-out", certificate, "-days", "1", "-subj", "/CN=localhost",
                            "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
            command = [SAMPLE_UPSTREAM, "--listen", "127.0.0.1:0", "--tls-cert", certificate, "--tls-key", key]
            process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
            try:
                port = int(process.stdout.readline().rsplit(":", 1)[1])
                context = ssl.create_default_context(cafile=certificate)
                connection = http.client.HTTPSConnection("localhost", port, timeout=10, context=context)
                with contextlib.closing(connection):
                    self.leave_a_stream(port, context)
                    deadline = time.monotonic() + 5
                    stats = {"aborted": 0}
                    while stats["aborted"] == 0 and time.monotonic() < deadline:
                        connection.request("GET", "/stats")
                        stats = json.loads(connection.getresponse().read())
                    self.assertEqual(stats["aborted"], 1)
            finally:
                process.terminate()
                process.wait(10)
                process.stdout.close()

    def leave_a_stream(self, port, context):
        connection = http.client.HTTPSConnection("localhost", port, timeout=10, context=context)
        with contextlib.closing(connection):
            messages = [{"role": "user", "content": WORDS}]
            body = {"model": "echo", "stream": True, "messages": messages, "metadata": {"sample": "stall_at=1"}}
            connection.request("POST", "/v1/chat/completions", json.dumps(body))
            answer = connection.getresponse()
            self.assertTrue(answer.readline().startswith(b"data: "))
            answer.close()
