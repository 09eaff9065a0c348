"""Every row of the tables of reports has a test that names it, or a reason; nothing is run."""

import importlib.machinery
import importlib.util
import sys
import unittest
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS))


def table_of(name):
    loader = importlib.machinery.SourceFileLoader(name, str(TESTS / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module.TABLE


class NamedRows(unittest.TestCase):
    def test_every_row_has_a_test_or_a_reason(self):
        for name in ("rows", "dialect_rows"):
            table = table_of(name)
            tests = table.tests()
            for row in table.rows():
                with self.subTest(table=name, row=row):
                    self.assertNotEqual(row in tests, row in table.without, "one of both")

    def test_every_row_that_is_named_exists(self):
        for name in ("rows", "dialect_rows"):
            table = table_of(name)
            with self.subTest(table=name):
                self.assertLessEqual(set(table.tests()) | set(table.without), set(table.rows()))

    def test_a_test_may_name_several_rows(self):
        tests = table_of("dialect_rows").tests()
        both = "test_dialect_routes.py::test_d61_d62_azure_deployments_are_found_by_path_and_version"
        self.assertIn(both, tests[61])
        self.assertIn(both, tests[62])
        for row in (11, 14):
            self.assertIn("ChatAnswer.D11D14CallsEndAnAnswerWhateverItsReasonSays", tests[row])
        self.assertIn("CacheKeyTest.D75_EveryMemberThatMayDecideTheAnswerMakesAnotherKey", tests[75])


if __name__ == "__main__":
    unittest.main()
