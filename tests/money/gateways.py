"""A gateway, a sample upstream and the load generator, for the money tests that need more requests than Python can
make."""

import json
import os
import subprocess
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

from support.chat import PRICES, chat
from support.http_client import json_bytes
from support.processes import SAMPLE_UPSTREAM, Gateway, SampleUpstream, provider

LOAD_GENERATOR = Path(os.environ.get("TOLLGATE_LOAD_GENERATOR", SAMPLE_UPSTREAM.with_name("load_generator")))
OUTPUT_TOKENS = 100


@contextmanager
def programs(directory, **overrides):
    """(gateway, sample upstream), stopped at the end."""
    sample = SampleUpstream(directory)
    try:
        providers = [
            provider("sample", sample.base_url),
            provider("drained", sample.base_url, abort_stops_billing=False),
        ]
        gateway = Gateway(directory / "gateway", providers, **({"workers": 2, "access_log": "off"} | overrides))
        gateway.start()
        try:
            yield gateway, sample
        finally:
            if gateway.process.returncode is None:
                gateway.stop()
    finally:
        sample.stop()


def request_whose_cost_is_its_hold(gateway, **fields):
    """A chat body that costs exactly what is held for it, and that amount in USD: the refusal of an organization
    without credit says what would be held, and the sample upstream is told to report the prompt that this is
    made of."""
    poor = gateway.new_account(credit=None)
    body = chat("tokens=1", max_tokens=OUTPUT_TOKENS, **fields)
    refused = gateway.request("POST", "/v1/chat/completions", key=poor.key, json=body)
    assert refused.status == 402, (refused.status, refused.body)
    needed = refused.error["needed"]
    prices = {name: Decimal(text) / 1_000_000 for name, text in PRICES[body["model"]].items()}
    prompt = (needed - OUTPUT_TOKENS * prices["completion"]) / prices["prompt"]
    assert prompt == int(prompt) and prompt > 0
    words = f"tokens={OUTPUT_TOKENS} prompt_tokens={int(prompt)}"
    return body | {"user": f"sample:{words}"}, needed


def load(gateway, key, body, directory, *, connections, requests=None, duration_s=None, stream=False, timeout_s=3600):
    """Runs the load generator, wrong answers allowed; its report. `errors` counts answers by kind: status_402, ..."""
    body_file = Path(directory) / "body.json"
    body_file.write_bytes(json_bytes(body))
    command = [LOAD_GENERATOR, "--url", f"{gateway.base_url}/v1/chat/completions", "--connections", connections]
    command += ["--api-key", key, "--body-file", body_file, "--json", "--any-answer"]
    command += ["--requests", requests] if requests else ["--duration-s", duration_s]
    command += ["--stream"] if stream else []
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=timeout_s)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
