#include "gateway/command_line/usage_error.h"

#include <algorithm>
#include <cstdio>

#include "gateway/command_line/client_session.h"
#include "gateway/command_line/exit_code.h"

namespace tollgate {
namespace {

// The command that the words name so far.
const CLI::App& innermost(const CLI::App& app) {
    const CLI::App* found = &app;
    while (!found->get_subcommands().empty()) found = found->get_subcommands().back();
    return *found;
}

// Of the words the first behind the command that is no option.
std::string word_behind(const CLI::App& app, const CLI::App& command, const std::vector<std::string>& words) {
    auto word = words.begin();
    if (&command != &app) word = std::ranges::find(words, command.get_name());
    if (word != words.end() && &command != &app) ++word;
    return word == words.end() || word->starts_with('-') ? std::string() : *word;
}

std::string what_is_wrong(const CLI::App& app, const CLI::ParseError& problem, const std::vector<std::string>& words) {
    const CLI::App& command = innermost(app);
    const auto known = command.get_subcommands([](const CLI::App* one) { return !one->get_group().empty(); });
    if (known.empty()) return problem.what();
    std::string names;
    for (const CLI::App* one : known) names += (names.empty() ? "" : ", ") + one->get_name();
    const std::string word = word_behind(app, command, words);
    return (word.empty() ? "which command? There are " : "there is no command '" + word + "'; there are ") + names;
}

}  // namespace

int report_usage(const CLI::App& app, const CLI::ParseError& problem, const std::vector<std::string>& words) {
    if (problem.get_exit_code() == 0) return app.exit(problem);
    const std::string wrong = what_is_wrong(app, problem, words);
    if (std::ranges::find(words, "--json") != words.end()) {
        std::fprintf(stderr, "%s\n", own_failure(kWrongUsage, "wrong_usage", wrong).json.c_str());
    } else {
        std::fprintf(stderr, "tollgate: %s\nRun with --help for more information.\n", wrong.c_str());
    }
    return kWrongUsage;
}

}  // namespace tollgate
