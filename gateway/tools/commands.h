// The command lines of the tools: ledger verify | balance | export, backup, restore, import.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "store/status.h"

namespace tollgate {

// Adds the commands to `app`. When one of them was given, `run` is what it does; it is called after parsing.
void add_tool_commands(CLI::App& app, std::function<Status()>& run);

}  // namespace tollgate
