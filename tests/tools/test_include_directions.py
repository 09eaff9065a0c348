"""tools/include_directions on a copy of the tree, as it is and with includes planted that it must find."""

import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT / "tools" / "include_directions"


class IncludeDirections(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls._directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls._directory.cleanup)
        cls.root = Path(cls._directory.name)
        for folder in ("accounting", "gateway", "store"):
            shutil.copytree(ROOT / folder, cls.root / folder)
        subprocess.run(["git", "init", "--quiet", cls.root], check=True)

    def check(self):
        done = subprocess.run(
            [sys.executable, TOOL, "--root", self.root], capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout

    def planted(self, name, line):
        """What the check says with the line as the second of the file."""
        file = self.root / name
        before = file.read_text()
        first, rest = before.split("\n", 1)
        file.write_text(f"{first}\n{line}\n{rest}")
        try:
            return self.check()
        finally:
            file.write_text(before)

    def test_the_tree_passes(self):
        status, output = self.check()
        self.assertEqual(status, 0, output)

    def test_an_include_that_points_upwards_is_found(self):
        for name, line in (
            ("store/journal.h", '#include "accounting/money/money.h"'),
            ("accounting/credit/credit.h", '#include "accounting/ledger/ledger.h"'),
            ("gateway/wire/stream.h", '#include "gateway/chat/dialect/openai_request.h"'),
            ("gateway/exchange/held_request.h", '#include "gateway/worker.h"'),
            ("gateway/config/config.h", '  #  include  "gateway/routing/provider.h"'),
        ):
            with self.subTest(name):
                status, output = self.planted(name, line)
                self.assertEqual(status, 1)
                self.assertIn(f"{name}:2: ", output)

    def test_a_library_that_is_not_for_all_is_found(self):
        for name, line in (
            ("accounting/ledger/ledger.cc", "#include <rocksdb/db.h>"),
            ("store/journal.cc", "#include <rocksdb/db.h>"),
            ("gateway/server.cc", "#include <spdlog/spdlog.h>"),
            ("gateway/chat/dialect/openai_request.h", "#include <boost/asio/post.hpp>"),
        ):
            with self.subTest(name):
                status, output = self.planted(name, line)
                self.assertEqual(status, 1)
                self.assertIn(f"{name}:2: ", output)

    def test_a_folder_that_is_not_there_is_found(self):
        status, output = self.planted("gateway/server.cc", '#include "bench/sample_upstream/server.h"')
        self.assertEqual(status, 1)
        self.assertIn("gateway/server.cc:2: bench/sample_upstream/server.h", output)


if __name__ == "__main__":
    unittest.main()
