#include "gateway/command_line/client_command.h"

#include <algorithm>
#include <array>

#include "gateway/api/routes.h"
#include "gateway/api/schema.h"
#include "gateway/command_line/usual_columns.h"

namespace tollgate {
namespace {

constexpr std::string_view kOfApi = "/api/";
constexpr std::string_view kOfOpenRouter = "/api/v1/";
constexpr std::string_view kOfOrganization = "/api/organizations/{organization}/";

// What people call otherwise than the rule below would.
struct Named {
    std::string_view method, path, group, verb;
};
constexpr Named kNamed[] = {
    {"GET", "/api/openapi.json", "openapi", "show"},
    {"GET", "/api/version", "gateway", "show"},
    {"GET", "/api/me", "me", "show"},
    {"GET", "/api/organizations/{organization}/me", "org", "show-me"},
    {"POST", "/api/organizations/{organization}/credits", "credits", "grant"},
    {"GET", "/api/organizations/{organization}/credit-lots", "credits", "lots"},
    {"POST", "/api/organizations/{organization}/refunds", "credits", "refund"},
    {"POST", "/api/organizations/{organization}/transfers", "credits", "transfer"},
    {"POST", "/api/organizations/{organization}/adjustments", "credits", "adjust"},
    {"POST", "/api/organizations/{organization}/chargebacks", "credits", "charge-back"},
    {"GET", "/api/organizations/{organization}/transactions", "credits", "transactions"},
    {"POST", "/api/organizations/{organization}/members", "member", "add"},
    {"DELETE", "/api/organizations/{organization}/members/{member}", "member", "remove"},
    {"GET", "/api/organizations/{organization}/analytics", "analytics", "show"},
    {"GET", "/api/organizations/{organization}/members/count", "member", "count"},
    {"GET", "/api/organizations/{organization}/members/financial", "member", "finances"},
    {"POST", "/api/organizations/{organization}/projects/{project}/default", "project", "make-default"},
    {"POST", "/api/organizations/{organization}/git-claims/candidates", "git-claim", "candidates"},
    {"DELETE", "/api/organizations/{organization}/git-claims/{claim}", "git-claim", "release"},
    {"DELETE", "/api/organizations/{organization}/invitations/{invitation}", "invitation", "revoke"},
    {"POST", "/api/invitations/lookup", "invitation", "read"},
    {"POST", "/api/verifications/lookup", "verification", "show"},
    {"DELETE", "/api/vouchers/{voucher}", "voucher", "void"},
    {"GET", "/api/v1/key", "openrouter", "show-own-key"},
    {"POST", "/api/me/verification", "me", "send-verification"},
};

bool is_plural(std::string_view noun) { return noun.ends_with('s') && !noun.ends_with("ss"); }

std::string singular(std::string_view noun) {
    constexpr std::array<std::string_view, 3> kAlwaysPlural = {"credits", "limits", "analytics"};
    if (noun == "organizations") return "org";
    const bool stays = !is_plural(noun) || std::ranges::find(kAlwaysPlural, noun) != kAlwaysPlural.end();
    return std::string(stays ? noun : noun.substr(0, noun.size() - 1));
}

// The words of a path without its parameters: {"keys", "limits"}.
std::vector<std::string_view> nouns_of(std::string_view path) {
    std::vector<std::string_view> nouns;
    while (!path.empty()) {
        const std::string_view segment = path.substr(0, path.find('/'));
        path.remove_prefix(std::min(path.size(), segment.size() + 1));
        if (!segment.starts_with('{')) nouns.push_back(segment);
    }
    return nouns;
}

bool lists(const Operation& operation) { return !operation.path.ends_with('}') && item_of(operation) != nullptr; }

std::string verb_of(const Operation& operation) {
    if (operation.method == "GET") return lists(operation) ? "list" : "show";
    if (operation.method == "POST") return "create";
    if (operation.method == "PUT") return "set";
    return operation.method == "PATCH" ? "update" : "delete";
}

// An organization has one of it: a document that is set or changed.
bool is_setting(std::string_view path) {
    if (path.ends_with('}')) return false;
    const Route& route = find_route(path);
    return route.known() && (route.find("PUT") != nullptr || route.find("PATCH") != nullptr);
}

// The same is there of one organization: "GET /api/audit" is about all that "…/{organization}/audit" is about one of.
bool is_of_all(const Operation& operation) {
    const std::string of_one = std::string(kOfOrganization) + std::string(operation.path.substr(kOfApi.size()));
    const Route& route = find_route(of_one);
    return route.known() && route.path == of_one && route.find(operation.method) != nullptr;
}

std::string with_dashes(std::string text) {
    std::ranges::replace(text, '_', '-');
    return text;
}

// What is posted to a word that is not plural is an act, and the word is its verb, unless it is what a list is called.
bool is_act(const Operation& operation, std::string_view noun) {
    if (operation.method != "POST" || operation.path.ends_with('}') || is_plural(noun)) return false;
    const Operation* const read = find_route(operation.path).find("GET");
    return read == nullptr || !lists(*read);
}

// "POST /api/organizations/{organization}/keys/{key}/limits" is of the group "key", and its verb ends with "limits".
ClientCommand by_rule(const Operation& operation) {
    ClientCommand command{.operation = &operation, .group = {}, .verb = {}};
    std::string_view path = operation.path;
    const bool of_organization = path.starts_with(kOfOrganization);
    path.remove_prefix(of_organization ? kOfOrganization.size() : kOfApi.size());
    auto nouns = nouns_of(path);
    const bool acts = is_act(operation, nouns.back());
    if (nouns.front() == "v1") {
        command.group = "openrouter";
        nouns.erase(nouns.begin());
    } else if (of_organization && nouns.size() == 1 && (acts || is_setting(operation.path))) {
        command.group = "org";
    } else {
        command.group = with_dashes(singular(nouns.front()));
        nouns.erase(nouns.begin());
    }
    command.verb = acts && !nouns.empty() ? std::string(nouns.back()) : verb_of(operation);
    if (acts && !nouns.empty()) nouns.pop_back();
    for (const std::string_view noun : nouns) {
        const bool stays = noun == nouns.back() && (lists(operation) || is_setting(operation.path));
        command.verb.append("-").append(stays ? std::string(noun) : singular(noun));
    }
    if (!of_organization && is_of_all(operation)) command.verb += "-all";
    command.verb = with_dashes(std::move(command.verb));
    return command;
}

ClientCommand command_of(const Operation& operation) {
    for (const Named& named : kNamed) {
        if (named.method == operation.method && named.path == operation.path) {
            return {.operation = &operation, .group = std::string(named.group), .verb = std::string(named.verb)};
        }
    }
    return by_rule(operation);
}

// Nobody does it with a key.
bool is_of_pages(const Operation& operation) {
    return operation.guard.kind == Guard::Kind::page || operation.guard.session_only ||
           operation.runs_on == RunsOn::passwords || operation.runs_on == RunsOn::identity_providers;
}

bool is_managed(const Operation& operation) {
    const bool answers = operation.handler.read != nullptr || operation.handler.mutate != nullptr;
    return operation.path.starts_with(kOfApi) && operation.runs_on != RunsOn::exchange && answers &&
           !is_of_pages(operation);
}

// The same under another path.
bool repeats(const Operation& one, const Operation& other) {
    return one.method == other.method && one.handler.read == other.handler.read &&
           one.handler.mutate == other.handler.mutate && path_parameters(one.path) == path_parameters(other.path);
}

std::vector<ClientCommand> make_commands() {
    std::vector<ClientCommand> commands;
    for (const Route& route : routes()) {
        for (const Operation& operation : route.operations) {
            const auto earlier = [&](const ClientCommand& other) { return repeats(*other.operation, operation); };
            if (!is_managed(operation) || std::ranges::any_of(commands, earlier)) continue;
            commands.push_back(command_of(operation));
        }
    }
    std::ranges::sort(commands, {}, [](const ClientCommand& command) {
        return std::pair(std::string_view(command.group), command.operation);  // they stand in one array
    });
    return commands;
}

}  // namespace

const std::vector<ClientCommand>& client_commands() {
    static const std::vector<ClientCommand> commands = make_commands();
    return commands;
}

bool changes(const Operation& operation) {
    return operation.runs_on == RunsOn::accounts || operation.handler.mutate != nullptr;
}

bool is_of_own_organization(const Operation& operation) { return operation.path.starts_with(kOfOpenRouter); }

std::vector<std::string_view> path_parameters(std::string_view path) {
    std::vector<std::string_view> names;
    for (auto begin = path.find('{'); begin != std::string_view::npos; begin = path.find('{', begin + 1)) {
        std::string_view name = path.substr(begin + 1, path.find('}', begin) - begin - 1);
        if (name.ends_with("...")) name.remove_suffix(3);
        names.push_back(name);
    }
    return names;
}

}  // namespace tollgate
