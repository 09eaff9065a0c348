"""Reads Prometheus' text format."""

import re

_SAMPLE = re.compile(r"^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)(?: \d+)?$")
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


class Metrics:
    """`samples` maps (name, frozenset of labels) to a number; `types` maps a family to its type."""

    def __init__(self, text):
        self.text = text
        self.samples = {}
        self.types = {}
        for line in text.splitlines():
            if line.startswith("# TYPE "):
                _, _, name, kind = line.split(" ")
                self.types[name] = kind
            elif line and not line.startswith("#"):
                found = _SAMPLE.match(line)
                assert found, f"not a sample: {line!r}"
                name, labels, value = found.groups()
                series = name, frozenset(_LABEL.findall(labels or ""))
                assert series not in self.samples, f"told twice: {line!r}"  # Prometheus would keep one
                self.samples[series] = float(value)

    def sum(self, name, **labels):
        """The sum over all series of `name` that carry these labels; 0 if there is none."""
        wanted = set(labels.items())
        return sum(value for (sample, have), value in self.samples.items() if sample == name and wanted <= have)

    def has(self, name):
        return any(sample == name for sample, _ in self.samples)

    def labels(self, name):
        """All label sets of `name`, as dictionaries."""
        return [dict(have) for sample, have in self.samples if sample == name]
