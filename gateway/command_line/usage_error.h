// What is wrong with a command line, for people and for scripts.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace tollgate {

// Says so on standard error, with the commands that there are where one is not known; with --json among the words, in
// the form of the client's other failures. Help and versions that were asked for go to standard output. Returns the
// exit code.
int report_usage(const CLI::App& app, const CLI::ParseError& problem, const std::vector<std::string>& words);

}  // namespace tollgate
