#include "gateway/routing/described_provider.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "gateway/chat/dialect/chat/quirk_names.h"
#include "gateway/config/provider_section.h"

namespace tollgate {
namespace {

constexpr std::array<std::pair<std::string_view, ProviderDialect>, 5> kDialects = {
    {{"chat", ProviderDialect::chat},
     {"messages", ProviderDialect::messages},
     {"responses", ProviderDialect::responses},
     {"gemini", ProviderDialect::gemini},
     {"converse", ProviderDialect::converse}}};
constexpr std::array<std::pair<std::string_view, ProviderAuth>, 6> kAuths = {
    {{"bearer", ProviderAuth::bearer},
     {"x-api-key", ProviderAuth::x_api_key},
     {"api-key", ProviderAuth::api_key},
     {"x-goog-api-key", ProviderAuth::x_goog_api_key},
     {"sigv4", ProviderAuth::sigv4},
     {"google", ProviderAuth::google}}};

// The catalogue's reader knows the same words.
template <class Value, std::size_t Count>
Value named(const std::array<std::pair<std::string_view, Value>, Count>& known, std::string_view word) {
    return std::ranges::find(known, word, [](const auto& entry) { return entry.first; })->second;
}

void fill_region(std::string& base_url, const std::string& region) {
    constexpr std::string_view kRegion = "{region}";
    if (region.empty()) return;
    for (auto at = base_url.find(kRegion); at != std::string::npos; at = base_url.find(kRegion)) {
        base_url.replace(at, kRegion.size(), region);
    }
}

Status wrong(const ProviderConfig& provider, const std::string& what) {
    return {StatusCode::invalid, "provider " + provider.name + ": " + what};
}

Status add_quirks(ProviderConfig& provider, const ProviderFacts& facts) {
    for (const std::string& quirk : facts.quirks) {
        if (!quirk_named(quirk)) return wrong(provider, "the catalogue's quirk '" + quirk + "' is not known");
        provider.quirks.push_back(quirk);
    }
    return {};
}

}  // namespace

Status describe_provider(ProviderConfig& provider, const ProviderFacts& facts) {
    std::string base_url = facts.base_url;
    fill_region(base_url, provider.aws_region);
    if (const auto open = base_url.find('{'); open != std::string::npos) {
        const std::string missing = base_url.substr(open, base_url.find('}', open) + 1 - open);
        const bool is_amazons = missing == "{region}" && facts.dialect == "converse";
        return wrong(provider, "needs " + std::string(is_amazons ? "aws_region" : "base_url, as " + facts.base_url));
    }
    provider.base_url = std::move(base_url);
    provider.dialect = named(kDialects, facts.dialect);
    if (provider.auth == ProviderAuth::of_dialect) provider.auth = named(kAuths, facts.auth);
    if (provider.auth == ProviderAuth::sigv4 && !provider.has_key()) {
        return wrong(provider, "api_key must be id:secret, as auth is sigv4");
    }
    if (const std::string what = wrong_with_keys(provider); !what.empty()) {
        return wrong(provider, what);
    }
    if (facts.max_completion_tokens) provider.output_bound_parameter = OutputBoundParameter::max_completion_tokens;
    if (!facts.abort_stops_billing) provider.abort_stops_billing = false;
    if (!facts.reasoning_in_completion) provider.reasoning_in_completion = false;
    return add_quirks(provider, facts);
}

Status describe_providers(Config& config, const PriceList& catalogue) {
    for (ProviderConfig& provider : config.providers) {
        const ProviderFacts* const facts = catalogue.provider(provider.name);
        const bool has_address = !provider.base_url.empty();
        if (facts == nullptr && has_address) continue;
        if (facts == nullptr) {
            return {StatusCode::invalid,
                    "provider " + provider.name + " needs base_url: the catalogue does not describe it"};
        }
        Status status = has_address ? add_quirks(provider, *facts) : describe_provider(provider, *facts);
        if (!status.ok()) return status;
    }
    return {};
}

}  // namespace tollgate
