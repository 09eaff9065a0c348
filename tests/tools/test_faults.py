"""docs/faults.md names tests that exist, for every row that was found."""

import importlib.machinery
import importlib.util
import re
import unittest
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
REPORTS = [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 25, 26, 27, 28, 29, 30, 31, 32]
ROWS = {
    *(f"F{number}" for number in REPORTS),
    *(f"S{number}" for number in range(1, 9)),
    *(f"L{number}" for number in range(1, 48)),
    *(f"B{number}" for number in range(1, 21)),
    *(f"R{number}" for number in (1, 2, 3, 4, 5, 6, 8, 9, 10)),
}


def script():
    loader = importlib.machinery.SourceFileLoader("faults", str(TESTS / "faults"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("faults", loader))
    loader.exec_module(module)
    return module


class Faults(unittest.TestCase):
    def setUp(self):
        self.rows = script().rows()

    def test_every_row_is_listed(self):
        self.assertEqual(set(self.rows), ROWS)

    def test_every_test_that_is_named_exists(self):
        for row, tests in self.rows.items():
            for test in tests:
                file, name = test.split("[")[0].split("::")
                with self.subTest(row):
                    source = (TESTS / "integration" / file).read_text()
                    self.assertRegex(source, rf"(?m)^def {name}\(")

    def test_every_attack_that_is_named_exists(self):
        names = {
            name.replace("_", "-")
            for file in (TESTS / "attacks").glob("*.py")
            for name in re.findall(r"(?m)^@attack\(.*\n(?:    .*\n|\)\n)*def (\w+)\(", file.read_text())
        }
        for row, tests in self.rows.items():
            for test in tests:
                if test.startswith("test_attacks.py"):
                    with self.subTest(row):
                        self.assertIn(test.split("[")[1].rstrip("]"), names)


if __name__ == "__main__":
    unittest.main()
