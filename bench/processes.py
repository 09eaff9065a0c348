"""What the measuring programs share: the sample upstream, a proxy of compare.toml and the load generator, as processes."""

import http.client
import json
import os
import socket
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_TIMEOUT_S = 60  # under valgrind too
STOP_TIMEOUT_S = 20
TICK_S = 1 / os.sysconf("SC_CLK_TCK")


class BenchError(Exception):
    """Ends the run with one line."""


def free_address():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return "127.0.0.1:%d" % probe.getsockname()[1]


def fill(text, values):
    """Puts values into {placeholders}; other braces stay, so that templates may be of any language."""
    for name, value in values.items():
        text = text.replace("{" + name + "}", str(value))
    return text


def stat_fields(pid):
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return text.rsplit(")", 1)[1].split()  # the name may hold spaces; field 3 (state) is the first here


def process_tree(root_pid):
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (fields := stat_fields(entry)):
            children.setdefault(int(fields[1]), []).append(int(entry))
    tree, pending = [], [root_pid]
    while pending:
        pid = pending.pop()
        tree.append(pid)
        pending += children.get(pid, [])
    return tree


def cpu_seconds(root_pid):
    """User and system time of the tree so far, with that of children it has waited for."""
    ticks = 0
    for pid in process_tree(root_pid):
        if fields := stat_fields(pid):
            ticks += sum(int(value) for value in fields[11:15])
    return ticks * TICK_S


def memory_kib(root_pid, field):
    total = 0
    for pid in process_tree(root_pid):
        try:
            for line in Path(f"/proc/{pid}/status").read_text().splitlines():
                if line.startswith(field + ":"):
                    total += int(line.split()[1])
        except (FileNotFoundError, ProcessLookupError):
            pass
    return total


def stop(process):
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def run_command(command, what):
    result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if result.returncode != 0:
        raise BenchError(f"{what} failed: {' '.join(command)}: {(result.stderr or result.stdout).strip()[-500:]}")
    return result.stdout


class Upstream:
    def __init__(self, build, threads):
        command = [build / "sample_upstream", "--listen", "127.0.0.1:0", "--record", "0", "--threads", str(threads)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if "listening on" not in line:
            self.stop()
            raise BenchError("the sample upstream did not start")
        self.address = line.split()[-1]

    def stop(self):
        stop(self.process)
        self.process.stdout.close()


class Proxy:
    """One proxy, started and ready for load; `under` is the command of a program that it runs under."""

    def __init__(self, name, config, build, workers, upstream, work, under=()):
        self.name = name
        self.config = config
        self.work = work
        work.mkdir()
        listen = free_address()
        host, port = listen.rsplit(":", 1)
        self.values = {"root": ROOT, "build": build, "work": work, "listen": listen, "host": host, "port": port,
                       "ops_listen": free_address(), "upstream": upstream.address, "workers": workers}
        for target, source in config.get("template", {}).items():
            (work / target).write_text(fill((ROOT / source).read_text(), self.values))
        for command in config.get("prepare", []):
            output = run_command(self.filled(command), f"preparing {name}")
            if output.lstrip().startswith("{"):
                self.values |= json.loads(output)
        own = {key: fill(value, self.values) for key, value in config.get("environment", {}).items()}
        self.log = open(work / "output.log", "wb")
        try:
            self.process = subprocess.Popen([*under, *self.filled(config["start"])], env=os.environ | own,
                                            stdout=self.log, stderr=subprocess.STDOUT)
        except OSError as error:
            raise BenchError(f"{name} does not start: {error}") from None
        try:
            self.await_ready(host, int(port))
            for call in config.get("calls", []):
                self.call(call)
        except BaseException:
            self.stop()
            raise
        time.sleep(0.5)
        self.idle_kib = memory_kib(self.process.pid, "VmRSS")

    def filled(self, command):
        return [fill(word, self.values) for word in command]

    def last_output(self):
        return Path(self.log.name).read_text(errors="replace").strip()[-500:]

    def await_ready(self, host, port):
        deadline = time.monotonic() + START_TIMEOUT_S
        while True:
            if self.process.poll() is not None:
                raise BenchError(f"{self.name} ended with {self.process.returncode}: {self.last_output()}")
            try:
                socket.create_connection((host, port), timeout=1).close()
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise BenchError(f"{self.name} does not listen on {host}:{port}: {self.last_output()}") from None
                time.sleep(0.02)

    def call(self, call):
        connection = http.client.HTTPConnection(self.values["listen"], timeout=10)
        headers = {"Content-Type": "application/json"}
        if "authorization" in call:
            headers["Authorization"] = fill(call["authorization"], self.values)
        path = fill(call["path"], self.values)
        connection.request(call.get("method", "POST"), path, json.dumps(call["body"]), headers)
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
        connection.close()
        if answer.status >= 300:
            raise BenchError(f"{self.name}: {path} was answered {answer.status}: {text[:300]}")

    def version(self):
        if "version" not in self.config:
            return ""
        result = subprocess.run(self.filled(self.config["version"]), capture_output=True, text=True, timeout=10)
        return (result.stdout or result.stderr).strip().splitlines()[0]

    def stop(self):
        stop(self.process)
        self.log.close()


def load_command(build, scenario, address, model, api_key, amount):
    """`amount` says how much or how long: options of the load generator."""
    command = [str(build / "load_generator"), "--json", "--url", f"http://{address}/v1/chat/completions",
               "--connections", str(scenario["connections"]), *amount,
               "--body-bytes", str(scenario.get("body_bytes", 1024)), "--model", model]
    if api_key:
        command += ["--api-key", api_key]
    if scenario.get("stream"):
        command.append("--stream")
    if script := scenario.get("sample_script"):
        command += ["--sample-script", script]
    return command


def run_load(command, what):
    result = subprocess.run(command, capture_output=True, text=True)
    try:
        report = json.loads(result.stdout)
    except json.JSONDecodeError:
        raise BenchError(f"{what}: the load generator failed: {result.stderr.strip()}") from None
    if report["errors"] or not report["completed"]:
        raise BenchError(f"{what}: {report['completed']} correct answers, and these errors: {report['errors']}")
    return report
