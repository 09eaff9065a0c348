// Completion in shells: a script asks the program itself what may follow, so that it never is out of date.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/command_line/client_options.h"
#include "gateway/command_line/exit_code.h"

namespace tollgate {
namespace {

constexpr auto kAsk = "complete-words";  // the hidden command that the scripts call

// Each gives the words up to the cursor, the one that is being typed last.
constexpr std::string_view kBash = R"(_tollgate() {
    local IFS=$'\n'
    COMPREPLY=($(tollgate complete-words -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _tollgate tollgate
)";
constexpr std::string_view kZsh = R"(#compdef tollgate
_tollgate() {
    local -a found
    found=("${(@f)$(tollgate complete-words -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    [[ -n "$found" ]] && compadd -- $found || _files
}
compdef _tollgate tollgate
)";
constexpr std::string_view kFish = R"(function __tollgate_complete
    set -l typed (commandline -opc) (commandline -ct)
    tollgate complete-words -- $typed[2..-1] 2>/dev/null
end
complete -c tollgate -f -a '(__tollgate_complete)'
)";

// Values of an option whose type names them: "daily|weekly|monthly".
std::vector<std::string> choices_of(const CLI::Option& option) {
    std::vector<std::string> choices;
    const std::string type = option.get_type_name();
    std::string_view names = type;
    if (names.find('|') == std::string_view::npos) return choices;
    while (!names.empty()) {
        const std::string_view word = names.substr(0, names.find('|'));
        names.remove_prefix(std::min(names.size(), word.size() + 1));
        const bool is_kind = std::ranges::all_of(word, [](char c) { return c >= 'A' && c <= 'Z'; });
        if (!is_kind) choices.emplace_back(word);
    }
    return choices;
}

bool takes_value(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

const CLI::App* subcommand_of(const CLI::App& app, const std::string& word) {
    for (const CLI::App* const one : app.get_subcommands({})) {
        if (one->get_name() == word) return one;
    }
    return nullptr;
}

std::vector<std::string> words_after(const CLI::App& app) {
    std::vector<std::string> words;
    for (const CLI::App* const one : app.get_subcommands({})) {
        if (!one->get_name().empty() && one->get_name() != kAsk) words.push_back(one->get_name());
    }
    for (const CLI::Option* const option : app.get_options({})) {
        for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
    }
    return words;
}

// What may stand in the last word's place.
std::vector<std::string> candidates(const CLI::App& root, const std::vector<std::string>& typed) {
    const CLI::App* app = &root;
    const CLI::Option* awaiting = nullptr;  // its value is the next word
    for (std::size_t i = 0; i + 1 < typed.size(); ++i) {
        if (awaiting != nullptr) {
            awaiting = nullptr;
        } else if (typed[i].starts_with('-')) {
            const CLI::Option* const option = app->get_option_no_throw(typed[i]);
            if (option != nullptr && takes_value(*option)) awaiting = option;
        } else if (const CLI::App* const below = subcommand_of(*app, typed[i])) {
            app = below;
        }
    }
    std::vector<std::string> words = awaiting != nullptr ? choices_of(*awaiting) : words_after(*app);
    const std::string last = typed.empty() ? std::string() : typed.back();
    std::erase_if(words, [&](const std::string& word) {
        return !word.starts_with(last) || (word.starts_with('-') && !last.starts_with('-'));
    });
    return words;
}

}  // namespace

void add_completion_commands(CLI::App& app, std::function<int()>& run) {
    CLI::App* const completion = app.add_subcommand("completion", "Print a script that completes commands in a shell");
    completion->require_subcommand(1);
    for (const auto& [shell, script] : {std::pair("bash", kBash), std::pair("zsh", kZsh), std::pair("fish", kFish)}) {
        CLI::App* const one = completion->add_subcommand(shell, std::string("For ") + shell);
        one->callback([text = script, &run] {
            run = [text] {
                std::fwrite(text.data(), 1, text.size(), stdout);
                return static_cast<int>(kDone);
            };
        });
    }
    CLI::App* const ask = app.add_subcommand(kAsk, "")->group("");
    const auto typed = std::make_shared<std::vector<std::string>>();
    ask->add_option("words", *typed, "");
    ask->callback([typed, &app, &run] {
        run = [&app, typed] {
            for (const std::string& word : candidates(app, *typed)) std::printf("%s\n", word.c_str());
            return static_cast<int>(kDone);
        };
    });
}

}  // namespace tollgate
