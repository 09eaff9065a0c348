#include "gateway/command_line/client_options.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <ranges>

#include "gateway/command_line/client.h"
#include "gateway/command_line/client_call.h"
#include "gateway/command_line/client_command.h"
#include "gateway/command_line/list_pages.h"
#include "gateway/command_line/usual_columns.h"

namespace tollgate {
namespace {

constexpr std::size_t kMostBodyBytes = std::size_t{16} << 20;

// What was given. One command of all is parsed, so that they share it.
struct Given {
    ClientSettings settings;
    std::string body_file;
    std::string organization;  // as a word of its own
    std::map<std::string, std::string> path;
};

constexpr std::pair<std::string_view, std::string_view> kGroupNotes[] = {
    {"activity", "An organization's requests, one by one"},
    {"allowance", "Credit that is given anew in each window"},
    {"analytics", "An organization's usage in sums"},
    {"audit", "Who changed what"},
    {"credit-request", "Requests for credit"},
    {"credits", "Credit, and what moved it"},
    {"gateway", "The gateway itself"},
    {"git-claim", "Git organizations whose requests an organization pays"},
    {"invitation", "Invitations to organizations"},
    {"key", "API keys"},
    {"me", "The person who calls: profile and personal tokens"},
    {"member", "Members of an organization"},
    {"openapi", "The API as a document"},
    {"openrouter", "What OpenRouter's clients read"},
    {"org", "Organizations and their settings"},
    {"project", "Projects of an organization"},
    {"purchase", "Purchases of credit"},
    {"usage", "Usage of all organizations"},
    {"user", "Users of the gateway"},
    {"voucher", "Vouchers"},
};

std::string note_of_group(const std::string& group) {
    for (const auto& [name, words] : kGroupNotes) {
        if (name == group) return std::string(words);
    }
    std::string note = group;
    std::ranges::replace(note, '-', ' ');
    note.front() = static_cast<char>(std::toupper(note.front()));
    return note;
}

void add_server_options(CLI::App& command, ClientSettings& settings) {
    command.add_option("--url", settings.url, "The gateway (TOLLGATE_URL)")->type_name("URL");
    command
        .add_option("--token-file", settings.token_file, "File with the token; - is standard input (TOLLGATE_TOKEN)")
        ->type_name("FILE");
    command.add_option("--credentials", settings.credentials_file, "What login wrote (TOLLGATE_CREDENTIALS)")
        ->type_name("FILE");
    command.add_option("--ca-file", settings.ca_file, "Certificates to trust (TOLLGATE_CA_FILE)")->type_name("FILE");
    command.add_flag("--json", settings.as_json, "The API's answers and errors as they are");
}

void add_common_options(CLI::App& command, const Operation& operation, Given& given) {
    ClientSettings& settings = given.settings;
    const Contract& contract = operation.contract;
    add_server_options(command, settings);
    if (operation.names_organization() || is_of_own_organization(operation)) {
        command.add_option("--org", settings.organization, "Organization: id or slug (TOLLGATE_ORG)")->type_name("ORG");
    }
    if (contract.answer != nullptr) {
        const std::string_view usual = usual_columns_of(operation);
        std::string about = "What to show, with commas";
        if (!usual.empty()) about.append("; all: every column. If absent: ").append(usual);
        command.add_option("--columns", settings.columns, about)
            ->delimiter(',')
            ->allow_extra_args(false)
            ->type_name("NAME,...");
    }
    if (ListPages::has_pages(operation)) {
        command.add_flag("--all", settings.all_pages, "All of the list, in pages of --limit");
    }
    if (contract.body != nullptr) {
        command.add_option("--body", given.body_file, "The whole body as JSON; - is standard input")->type_name("FILE");
    }
    if (operation.method == "DELETE") command.add_flag("--yes,-y", settings.yes, "Do not ask");
    if (!changes(operation)) return;
    command.add_option("--idempotency-key", settings.idempotency_key, "In place of a new one")->type_name("TEXT");
    if (operation.method != "POST") {
        command.add_option("--if-match", settings.if_match, "The ETag that it must have still")->type_name("TEXT");
    }
}

// The words of a command are the parameters of its path. The organization is one where the command is about it alone.
void add_path_parameters(CLI::App& command, const ClientCommand& of, Given& given) {
    const auto names = path_parameters(of.operation->path);
    for (const std::string_view name : names) {
        const bool is_organization = name == "organization";
        if (is_organization && names.size() > 1) continue;
        if (is_organization && of.group != "org") continue;
        std::string& value = is_organization ? given.organization : given.path[std::string(name)];
        std::string shown(name);
        for (char& c : shown) c = static_cast<char>(std::toupper(c));
        CLI::Option* const option = command.add_option(std::string(name), value)->type_name(shown);
        const bool by_address = name == "member" || name == "user";
        if (by_address) option->description("Id or e-mail address");
        if (name == "project") option->description("Id or name");
        if (is_organization) option->description("Id or slug; else --org");
        if (!is_organization) option->required();
    }
}

void add_field_option(CLI::App& command, const FieldOption& field) {
    std::string about(field.field->about);
    if (field.field->is_required) about = about.empty() ? "Needed" : "Needed. " + about;
    CLI::Option* const option =
        command.add_option("--" + field.name, CLI::callback_t([](const CLI::results_t&) { return true; }), about);
    option->type_name(value_name(*field.field));
    option->take_last();
    if (repeats(*field.field)) option->take_all()->description(about + (about.empty() ? "" : ". ") + "May be repeated");
}

std::string read_body(const std::string& path) {
    std::ifstream file;
    if (path != "-") {
        file.open(path, std::ios::binary);
        if (!file) throw CLI::ValidationError("--body", "cannot read " + path);
    }
    std::istream& in = path == "-" ? std::cin : file;
    std::string text(std::istreambuf_iterator<char>(in), {});
    if (text.size() > kMostBodyBytes) throw CLI::ValidationError("--body", path + " is too large");
    return text;
}

GivenValues collect(const CLI::App& command, const Operation& operation, const Given& given) {
    GivenValues values;
    for (const std::string_view name : path_parameters(operation.path)) {
        const auto found = given.path.find(std::string(name));
        if (found != given.path.end()) values.path[found->first] = found->second;
    }
    for (const FieldOption& field : field_options(operation)) {
        const CLI::Option* const option = command.get_option_no_throw("--" + field.name);
        if (option != nullptr && option->count() > 0) values.fields[field.name] = option->results();
    }
    if (!given.body_file.empty()) values.body = read_body(given.body_file);
    return values;
}

// The usual columns of the command's list, unless all are asked for.
void choose_columns(const Operation& operation, ClientSettings& settings) {
    const bool all = settings.columns == std::vector<std::string>{"all"};
    if (all) settings.columns.clear();
    const std::string_view names = all ? std::string_view() : usual_columns_of(operation);
    for (const auto name : std::views::split(names, ',')) settings.usual.emplace_back(std::string_view(name));
}

// An organization that is named twice must be the same.
void take_organization_word(Given& given) {
    std::string& named = given.settings.organization;
    if (given.organization.empty()) return;
    if (!named.empty() && named != given.organization) {
        throw CLI::ValidationError("--org", "which organization, " + given.organization + " or " + named + "?");
    }
    named = given.organization;
}

void add_command(CLI::App& group, const ClientCommand& of, const std::shared_ptr<Given>& given,
                 std::function<int()>& run) {
    const Operation& operation = *of.operation;
    CLI::App* const command = group.add_subcommand(of.verb, std::string(operation.summary));
    command->footer(std::string(operation.method) + " " + std::string(operation.path));
    add_path_parameters(*command, of, *given);
    for (const FieldOption& field : field_options(operation)) add_field_option(*command, field);
    add_common_options(*command, operation, *given);
    command->callback([command, &operation, given, &run] {
        take_organization_word(*given);
        GivenValues values = collect(*command, operation, *given);
        choose_columns(operation, given->settings);
        run = [&operation, given, values = std::move(values)] {
            return run_client(operation, values, given->settings);
        };
    });
}

void add_login(CLI::App& app, const std::shared_ptr<Given>& given, std::function<int()>& run) {
    CLI::App* const login =
        app.add_subcommand("login", "Store the gateway's address and a token, read from standard input");
    add_server_options(*login, given->settings);
    login->add_option("--org", given->settings.organization, "Organization that commands are about")->type_name("ORG");
    login->callback([given, &run] { run = [given] { return log_in(given->settings); }; });
    CLI::App* const logout = app.add_subcommand("logout", "Delete what login stored");
    add_server_options(*logout, given->settings);
    logout->callback([given, &run] { run = [given] { return log_out(given->settings); }; });
}

}  // namespace

void add_client_commands(CLI::App& app, std::function<int()>& run) {
    const auto given = std::make_shared<Given>();
    CLI::App* group = nullptr;
    for (const ClientCommand& command : client_commands()) {
        if (group == nullptr || group->get_name() != command.group) {
            group = app.add_subcommand(command.group, note_of_group(command.group));
            group->require_subcommand(1)->group("Client of a running gateway");
        }
        add_command(*group, command, given, run);
    }
    add_login(app, given, run);
}

}  // namespace tollgate
