#include "gateway/api/routes.h"

#include <algorithm>
#include <array>

#include "gateway/api/activity.h"
#include "gateway/api/all_usage.h"
#include "gateway/api/analytics.h"
#include "gateway/api/audit.h"
#include "gateway/api/credits.h"
#include "gateway/api/generation.h"
#include "gateway/api/inference.h"
#include "gateway/api/keys.h"
#include "gateway/api/limits.h"
#include "gateway/api/models.h"
#include "gateway/api/openapi.h"
#include "gateway/api/organizations.h"
#include "gateway/api/policies.h"
#include "gateway/api/transactions.h"
#include "gateway/chat/inbound.h"

namespace tollgate {
namespace {

using enum Guard::Kind;
using enum Permission;
using enum RunsOn;

constexpr std::string_view kGet = "GET", kPost = "POST", kPut = "PUT", kPatch = "PATCH", kDelete = "DELETE",
                           kOptions = "OPTIONS";

// Rows of one path stand together.
// clang-format off
constexpr Operation kOperations[] = {
    // --- Models
    {kPost, "/v1/chat/completions", "chat", infer, exchange, {},
     "Answer a chat", {.body = &kChatBody, .answer = &kModelAnswer, .api = ApiType::chat}},
    {kPost, "/api/v1/chat/completions", "chat", infer, exchange, {},
     "Answer a chat", {.body = &kChatBody, .answer = &kModelAnswer, .api = ApiType::chat}},
    {kPost, "/v1/completions", "completions", infer, exchange, {},
     "Complete a text", {.body = &kCompletionBody, .answer = &kModelAnswer, .api = ApiType::completions}},
    {kPost, "/api/v1/completions", "completions", infer, exchange, {},
     "Complete a text", {.body = &kCompletionBody, .answer = &kModelAnswer, .api = ApiType::completions}},
    {kPost, "/v1/embeddings", "embeddings", infer, exchange, {},
     "Embed texts", {.body = &kEmbeddingsBody, .answer = &kModelAnswer, .api = ApiType::embeddings}},
    {kPost, "/api/v1/embeddings", "embeddings", infer, exchange, {},
     "Embed texts", {.body = &kEmbeddingsBody, .answer = &kModelAnswer, .api = ApiType::embeddings}},
    {kGet, "/v1/models", "models", any_key, worker, {list_models},
     "List the models that can be called", {.answer = &kOpenAiModelList}},
    {kGet, "/api/v1/models", "models", any_key, worker, {list_models},
     "List the models that can be called", {.query = &kModelsQuery, .answer = &kOpenRouterModelList}},
    {kGet, "/api/v1/models/user", "models", any_key, worker, {list_models},
     "List the models that can be called", {.query = &kModelsQuery, .answer = &kOpenRouterModelList}},
    {kGet, "/api/v1/models/count", "model_count", any_key, worker, {count_models},
     "Count the models that can be called", {.answer = &kModelCountData}},
    {kGet, "/v1/models/{model...}", "model", any_key, worker, {show_model},
     "Show a model", {.answer = &kOpenAiModel}},
    {kGet, "/api/v1/models/{model...}", "model", any_key, worker, {show_model},
     "Show a model", {.answer = &kOpenRouterModelData}},
    {kGet, "/api/v1/model/{model...}", "model", any_key, worker, {show_model},
     "Show a model", {.answer = &kOpenRouterModelData}},

    // --- What a key may know of itself
    {kGet, "/api/v1/key", "key", see_own_key, readers, {show_own_key},
     "Show the calling key", {.answer = &kOwnKeyData}},
    {kGet, "/api/v1/auth/key", "key", see_own_key, readers, {show_own_key},
     "Show the calling key", {.answer = &kOwnKeyData}},
    {kGet, "/api/v1/credits", "credits", see_own_key, worker, {show_own_credits},
     "Show the credit of the calling key's organization", {.answer = &kOwnCreditsData}},
    {kGet, "/api/v1/generation", "generation", see_own_key, readers, {show_generation},
     "Show a finished request", {.query = &kGenerationQuery, .answer = &kGenerationData}},
    {kGet, "/api/v1/activity", "activity", see_activity, readers, {show_daily_activity},
     "List usage by day, model and provider", {.query = &kDailyActivityQuery, .answer = &kDailyActivity}},

    // --- Organizations
    {kGet, "/api/organizations", "organizations", manage_organizations, readers, {list_organizations},
     "List organizations", {.query = &kPageQuery, .answer = &kOrganizationPage}},
    {kPost, "/api/organizations", "organizations",
     manage_organizations, accounts, {create_organization, "organization.create"},
     "Create an organization with its default project",
     {.body = &kNewOrganization, .answer = &kOrganization, .status = 201}},
    {kGet, "/api/organizations/{organization}", "organization", see_settings, readers, {show_organization},
     "Show an organization", {.answer = &kOrganization}},
    {kGet, "/api/organizations/{organization}/projects", "projects", see_settings, readers, {list_projects},
     "List projects", {.query = &kPageQuery, .answer = &kProjectPage}},
    {kPost, "/api/organizations/{organization}/projects", "projects",
     manage_projects, accounts, {create_project, "project.create"},
     "Create a project", {.body = &kNewProject, .answer = &kProject, .status = 201}},
    {kGet, "/api/organizations/{organization}/keys", "keys", see_settings, readers, {list_keys},
     "List API keys", {.query = &kPageQuery, .answer = &kKeyPage}},
    {kPost, "/api/organizations/{organization}/keys", "keys", manage_keys, accounts, {create_key, "key.create"},
     "Create an API key; its plaintext is shown once",
     {.body = &kNewKeyBody, .answer = &kNewKeyAnswer, .status = 201}},
    {kGet, "/api/organizations/{organization}/keys/{key}", "organization_key", see_settings, readers, {show_key},
     "Show an API key", {.answer = &kKeyData}},
    {kPatch, "/api/organizations/{organization}/keys/{key}", "organization_key",
     manage_keys, accounts, {update_key, "key.update"},
     "Change an API key", {.body = &kKeyChangeBody, .answer = &kKeyData}},
    {kDelete, "/api/organizations/{organization}/keys/{key}", "organization_key",
     manage_keys, accounts, {delete_key, "key.delete"},
     "Delete an API key", {.answer = &kDeleted}},

    // --- What an organization's requests obey
    {kGet, "/api/organizations/{organization}/llm", "llm", see_settings, readers, {show_llm},
     "Show the LLM default", {.answer = &kLlm}},
    {kPut, "/api/organizations/{organization}/llm", "llm", manage_settings, accounts, {set_llm, "llm.update"},
     "Set the LLM default", {.body = &kLlmBody, .answer = &kLlm}},
    {kGet, "/api/organizations/{organization}/retention", "retention", see_settings, readers, {show_retention},
     "Show how long usage detail is kept", {.answer = &kRetention}},
    {kPut, "/api/organizations/{organization}/retention", "retention",
     manage_settings, accounts, {set_retention, "retention.update"},
     "Set how long usage detail is kept", {.body = &kRetentionBody, .answer = &kRetention}},
    {kGet, "/api/organizations/{organization}/credit_policy", "credit_policy",
     see_settings, readers, {show_credit_policy},
     "Show what becomes of streams when credit runs out", {.answer = &kCreditPolicy}},
    {kPut, "/api/organizations/{organization}/credit_policy", "credit_policy",
     manage_settings, accounts, {set_credit_policy, "credit_policy.update"},
     "Set what becomes of streams when credit runs out", {.body = &kCreditPolicyBody, .answer = &kCreditPolicy}},
    {kGet, "/api/organizations/{organization}/limits", "organization_limits", see_settings, readers, {show_limits},
     "Show the organization's limits", {.answer = &kLimits}},
    {kPut, "/api/organizations/{organization}/limits", "organization_limits",
     manage_limits, accounts, {set_limits, "limits.update"},
     "Replace the organization's limits", {.body = &kLimitsBody, .answer = &kLimits}},
    {kPatch, "/api/organizations/{organization}/limits", "organization_limits",
     manage_limits, accounts, {change_limits, "limits.update"},
     "Change some of the organization's limits", {.body = &kLimitsChange, .answer = &kLimits}},
    {kGet, "/api/organizations/{organization}/projects/{project}/limits", "project_limits",
     see_settings, readers, {show_limits},
     "Show a project's limits", {.answer = &kLimits}},
    {kPut, "/api/organizations/{organization}/projects/{project}/limits", "project_limits",
     manage_limits, accounts, {set_limits, "limits.update"},
     "Replace a project's limits", {.body = &kLimitsBody, .answer = &kLimits}},
    {kPatch, "/api/organizations/{organization}/projects/{project}/limits", "project_limits",
     manage_limits, accounts, {change_limits, "limits.update"},
     "Change some of a project's limits", {.body = &kLimitsChange, .answer = &kLimits}},
    {kGet, "/api/organizations/{organization}/members/{member}/limits", "member_limits",
     see_settings, readers, {show_limits},
     "Show a member's limits", {.answer = &kLimits}},
    {kPut, "/api/organizations/{organization}/members/{member}/limits", "member_limits",
     manage_limits, accounts, {set_limits, "limits.update"},
     "Replace a member's limits", {.body = &kLimitsBody, .answer = &kLimits}},
    {kPatch, "/api/organizations/{organization}/members/{member}/limits", "member_limits",
     manage_limits, accounts, {change_limits, "limits.update"},
     "Change some of a member's limits", {.body = &kLimitsChange, .answer = &kLimits}},
    {kGet, "/api/organizations/{organization}/keys/{key}/limits", "key_limits", see_settings, readers, {show_limits},
     "Show a key's limits", {.answer = &kLimits}},
    {kPut, "/api/organizations/{organization}/keys/{key}/limits", "key_limits",
     manage_limits, accounts, {set_limits, "limits.update"},
     "Replace a key's limits", {.body = &kLimitsBody, .answer = &kLimits}},
    {kPatch, "/api/organizations/{organization}/keys/{key}/limits", "key_limits",
     manage_limits, accounts, {change_limits, "limits.update"},
     "Change some of a key's limits", {.body = &kLimitsChange, .answer = &kLimits}},

    // --- Credit
    {kGet, "/api/organizations/{organization}/credits", "organization_credits", see_billing, readers, {show_credits},
     "Show the balance", {.answer = &kCredits}},
    {kPost, "/api/organizations/{organization}/credits", "organization_credits", move_credit, accounts, {add_credit},
     "Grant credit", {.body = &kGrantBody, .answer = &kBooked, .status = 201}},
    {kGet, "/api/organizations/{organization}/credit-lots", "credit_lots", see_billing, readers, {list_lots},
     "List credit that is not used up, in the order of its use", {.query = &kPageQuery, .answer = &kLotList}},
    {kPost, "/api/organizations/{organization}/purchases", "purchases", move_credit, accounts, {begin_purchase},
     "Begin a purchase of credit", {.body = &kAmountBody, .answer = &kBooked, .status = 201}},
    {kPost, "/api/organizations/{organization}/purchases/{purchase}/confirm", "purchase_confirm",
     move_credit, accounts, {confirm_purchase},
     "Confirm a pending purchase", {.body = &kNoteBody, .answer = &kBooked, .status = 201, .body_optional = true}},
    {kPost, "/api/organizations/{organization}/purchases/{purchase}/cancel", "purchase_cancel",
     move_credit, accounts, {cancel_purchase},
     "Cancel a pending purchase", {.body = &kNoteBody, .answer = &kBooked, .status = 201, .body_optional = true}},
    {kPost, "/api/organizations/{organization}/refunds", "refunds", move_credit, accounts, {refund},
     "Refund a request or a purchase", {.body = &kRefundBody, .answer = &kBooked, .status = 201}},
    {kPost, "/api/organizations/{organization}/transfers", "transfers", move_credit, accounts, {transfer},
     "Transfer purchased credit to another organization",
     {.body = &kTransferBody, .answer = &kBooked, .status = 201}},
    {kPost, "/api/organizations/{organization}/adjustments", "adjustments", move_credit, accounts, {adjust},
     "Adjust the balance", {.body = &kAdjustmentBody, .answer = &kBooked, .status = 201}},
    {kPost, "/api/organizations/{organization}/chargebacks", "chargebacks", move_credit, accounts, {charge_back},
     "Book a charge-back of a purchase", {.body = &kChargeBackBody, .answer = &kBooked, .status = 201}},
    {kGet, "/api/organizations/{organization}/transactions", "transactions",
     see_billing, readers, {list_transactions},
     "List what moved the balance, the newest first", {.query = &kTransactionsQuery, .answer = &kTransactionPage}},

    // --- Usage
    {kGet, "/api/organizations/{organization}/activity", "organization_activity",
     see_activity, readers, {list_activity},
     "List requests, the newest first", {.query = &kActivityQuery, .answer = &kActivityPage, .csv = true}},
    {kGet, "/api/organizations/{organization}/analytics", "analytics", see_activity, readers, {show_analytics},
     "Sum usage over time and by dimensions", {.query = &kAnalyticsQuery, .answer = &kAnalytics, .csv = true}},
    {kGet, "/api/usage", "usage", manage_organizations, readers, {list_usage_by_organization},
     "Sum what each organization used", {.query = &kAllUsageQuery, .answer = &kAllUsage, .csv = true}},
    {kGet, "/api/credits", "all_credits", manage_organizations, readers, {show_all_credits},
     "Sum the credit of all organizations", {.answer = &kAllCredits}},
    {kGet, "/api/organizations/{organization}/audit", "audit", see_audit, readers, {list_audit},
     "List who changed what, the newest first", {.query = &kAuditQuery, .answer = &kAuditPage}},

    {kGet, "/api/audit", "instance_audit", manage_organizations, readers, {list_instance_audit},
     "List who changed what of the instance, the newest first", {.query = &kAuditQuery, .answer = &kAuditPage}},

    // --- The gateway
    {kGet, "/", "root", open, worker, {show_gateway},
     "Show the gateway's version", {.answer = &kGateway}},
    {kGet, "/api/openapi.json", "openapi", open, worker, {show_openapi},
     "This document", {.answer = &kOpenApiDocument}},
    {kOptions, "*", "options", open, worker, {},
     "What the gateway as a whole allows"},
};
// clang-format on

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
    for (const Operation* one = std::begin(kOperations); one != std::end(kOperations); ++one) {
        const auto same = [one](const Operation& other) { return other.name == one->name; };
        if (std::find_if(std::begin(kOperations), one, same) == one) ++count;
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
    return path.starts_with("/api/v1/") ? openrouter_inbound() : openai_inbound();
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
