#include "gateway/api/routes.h"

#include <algorithm>
#include <array>

#include "gateway/api/routes/audit.h"
#include "gateway/api/routes/credit.h"
#include "gateway/api/routes/dashboard.h"
#include "gateway/api/routes/gateway.h"
#include "gateway/api/routes/git_claims.h"
#include "gateway/api/routes/inference.h"
#include "gateway/api/routes/invitations.h"
#include "gateway/api/routes/keys.h"
#include "gateway/api/routes/mail.h"
#include "gateway/api/routes/members.h"
#include "gateway/api/routes/operator.h"
#include "gateway/api/routes/organizations.h"
#include "gateway/api/routes/own_key.h"
#include "gateway/api/routes/people.h"
#include "gateway/api/routes/presets.h"
#include "gateway/api/routes/projects.h"
#include "gateway/api/routes/provider_keys.h"
#include "gateway/api/routes/second_factors.h"
#include "gateway/api/routes/sessions.h"
#include "gateway/api/routes/settings.h"
#include "gateway/api/routes/single_sign_on.h"
#include "gateway/api/routes/usage.h"
#include "gateway/chat/inbound.h"

namespace tollgate {
namespace {

using rows::kGet;

template <std::size_t... Counts>
constexpr auto join(const Operation (&... parts)[Counts]) {
    std::array<Operation, (Counts + ...)> all{};
    auto next = all.begin();
    ((next = std::copy(std::begin(parts), std::end(parts), next)), ...);
    return all;
}

constexpr auto kOperations = join(
    rows::kInferenceRoutes, rows::kOwnKeyRoutes, rows::kPeopleRoutes, rows::kSessionsRoutes, rows::kSecondFactorsRoutes,
    rows::kSingleSignOnRoutes, rows::kMailRoutes, rows::kOrganizationsRoutes, rows::kProjectsRoutes,
    rows::kMembersRoutes, rows::kInvitationsRoutes, rows::kKeysRoutes, rows::kProviderKeysRoutes,
    rows::kGitClaimsRoutes, rows::kSettingsRoutes, rows::kPresetsRoutes, rows::kCreditRoutes, rows::kUsageRoutes,
    rows::kAuditRoutes, rows::kOperatorRoutes, rows::kGatewayRoutes, rows::kDashboardRoutes);

constexpr std::size_t count_paths() {
    std::size_t count = 0;
    std::string_view last;
    for (const Operation& operation : kOperations) {
        if (operation.path != last) ++count;
        last = operation.path;
    }
    return count;
}

constexpr std::size_t count_names() {
    std::size_t count = 0;
    for (auto one = kOperations.begin(); one != kOperations.end(); ++one) {
        const auto same = [one](const Operation& other) { return other.name == one->name; };
        if (std::find_if(kOperations.begin(), one, same) == one) ++count;
    }
    return count;
}

constexpr std::size_t kNames = count_names() + 1;  // the first is that of unknown paths
constexpr std::array<std::string_view, kNames> make_names() {
    std::array<std::string_view, kNames> names{kUnknownRoute.name};
    std::size_t count = 1;
    for (const Operation& operation : kOperations) {
        if (std::find(names.begin(), names.begin() + count, operation.name) == names.begin() + count) {
            names[count++] = operation.name;
        }
    }
    return names;
}
constexpr auto kRouteNames = make_names();

constexpr std::array<Route, count_paths()> make_routes() {
    std::array<Route, count_paths()> routes{};
    std::size_t count = 0;
    for (std::size_t begin = 0; begin < std::size(kOperations);) {
        const Operation& first = kOperations[begin];
        std::size_t end = begin + 1;
        while (end < std::size(kOperations) && kOperations[end].path == first.path) ++end;
        const auto number = std::find(kRouteNames.begin(), kRouteNames.end(), first.name) - kRouteNames.begin();
        routes[count++] = {first.path, first.name, static_cast<std::size_t>(number),
                           std::span(kOperations).subspan(begin, end - begin)};
        begin = end;
    }
    return routes;
}
constexpr auto kRoutes = make_routes();

// A path stands once: its rows are together.
constexpr bool paths_are_unique() {
    for (std::size_t i = 0; i < kRoutes.size(); ++i) {
        for (std::size_t j = i + 1; j < kRoutes.size(); ++j) {
            if (kRoutes[i].path == kRoutes[j].path) return false;
        }
    }
    return true;
}
static_assert(paths_are_unique());

constexpr bool is_template(std::string_view path) { return path.find('{') != std::string_view::npos; }

// Paths without parameters by their length: of a request to a model few are compared, and no other one is.
constexpr std::size_t kLongestLiteral = 63;
struct Literals {
    std::array<const Route*, kRoutes.size()> by_length{};
    std::array<std::uint8_t, kLongestLiteral + 2> begin{};  // of each length; the end is the next one's begin
};
constexpr Literals make_literals() {
    Literals literals;
    std::size_t count = 0;
    for (std::size_t length = 0; length <= kLongestLiteral; ++length) {
        literals.begin[length] = static_cast<std::uint8_t>(count);
        for (const Route& route : kRoutes) {
            if (route.path.size() == length && !is_template(route.path)) literals.by_length[count++] = &route;
        }
    }
    literals.begin[kLongestLiteral + 1] = static_cast<std::uint8_t>(count);
    return literals;
}
constexpr Literals kLiterals = make_literals();

// The next segment, taken off the front of a path.
constexpr std::string_view take_segment(std::string_view& path) {
    path.remove_prefix(1);  // the slash
    const std::string_view segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    return segment;
}

constexpr bool is_parameter(std::string_view segment) { return segment.starts_with('{'); }
constexpr bool takes_rest(std::string_view segment) { return segment.ends_with("...}"); }
constexpr std::string_view name_of(std::string_view parameter) {
    return parameter.substr(1, parameter.size() - (takes_rest(parameter) ? 5 : 2));
}

bool matches(std::string_view path_template, std::string_view path) {
    while (!path_template.empty()) {
        if (!path.starts_with('/')) return false;
        const std::string_view wanted = take_segment(path_template);
        if (takes_rest(wanted)) return path.size() > 1;
        const std::string_view segment = take_segment(path);
        if (is_parameter(wanted) ? segment.empty() : segment != wanted) return false;
    }
    return path.empty();
}

}  // namespace

const Operation* Route::find(std::string_view method) const {
    if (method == "HEAD") method = kGet;
    const auto found = std::ranges::find(operations, method, &Operation::method);
    return found == operations.end() ? nullptr : &*found;
}

std::string Route::allow() const {
    if (path == "*") return "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
    std::string methods;
    for (const Operation& operation : operations) {
        methods.append(operation.method).append(", ");
        if (operation.method == kGet) methods += "HEAD, ";
    }
    return methods + "OPTIONS";
}

const Route& find_route(std::string_view path) {
    if (path.size() <= kLongestLiteral) {
        for (std::size_t i = kLiterals.begin[path.size()]; i < kLiterals.begin[path.size() + 1]; ++i) {
            if (kLiterals.by_length[i]->path == path) return *kLiterals.by_length[i];
        }
    }
    for (const Route& route : kRoutes) {
        if (is_template(route.path) && matches(route.path, path)) return route;
    }
    return kUnknownRoute;
}

const Inbound& inbound_of(std::string_view path) {
    constexpr std::string_view kOpenRouter = "/api/v1/", kOpenAi = "/v1/";
    if (path.starts_with("/v1beta/") || path.ends_with("enerateContent") || path.ends_with(":countTokens")) {
        return gemini_inbound();
    }
    const bool openrouter = path.starts_with("/api/v1/");
    const std::string_view rest = path.substr(std::min(path.size(), openrouter ? kOpenRouter.size() : kOpenAi.size()));
    if (rest.starts_with("messages")) return openrouter ? openrouter_messages_inbound() : messages_inbound();
    if (rest.starts_with("responses")) return openrouter ? openrouter_responses_inbound() : responses_inbound();
    return openrouter ? openrouter_inbound() : openai_inbound();
}

std::span<const Route> routes() { return kRoutes; }
std::span<const std::string_view> route_names() { return kRouteNames; }

std::string_view path_value(std::string_view path_template, std::string_view path, std::string_view name) {
    while (!path_template.empty() && !path.empty()) {
        const std::string_view wanted = take_segment(path_template);
        const std::string_view rest = path.substr(1);
        const std::string_view segment = take_segment(path);
        if (is_parameter(wanted) && name_of(wanted) == name) return takes_rest(wanted) ? rest : segment;
    }
    return {};
}

}  // namespace tollgate
