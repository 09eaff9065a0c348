"""Tests that are named after a row of a table of reports: found in the sources, run, and printed as row, result, tests.
A row has a test, or a reason why it has none."""

import re
import subprocess
import sys
import xml.etree.ElementTree
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

TESTS = Path(__file__).resolve().parents[1]
FUNCTION = re.compile(r"^def (test_\w+)\(", re.MULTILINE)
UNIT_TEST = re.compile(r"^TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\s*\)", re.MULTILINE)


@dataclass(frozen=True)
class Table:
    """Rows 1 to `last`. The patterns match the beginning of a test's name, up to the last row that it names."""

    last: int
    functions: re.Pattern  # of the integration tests
    unit_tests: re.Pattern | None = None  # of the gateway's
    without: dict = field(default_factory=dict)  # row: why it has no test

    def rows(self):
        return range(1, self.last + 1)

    def tests(self):
        """By row, the tests that name it: `test_file.py::test_name` or `Suite.Name`."""
        found = defaultdict(list)
        for file in sorted((TESTS / "integration").glob("test_*.py")):
            for name in FUNCTION.findall(file.read_text()):
                for row in _rows_in(self.functions, name):
                    found[row].append(f"{file.name}::{name}")
        for file in sorted((TESTS / "unit/gateway").rglob("*.cc")) if self.unit_tests else ():
            for suite, name in UNIT_TEST.findall(file.read_text()):
                for row in _rows_in(self.unit_tests, name):
                    found[row].append(f"{suite}.{name}")
        return dict(found)


def _rows_in(pattern, name):
    beginning = pattern.match(name)
    return [int(number) for number in re.findall(r"\d+", beginning[0])] if beginning else []


def _kind(case):
    tags = {child.tag for child in case}
    if tags & {"failure", "error"}:
        return "missed"
    return "skipped" if "skipped" in tags or case.get("status") == "notrun" else "holds"


def _cases(command, report, **options):
    """The cases of a run that writes its report in JUnit's form; none, if it could not even begin."""
    subprocess.run(command, check=False, **options)
    return xml.etree.ElementTree.parse(report).iter("testcase") if report.exists() else ()


def outcomes(tests, gtest_binary=None):
    """By test, what became of all its cases. What did not run is not there."""
    found = defaultdict(set)
    functions = sorted(f"integration/{test}" for test in tests if "::" in test)
    units = sorted(test for test in tests if "::" not in test)
    with TemporaryDirectory() as directory:
        report = Path(directory) / "pytest.xml"
        if functions:
            command = [sys.executable, "-m", "pytest", "-q", f"--junit-xml={report}", "-p", "no:cacheprovider"]
            for case in _cases([*command, *functions], report, cwd=TESTS):
                file = case.get("classname").split(".")[-1] + ".py"
                found[f"{file}::{case.get('name').split('[')[0]}"].add(_kind(case))
        report = Path(directory) / "gtest.xml"
        if units:
            command = [gtest_binary, "--gtest_brief=1", f"--gtest_output=xml:{report}"]
            for case in _cases([*command, f"--gtest_filter={':'.join(units)}"], report):
                found[f"{case.get('classname')}.{case.get('name')}"].add(_kind(case))
    return found


def show(table, wanted=(), label="", gtest_binary=None):
    """Runs the tests of the wanted rows, or of all, and prints the table. The number of rows that do not hold."""
    tests, wanted = table.tests(), list(wanted) or table.rows()
    found = outcomes({test for row in wanted for test in tests.get(row, [])}, gtest_binary)
    missed = 0
    for row in wanted:
        if row in tests:
            seen = set().union(*(found.get(test, {"missed"}) for test in tests[row]))
            outcome, text = next(kind for kind in ("missed", "skipped", "holds") if kind in seen), " ".join(tests[row])
        else:
            outcome, text = "no test" if row in table.without else "MISSING", table.without.get(row, "")
        missed += outcome in ("missed", "MISSING")
        print(f"{label + str(row):>3}  {outcome:8} {text}")
    print(f"{missed} of {len(wanted)} rows missed")
    return missed
