"""@copilotkit/aimock (npm): a fake of the providers' APIs that is not ours. It answers in whichever API it is asked."""

import json
import re
import subprocess
from dataclasses import dataclass

from support.http_client import RawConnection, request_bytes
from support.processes import ROOT, provider

PROGRAM = ROOT / "tests/sdk/node_modules/@copilotkit/aimock/dist/cli.js"
# Where it serves each dialect that the gateway speaks with providers.
PATHS = {"chat": "/v1", "messages": "/v1", "responses": "/v1", "gemini": "/v1beta", "converse": ""}


@dataclass(frozen=True)
class Tokens:
    prompt: int
    completion: int

    def in_every_dialect(self):
        names = {
            self.prompt: ("prompt_tokens", "input_tokens", "promptTokenCount"),
            self.completion: ("completion_tokens", "output_tokens", "candidatesTokenCount"),
        }
        return {name: count for count, spellings in names.items() for name in spellings}


def answer(when, tokens, **said):
    """A fixture: `when` are its conditions, of which all must hold. The first that does is the answer."""
    return {"match": when, "response": said | {"usage": tokens.in_every_dialect()}}


def call(tool, arguments):
    return {"name": tool, "arguments": json.dumps(arguments)}


class Aimock:
    def __init__(self, directory, fixtures):
        file = directory / "aimock.json"
        file.write_text(json.dumps({"fixtures": fixtures}))
        self.log = directory / "aimock.log"
        with open(self.log, "wb") as log:
            command = ["node", PROGRAM, "--port", "0", "--fixtures", file, "--validate-on-load"]
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        for line in self.process.stdout:
            if found := re.search(r"listening on http://([0-9.]+):(\d+)", line):
                self.address = found[1], int(found[2])
                return
        raise RuntimeError(f"aimock ended with {self.process.wait()}:\n{self.log.read_text()}")

    def provider(self, dialect):
        return provider(dialect, f"http://{self.address[0]}:{self.address[1]}{PATHS[dialect]}", dialect=dialect)

    def asked(self):
        """Every request, in order, its body in the words of chat completions."""
        with RawConnection(self.address) as connection:
            connection.send(request_bytes("GET", "/__aimock/journal"))
            return connection.read_answer().json()

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
