"""What tools/pages finds in a small tree made for it."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PAGES = Path(__file__).resolve().parents[2] / "tools" / "pages"


class Pages(unittest.TestCase):
    def setUp(self):
        self._directory = tempfile.TemporaryDirectory()
        self.addCleanup(self._directory.cleanup)
        self.root = Path(self._directory.name)
        subprocess.run(["git", "init", "--quiet", self.root], check=True)
        self.write("gateway/server.cc", "int main() {}\n")

    def write(self, name, text):
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_text(text)

    def check(self, text, *options):
        self.write("README.md", text)
        done = subprocess.run(
            [sys.executable, PAGES, "--root", self.root, "--check", *options], capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout

    def test_a_plain_page_passes(self):
        status, output = self.check("# Start\n\nSee [start](#start) and `gateway/server.cc`. It is short.\n")
        self.assertEqual((status, "has 4 words" in output), (0, True), output)

    def test_a_long_sentence_fails_and_is_named_with_its_line(self):
        status, output = self.check("# Start\n\nShort.\n" + "Word " * 36 + "\n")
        self.assertEqual(status, 1)
        self.assertIn("36 README.md:4: Word", output)

    def test_a_sentence_ends_with_its_list_item(self):
        self.assertEqual(self.check("".join(f"- {'word ' * 20}\n" for _ in range(3)))[0], 0)

    def test_a_wide_cell_fails(self):
        status, output = self.check(f"| a | b |\n|---|---|\n| one | {'word ' * 41}|\n")
        self.assertEqual(status, 1)
        self.assertIn("41 README.md:3", output)

    def test_the_limits_are_options(self):
        self.assertEqual(self.check("One two three four.\n", "--most-sentence", "3")[0], 1)
        self.assertEqual(self.check("| a b c d |\n", "--most-cell", "3")[0], 1)

    def test_text_in_backquotes_and_blocks_of_commands_are_no_words(self):
        self.assertEqual(self.check(f"`{'word ' * 50}`\n\n    {'word ' * 50}\n\n```\n{'word ' * 50}\n```\n")[0], 0)

    def test_a_file_that_is_not_in_the_tree_fails_wherever_it_is_named(self):
        for text in ("`gateway/gone.cc`", "gone.cc does it", "[x](docs/gone.md)", "    gateway/gone --now", "`gateway/{server,gone}.cc`"):
            with self.subTest(text):
                status, output = self.check(text + "\n")
                self.assertEqual((status, "gone" in output), (1, True), output)

    def test_a_link_to_a_heading_that_is_not_there_fails(self):
        status, output = self.check("# Start\n\n[there](#stop)\n")
        self.assertEqual(status, 1)
        self.assertIn("no heading #stop", output)

    def test_routes_and_addresses_are_no_files(self):
        self.assertEqual(self.check("`/v1/chat/completions`, https://example.com/x.md, `build/release/tollgate`\n")[0], 0)

    def test_a_page_that_a_source_names_is_in_the_tree(self):
        self.write("gateway/server.cc", "// see notes.md\n")
        status, output = self.check("Short.\n")
        self.assertEqual(status, 1)
        self.assertIn("gateway/server.cc:1: notes.md is not in the tree", output)


if __name__ == "__main__":
    unittest.main()
