"""Coding agents for the command line, each pointed at the gateway as its documentation says, and asked for one task
without a person who answers. They have a home of their own, and reach no address but the gateway's."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Callable

from support.processes import ROOT

LIGHT = ROOT / "tests/sdk/node_modules"  # what CI installs
HEAVY = ROOT / "build/coding_agents/node_modules"  # what tests/sdk/coding_agents installs
NOBODY = "http://127.0.0.1:9"  # the discard port: nothing listens there
TIME_S = 90
LEAST_NODE = 20


@cache
def _node_version():
    """The major one; 0: there is none."""
    if shutil.which("node") is None:
        return 0
    told = subprocess.run(["node", "--print", "process.versions.node"], capture_output=True, text=True, check=True)
    return int(told.stdout.partition(".")[0])


@dataclass(frozen=True)
class Order:
    base_url: str
    key: str
    model: str
    task: str
    home: Path
    work: Path  # the directory that the agent is started in


@dataclass(frozen=True)
class Agent:
    name: str
    api: str  # that it speaks, as records name it
    program: Path
    prepare: Callable[[Order], dict]  # writes its settings, returns its environment
    arguments: Callable[[Order], list]
    write: Callable[[str, str], tuple]  # the call of its tool that writes (file, text)
    run: Callable[[str], tuple]  # and of the one that runs a command
    names_session: bool = True
    asides: int = 0  # requests that are not of the task, such as for a title

    def missing(self):
        """Why it cannot run here, if so."""
        if _node_version() < LEAST_NODE:
            return f"Node.js {LEAST_NODE} is not installed"
        if not self.program.exists():
            installer = "tests/run" if LIGHT in self.program.parents else "tests/sdk/coding_agents"
            return f"no {self.program.relative_to(ROOT)}: use {installer}"
        return None

    def interpreter(self):
        return ["node"] if self.program.suffix in (".js", ".cjs") else []

    def perform(self, order):
        order.home.mkdir()
        order.work.mkdir()
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(order.home),
            "TMPDIR": str(order.home),
            "LANG": "C.UTF-8",
            "HTTP_PROXY": NOBODY,
            "HTTPS_PROXY": NOBODY,
            "NO_PROXY": "127.0.0.1",
        }
        return subprocess.run(
            [*self.interpreter(), self.program, *self.arguments(order)],
            cwd=order.work,
            env=environment | self.prepare(order),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIME_S,
        )


def _settings(file, value):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(value))


CODEX_CONFIG = """\
model = "{model}"
model_provider = "tollgate"
check_for_update_on_startup = false
[analytics]
enabled = false
[model_providers.tollgate]
name = "Tollgate"
base_url = "{base_url}/v1"
env_key = "TOLLGATE_KEY"
wire_api = "responses"
"""


def _codex(order):
    directory = order.home / ".codex"
    directory.mkdir()
    (directory / "config.toml").write_text(CODEX_CONFIG.format(model=order.model, base_url=order.base_url))
    return {"CODEX_HOME": str(directory), "TOLLGATE_KEY": order.key}


def _claude_code(order):
    return {
        "ANTHROPIC_BASE_URL": order.base_url,
        "ANTHROPIC_AUTH_TOKEN": order.key,
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "DISABLE_AUTOUPDATER": "1",
    }


def _gemini_cli(order):
    _settings(
        order.home / ".gemini/settings.json",
        {
            "security": {"auth": {"selectedType": "gemini-api-key"}},
            "privacy": {"usageStatisticsEnabled": False},
            "telemetry": {"enabled": False},
            "general": {"enableAutoUpdate": False, "enableAutoUpdateNotification": False},
        },
    )
    return {
        "GOOGLE_GEMINI_BASE_URL": order.base_url,
        "GEMINI_API_KEY": order.key,
        "GEMINI_CLI_TRUST_WORKSPACE": "true",
    }


def _opencode(order):
    provider = {
        "npm": "@ai-sdk/openai-compatible",
        "name": "Tollgate",
        "options": {"baseURL": f"{order.base_url}/v1", "apiKey": order.key},
        "models": {order.model: {"name": order.model}},
    }
    _settings(order.work / "opencode.json", {"autoupdate": False, "share": "disabled", "provider": {"tollgate": provider}})
    return {"OPENCODE_DISABLE_MODELS_FETCH": "1", "OPENCODE_DISABLE_LSP_DOWNLOAD": "1"}


def _here_document(file, text):
    return f"cat >'{file}' <<'END'\n{text}END\n"


AGENTS = [
    Agent(
        name="Codex CLI",
        api="responses",
        program=HEAVY / "@openai/codex/bin/codex.js",
        prepare=_codex,
        arguments=lambda order: ["exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", order.task],
        write=lambda file, text: ("exec_command", {"cmd": _here_document(file, text)}),
        run=lambda command: ("exec_command", {"cmd": command}),
    ),
    Agent(
        name="Claude Code",
        api="messages",
        program=HEAVY / "@anthropic-ai/claude-code/cli-wrapper.cjs",
        prepare=_claude_code,
        arguments=lambda order: ["--print", order.task, "--model", order.model, "--allowedTools", "Write,Bash"],
        write=lambda file, text: ("Write", {"file_path": file, "content": text}),
        run=lambda command: ("Bash", {"command": command}),
    ),
    Agent(
        name="gemini-cli",
        api="gemini",
        program=LIGHT / "@google/gemini-cli/bundle/gemini.js",
        prepare=_gemini_cli,
        arguments=lambda order: ["--model", order.model, "--yolo", "--prompt", order.task],
        write=lambda file, text: ("write_file", {"file_path": file, "content": text}),
        run=lambda command: ("run_shell_command", {"command": command}),
        names_session=False,
    ),
    Agent(
        name="opencode",
        api="chat",
        program=HEAVY / "opencode-ai/bin/opencode.exe",  # on every system
        prepare=_opencode,
        arguments=lambda order: ["run", "--model", f"tollgate/{order.model}", order.task],
        write=lambda file, text: ("write", {"filePath": file, "content": text}),
        run=lambda command: ("bash", {"command": command, "description": "Counts"}),
        asides=1,
    ),
]
