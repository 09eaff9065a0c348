"""Debian's Prometheus with the configuration that is shipped, scraping gateways of a test; and what queries name."""

import json
import re
import shutil
import subprocess
import time
import urllib.parse
import urllib.request

import yaml

from support.processes import ROOT

PROMETHEUS = shutil.which("prometheus")
CONFIG = ROOT / "configs/prometheus.yml"
RULES = ROOT / "configs/alerts.yml"
START_TIMEOUT_S = 90
_LISTENING = re.compile(r'msg="Listening on" address=(\S+)')


def config_for(operations):
    """configs/prometheus.yml, every second, of gateways at these addresses."""
    config = yaml.safe_load(CONFIG.read_text())
    config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    config["rule_files"] = [str(CONFIG.parent / name) for name in config["rule_files"]]
    (job,) = config["scrape_configs"]
    job["static_configs"] = [{"targets": ["%s:%d" % address for address in operations]}]
    return config


class Prometheus:
    def __init__(self, directory, operations):
        directory.mkdir()
        (directory / "prometheus.yml").write_text(yaml.safe_dump(config_for(operations)))
        self.log_file = directory / "prometheus.log"
        command = [PROMETHEUS, f"--config.file={directory / 'prometheus.yml'}", "--web.listen-address=127.0.0.1:0"]
        with open(self.log_file, "wb") as log:
            self.process = subprocess.Popen(
                [*command, f"--storage.tsdb.path={directory / 'data'}"], stdout=log, stderr=log
            )
        until = time.monotonic() + START_TIMEOUT_S
        while (found := _LISTENING.search(self.log_file.read_text())) is None:
            assert self.process.poll() is None and time.monotonic() < until, self.log_file.read_text()
            time.sleep(0.05)
        self.url = f"http://{found[1]}"

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def api(self, path, **parameters):
        """The `data` of an answer; an error of Prometheus is an AssertionError with its words."""
        url = f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                said = json.load(answer)
        except urllib.error.HTTPError as error:
            said = json.load(error)
        assert said["status"] == "success", f"{parameters}: {said.get('error')}"
        return said["data"]

    def query(self, expression):
        """What the expression has now: (labels, value) of each series."""
        data = self.api("query", query=expression)
        assert data["resultType"] == "vector", data
        return [(one["metric"], float(one["value"][1])) for one in data["result"]]

    def metric_names(self):
        return set(self.api("label/__name__/values"))


_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
_NOT_NAMES = (
    re.compile(r"\{[^}]*\}"),  # labels
    re.compile(r"\[[^\]]*\]"),  # ranges
    re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)"),
)
_WORD = re.compile(r"(?<![\w.:])[a-zA-Z_:][\w:]*(?!\w)(?!\s*\()")
_KEYWORDS = {"and", "or", "unless", "offset", "bool"}


def names_in(expression):
    """The metrics that an expression of PromQL names."""
    text = _TEXT.sub("", expression)
    for pattern in _NOT_NAMES:
        text = pattern.sub(" ", text)
    return {word for word in _WORD.findall(text) if word not in _KEYWORDS}
