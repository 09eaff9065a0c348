"""The client's commands of the program, run as somebody against a gateway."""

import os
import subprocess
from dataclasses import dataclass

from support.http_client import loads
from support.processes import GATEWAY

TIMEOUT_S = 60


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code and what it wrote."""

    code: int
    out: str
    err: str

    def json(self):
        return loads(self.out)

    @property
    def error(self):
        """The error object that --json wrote to standard error."""
        return loads(self.err)["error"]


@dataclass(frozen=True)
class Client:
    """Somebody at a shell. Nothing of the surroundings is seen by the commands but what stands here."""

    url: str
    home: str
    token: str = ""

    def environment(self, **more):
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("TOLLGATE_", "XDG_"))}
        own = {"HOME": str(self.home), "TOLLGATE_URL": self.url} | ({"TOLLGATE_TOKEN": self.token} if self.token else {})
        return kept | own | {name: value for name, value in more.items() if value is not None}

    def run(self, *words, stdin="", **environment):
        done = subprocess.run(
            [GATEWAY, *map(str, words)],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            env=self.environment(**environment),
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def may(self, *words, **options):
        """The answer of a command that must succeed, as JSON."""
        ended = self.run(*words, "--json", **options)
        assert ended.code == 0, (words, ended)
        return ended.json()

    def fails(self, code, *words, **options):
        """The error object of a command that must end with this code."""
        ended = self.run(*words, "--json", **options)
        assert (ended.code, ended.out) == (code, ""), (words, ended)
        return ended.error
