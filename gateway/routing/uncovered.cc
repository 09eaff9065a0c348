#include "gateway/routing/uncovered.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "gateway/text/ascii.h"

namespace tollgate {
namespace {

bool has(const std::vector<std::string>& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

constexpr std::string_view kFlex = "flex";

// Whoever wants flex where the model has a price for it is not charged the ordinary one.
bool covers_tier(const CatalogueEndpoint& endpoint, const PaidExtras& extras) {
    const std::vector<std::string>& tiers = endpoint.endpoint->service_tiers;
    if (!extras.service_tier.empty()) return has(tiers, extras.service_tier);
    if (extras.wants_flex && endpoint.model_has_flex) return has(tiers, kFlex);
    return tiers.empty();
}

// The name without its maker, in lower case.
std::string bare(std::string_view name) {
    return ascii_lower(std::string(name.substr(name.rfind('/') + 1)));  // npos + 1 is 0
}

// Letters to be changed, added or removed to make one of the other.
std::size_t edits_between(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), 0);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row[b.size()];
}

constexpr std::size_t kMostComparedBytes = 64;

// The smaller the nearer; 1,000: they have nothing in common.
std::size_t distance(const std::string& asked, const std::string& known) {
    constexpr std::size_t kFar = 1000, kLeastCommonBytes = 3;
    if (asked.size() > kMostComparedBytes || known.size() > kMostComparedBytes) return kFar;
    const bool prefix = asked.starts_with(known) || known.starts_with(asked);
    if (prefix && std::min(asked.size(), known.size()) >= kLeastCommonBytes) {
        return std::max(asked.size(), known.size()) - std::min(asked.size(), known.size());
    }
    const std::size_t edits = edits_between(asked, known);
    return edits <= std::max<std::size_t>(2, asked.size() / 4) ? edits : kFar;
}

std::vector<std::string> similar(const Catalogue& catalogue, std::string_view name, const MayKnow& may_know) {
    constexpr std::size_t kFar = 1000, kMostNamed = 3;
    std::vector<std::pair<std::size_t, std::string>> found;
    const std::string asked = bare(name);
    for (const Model* const model : catalogue.models()) {
        const std::size_t far = distance(asked, bare(model->id));
        if (far < kFar && may_know(*model)) found.emplace_back(far, model->id);
    }
    std::ranges::sort(found);
    if (found.size() > kMostNamed) found.resize(kMostNamed);
    std::vector<std::string> names;
    names.reserve(found.size());
    for (auto& [far, id] : found) names.push_back("'" + id + "'");
    return names;
}

}  // namespace

bool covers(const CatalogueEndpoint& endpoint, const PaidExtras& extras) {
    const Endpoint& listed = *endpoint.endpoint;
    if (is_at_own_server(endpoint)) return true;
    if (extras.none()) return covers_tier(endpoint, extras);
    return covers_tier(endpoint, extras) &&
           std::ranges::all_of(extras.server_tools,
                               [&](const auto& tool) { return has(listed.server_tools, tool.name); }) &&
           std::ranges::all_of(extras.outputs,
                               [&](const auto& output) { return has(endpoint.model->output_modalities, output); });
}

std::optional<Medium> untaken_medium(const Model& model, MediaSet media) {
    if (media.empty()) return std::nullopt;
    for (std::size_t i = 0; i < kMediumNames.size(); ++i) {
        const auto medium = static_cast<Medium>(i);
        const auto names = [medium](const std::string& one) { return one == to_string(medium); };
        if (media.has(medium) && std::ranges::none_of(model.input_modalities, names)) return medium;
    }
    return std::nullopt;
}

Error untaken_error(const Model& model, Medium medium, std::string_view field) {
    const std::string name(to_string(medium));
    return {ErrorKind::no_allowed_provider,
            "the model '" + model.id + "' takes no " + name +
                " input; GET /v1/models says what each takes, and the operator can add '" + name +
                "' to the model's input_modalities in the price list",
            std::string(field)};
}

Error uncovered_error(std::span<const CatalogueEndpoint> endpoints, const PaidExtras& extras) {
    const Model& model = *endpoints.front().model;
    const auto refuse = [&model](const std::string& what, std::string field, const std::string& remedy) {
        return Error{ErrorKind::invalid_request,
                     what + " has no price for the model '" + model.id + "' here; the operator can add " + remedy +
                         " to the price list",
                     std::move(field)};
    };
    const auto some = [&endpoints](const auto& passes) { return std::ranges::any_of(endpoints, passes); };
    for (const std::string& output : extras.outputs) {
        if (has(model.output_modalities, output)) continue;
        return refuse("output '" + output + "'", "modalities", "it to the model's output_modalities");
    }
    for (const auto& [tool, field] : extras.server_tools) {
        if (some([&](const CatalogueEndpoint& one) { return has(one.endpoint->server_tools, tool); })) continue;
        return refuse("the provider's tool '" + tool + "'", std::string(field),
                      "an endpoint with server_tools: [" + tool + "]");
    }
    const bool ordinary = extras.service_tier.empty();
    const std::string_view left_out = extras.wants_flex ? kFlex : "default";
    const std::string tier = ordinary ? std::string(left_out) : extras.service_tier;
    const std::string field(ordinary ? "service_tier" : extras.tier_field);
    return refuse(field + " '" + tier + "'", field, "an endpoint with service_tiers: [" + tier + "] and its prices");
}

std::string not_found_message(const Catalogue& catalogue, std::string_view name, const MayKnow& may_know) {
    std::string message = "the model '" + std::string(name) + "' does not exist here";
    if (const Model* const listed = catalogue.prices().find(name)) {
        return message + ": its provider '" + listed->endpoints.front().provider + "' is not configured";
    }
    const auto names = similar(catalogue, name, may_know);
    for (std::size_t i = 0; i < names.size(); ++i) message += (i == 0 ? "; similar: " : ", ") + names[i];
    return message + ". GET /v1/models lists what can be called; the operator adds models to the price list";
}

}  // namespace tollgate
