#include "gateway/catalogue/catalogue_changes.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <set>

#include "gateway/catalogue/catalogue_words.h"
#include "gateway/catalogue/catalogue_writer.h"

namespace tollgate {
namespace {

// One thing that a file can say of a subject.
struct Fact {
    std::string name, value;
    std::optional<std::int64_t> price;
};
using Facts = std::vector<Fact>;

std::string joined(const std::vector<std::string>& values) {
    std::string out;
    for (const std::string& value : values) out.append(out.empty() ? "" : ", ").append(value);
    return out;
}

std::string number(std::int64_t value) { return value == 0 ? std::string() : std::to_string(value); }
std::string flag(bool value) { return value ? "true" : "false"; }

void add_prices(const std::string& prefix, const Prices& prices, Facts& facts) {
    constexpr std::int64_t kPicoPerMillionth = 1'000'000;  // per_request is pico-USD of one request
    static constexpr std::array<std::pair<const char*, std::int64_t Prices::*>, 5> kPerToken = {
        {{"prompt", &Prices::prompt},
         {"completion", &Prices::completion},
         {"cache_read", &Prices::cache_read},
         {"cache_write", &Prices::cache_write},
         {"cache_write_1h", &Prices::cache_write_1h}}};
    for (const auto& [name, member] : kPerToken) {
        facts.push_back({prefix + name, price_per_million(prices.*member), prices.*member});
    }
    facts.push_back(
        {prefix + "per_request", price_per_million(prices.per_request / kPicoPerMillionth), prices.per_request});
}

std::string data_text(const DataPolicy& data) {
    return "collects " + flag(data.collects) + ", zero_retention " + flag(data.zero_retention) +
           (data.retention_days ? ", retention_days " + std::to_string(*data.retention_days) : "");
}

Facts facts_of(const Endpoint& endpoint) {
    Facts facts;
    add_prices("", endpoint.prices, facts);
    if (endpoint.provider_prices) add_prices("provider_prices ", *endpoint.provider_prices, facts);
    for (const PriceTier& tier : endpoint.tiers) {
        add_prices("above " + std::to_string(tier.above_prompt_tokens) + " ", tier.prices, facts);
    }
    const std::pair<const char*, std::string> kTexts[] = {
        {"provider", endpoint.provider},
        {"model", endpoint.upstream_model},
        {"dialect", endpoint.dialect},
        {"region", endpoint.region},
        {"quantization", endpoint.quantization},
        {"service_tiers", joined(endpoint.service_tiers)},
        {"server_tools", joined(endpoint.server_tools)},
        {"context_length", number(endpoint.context_length)},
        {"max_prompt_tokens", number(endpoint.max_prompt_tokens)},
        {"max_completion_tokens", number(endpoint.max_completion_tokens)},
        {"supported_parameters", joined(endpoint.supported_parameters)},
        {"data", endpoint.data ? data_text(*endpoint.data) : ""},
        {"source", endpoint.source.name.empty() ? "" : endpoint.source.name + ", " + endpoint.source.date}};
    for (const auto& [name, value] : kTexts) facts.push_back({name, value, std::nullopt});
    return facts;
}

std::string reasoning_text(const Model& model) {
    const auto* const kind = std::ranges::find(catalogue_words::kReasoningKinds, model.reasoning.kind,
                                               [](const auto& known) { return known.second; });
    if (!model.may_reason) return "false";
    return std::string(kind->first) + (model.reasoning.efforts.empty() ? "" : ": " + joined(model.reasoning.efforts)) +
           (model.reasoning.default_effort.empty() ? "" : ", default " + model.reasoning.default_effort) +
           (model.reasoning.mandatory ? ", mandatory" : "");
}

Facts facts_of(const Model& model) {
    return {{"name", model.name, {}},
            {"aliases", joined(model.aliases), {}},
            {"created", number(model.created), {}},
            {"knowledge_cutoff", model.knowledge_cutoff, {}},
            {"expires", model.expires, {}},
            {"embeddings", flag(model.embeddings), {}},
            {"serves", joined(model.serves), {}},
            {"reasoning", reasoning_text(model), {}},
            {"prefill", flag(model.prefill), {}},
            {"input_modalities", model.input_is_listed ? joined(model.input_modalities) : "", {}},
            {"output_modalities", joined(model.output_modalities), {}}};
}

Facts facts_of(const ProviderFacts& provider) {
    return {{"name", provider.name, {}},
            {"dialect", provider.dialect, {}},
            {"base_url", provider.base_url, {}},
            {"auth", provider.auth, {}},
            {"data", data_text(provider.data), {}},
            {"headquarters", provider.headquarters, {}},
            {"datacenters", joined(provider.datacenters), {}},
            {"privacy_policy_url", provider.privacy_policy_url, {}},
            {"terms_of_service_url", provider.terms_of_service_url, {}},
            {"status_page_url", provider.status_page_url, {}},
            {"quirks", joined(provider.quirks), {}},
            {"max_completion_tokens", flag(provider.max_completion_tokens), {}},
            {"abort_stops_billing", flag(provider.abort_stops_billing), {}},
            {"reasoning_in_completion", flag(provider.reasoning_in_completion), {}}};
}

// "+25 %", with one decimal where it is not whole.
std::string percent(std::int64_t before, std::int64_t after) {
    constexpr std::int64_t kPerMille = 1000, kTenths = 10;
    if (before == 0 || before == after) return {};
    const auto change = static_cast<__int128>(after) - before;
    const auto rounded = static_cast<std::int64_t>((change * kPerMille * 2 + (change < 0 ? -before : before)) /
                                                   (static_cast<__int128>(before) * 2));
    const std::int64_t size = rounded < 0 ? -rounded : rounded;
    std::string text = (after < before ? "-" : "+") + std::to_string(size / kTenths);
    if (size % kTenths != 0) text += "." + std::to_string(size % kTenths);
    return text + " %";
}

std::vector<FieldChange> changed_fields(const Facts& before, const Facts& after) {
    std::vector<FieldChange> fields;
    const auto find = [](const Facts& facts, const std::string& name) {
        const auto found = std::ranges::find(facts, name, &Fact::name);
        return found == facts.end() ? nullptr : &*found;
    };
    for (const Fact& fact : after) {
        const Fact* const old = find(before, fact.name);
        const std::string was = old == nullptr ? "" : old->value;
        if (was == fact.value) continue;
        const bool priced = old != nullptr && old->price && fact.price;
        fields.push_back({fact.name, was, fact.value, priced ? percent(*old->price, *fact.price) : ""});
    }
    for (const Fact& fact : before) {
        if (find(after, fact.name) == nullptr) fields.push_back({fact.name, fact.value, "", ""});
    }
    return fields;
}

using Kind = CatalogueChange::Kind;
using Subject = CatalogueChange::Subject;

// Appends what differs between two of a name, of which one may be missing.
template <class Thing>
void compare(Subject subject, const std::string& name, const Thing* before, const Thing* after,
             std::vector<CatalogueChange>& changes) {
    const Kind kind = before == nullptr ? Kind::added : after == nullptr ? Kind::removed : Kind::changed;
    CatalogueChange change{.kind = kind, .subject = subject, .name = name, .fields = {}};
    if (after != nullptr)
        change.fields = changed_fields(before == nullptr ? Facts() : facts_of(*before), facts_of(*after));
    if (kind != Kind::changed || !change.fields.empty()) changes.push_back(std::move(change));
}

template <class Thing>
std::map<std::string, const Thing*> by_name(const std::vector<Thing>& things, std::string Thing::* name) {
    std::map<std::string, const Thing*> named;
    for (const Thing& thing : things) named[thing.*name] = &thing;
    return named;
}

// Calls `see(name, before or null, after or null)` for each name that either has.
template <class Thing, class See>
void each_pair(const std::vector<Thing>& before, const std::vector<Thing>& after, std::string Thing::* name, See see) {
    const auto old = by_name(before, name), now = by_name(after, name);
    std::set<std::string> names;
    for (const auto& [one, thing] : old) names.insert(one);
    for (const auto& [one, thing] : now) names.insert(one);
    for (const std::string& one : names) {
        const auto was = old.find(one), is = now.find(one);
        see(one, was == old.end() ? nullptr : was->second, is == now.end() ? nullptr : is->second);
    }
}

}  // namespace

std::vector<CatalogueChange> catalogue_changes(const PriceList& before, const PriceList& after) {
    std::vector<CatalogueChange> changes;
    each_pair(before.providers(), after.providers(), &ProviderFacts::slug,
              [&](const std::string& slug, const ProviderFacts* old, const ProviderFacts* now) {
                  compare(Subject::provider, slug, old, now, changes);
              });
    static const std::vector<Endpoint> kNone;
    each_pair(
        before.models(), after.models(), &Model::id, [&](const std::string& id, const Model* old, const Model* now) {
            compare(Subject::model, id, old, now, changes);
            each_pair(old == nullptr ? kNone : old->endpoints, now == nullptr ? kNone : now->endpoints, &Endpoint::id,
                      [&](const std::string& endpoint, const Endpoint* one, const Endpoint* other) {
                          compare(Subject::endpoint, id + " at " + endpoint, one, other, changes);
                      });
        });
    return changes;
}

std::string version_after(const std::string& version) {
    const auto dot = version.rfind('.');
    if (dot != std::string::npos) {
        std::uint32_t number = 0;
        const char* const end = version.data() + version.size();
        const auto [stop, error] = std::from_chars(version.data() + dot + 1, end, number);
        if (error == std::errc() && stop == end && dot + 1 < version.size() && number < UINT32_MAX) {
            return version.substr(0, dot + 1) + std::to_string(number + 1);
        }
    }
    return version + ".1";
}

}  // namespace tollgate
