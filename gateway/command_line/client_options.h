// The client's commands as CLI11 parses them: a subcommand for each group, one below it for each operation.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace tollgate {

// Adds the commands to `app`. When one of them was given, `run` is what it does; it is called after parsing, and
// returns the exit code.
void add_client_commands(CLI::App& app, std::function<int()>& run);

// `completion bash|zsh|fish`, which prints a script for that shell, and what the script asks.
void add_completion_commands(CLI::App& app, std::function<int()>& run);

}  // namespace tollgate
