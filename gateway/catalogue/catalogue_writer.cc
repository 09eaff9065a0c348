#include "gateway/catalogue/catalogue_writer.h"

#include <algorithm>
#include <map>

#include "gateway/catalogue/catalogue_words.h"
#include "gateway/text/ascii.h"
#include "gateway/text/time_text.h"

namespace tollgate {
namespace {

constexpr std::size_t kLineWidth = 120;
constexpr std::size_t kMillionDecimals = 6, kRequestDecimals = 12;

// value / 10^decimals, without zeros at its end.
std::string decimal(std::int64_t value, std::size_t decimals) {
    std::string digits = std::to_string(value);
    if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
    digits.insert(digits.size() - decimals, 1, '.');
    while (digits.back() == '0') digits.pop_back();
    if (digits.back() == '.') digits.pop_back();
    return digits;
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        if (static_cast<unsigned char>(c) < ' ') {
            constexpr std::string_view kHex = "0123456789abcdef";
            out.append("\\x").append(1, kHex[(c >> 4) & 15]).append(1, kHex[c & 15]);
        } else {
            out += c;
        }
    }
    return out + '"';
}

// Unquoted where YAML cannot take it for anything but a text, in a list as well.
std::string scalar(const std::string& text) {
    const auto is_plain = [](char c) {
        return is_ascii_alphanumeric(c) || std::string_view(" ._/()+-").find(c) != std::string_view::npos;
    };
    const bool plain = !text.empty() && text.front() != ' ' && text.back() != ' ' &&
                       is_ascii_alphanumeric(text.front()) && std::ranges::all_of(text, is_plain) && text != "true" &&
                       text != "false" && text != "null";
    return plain ? text : quoted(text);
}

// key: [a, b], on as many lines as it takes.
std::string list_line(const std::string& indent, const std::string& key, const std::vector<std::string>& values) {
    std::string out, line = indent + key + ": [";
    const std::string next(line.size(), ' ');
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::string item = scalar(values[i]) + (i + 1 == values.size() ? "]" : ",");
        if (line.size() + 1 + item.size() > kLineWidth) {
            out += line + "\n";
            line = next + item;
        } else {
            line += (line.ends_with('[') ? "" : " ") + item;
        }
    }
    return out + line + "\n";
}

std::string joined(const std::vector<std::string>& values) {
    std::string out;
    for (const std::string& value : values) out += (out.empty() ? "" : ", ") + scalar(value);
    return "[" + out + "]";
}

std::string prices_map(const Prices& prices, bool writes) {
    std::string out = "{prompt: " + quoted(price_per_million(prices.prompt));
    const auto add = [&out](const char* key, const std::string& price) {
        out.append(", ").append(key).append(": ").append(quoted(price));
    };
    if (writes || prices.completion != 0) add("completion", price_per_million(prices.completion));
    if (prices.cache_read != prices.prompt) add("cache_read", price_per_million(prices.cache_read));
    if (prices.cache_write != prices.prompt) add("cache_write", price_per_million(prices.cache_write));
    if (prices.cache_write_1h != prices.cache_write) add("cache_write_1h", price_per_million(prices.cache_write_1h));
    if (prices.per_request != 0) add("per_request", decimal(prices.per_request, kRequestDecimals));
    return out + "}";
}

std::string source_map(const Source& source) {
    return "{name: " + scalar(source.name) + ", date: " + source.date + "}";
}

std::string data_map(const DataPolicy& data) {
    std::string out = std::string("{collects: ") + (data.collects ? "true" : "false");
    if (data.zero_retention) out += ", zero_retention: true";
    if (data.retention_days) out += ", retention_days: " + std::to_string(*data.retention_days);
    return out + "}";
}

class Lines {
  public:
    explicit Lines(std::string indent) : indent_(std::move(indent)) {}
    void raw(const char* key, const std::string& value) { out_ += indent_ + key + ": " + value + "\n"; }
    void text(const char* key, const std::string& value) {
        if (!value.empty()) raw(key, scalar(value));
    }
    void day(const char* key, const std::string& value) {
        if (!value.empty()) raw(key, value);
    }
    void number(const char* key, std::int64_t value) {
        if (value != 0) raw(key, std::to_string(value));
    }
    void list(const char* key, const std::vector<std::string>& values) {
        if (!values.empty()) out_ += list_line(indent_, key, values);
    }
    void add(const std::string& lines) { out_ += lines; }
    // As an item of a list: its first line begins with a dash.
    std::string item() && {
        out_.replace(indent_.size() - 2, 2, "- ");
        return std::move(out_);
    }
    std::string whole() && { return std::move(out_); }

  private:
    std::string indent_, out_;
};

std::string usual_id(const Endpoint& endpoint) {
    if (!endpoint.service_tiers.empty()) return endpoint.provider + "/" + endpoint.service_tiers.front();
    if (!endpoint.server_tools.empty()) return endpoint.provider + "/" + endpoint.server_tools.front();
    return endpoint.provider;
}

std::string tier_lines(const std::vector<PriceTier>& tiers, bool writes) {
    std::string out;
    for (const PriceTier& tier : tiers) {
        out += "          - {above_prompt_tokens: " + std::to_string(tier.above_prompt_tokens) +
               ", prices: " + prices_map(tier.prices, writes) + "}\n";
    }
    return out.empty() ? out : "        tiers:\n" + out;
}

// `shared`: what the model says for all of its endpoints.
std::string endpoint_item(const Model& model, const Endpoint& endpoint, const Endpoint& shared, const Source& source) {
    Lines lines("        ");
    if (endpoint.id != usual_id(endpoint)) lines.text("id", endpoint.id);
    lines.text("provider", endpoint.provider);
    lines.text("model", endpoint.upstream_model);
    lines.text("dialect", endpoint.dialect);
    lines.text("region", endpoint.region);
    lines.text("quantization", endpoint.quantization);
    lines.raw("prices", prices_map(endpoint.prices, model.writes()));
    if (endpoint.provider_prices) lines.raw("provider_prices", prices_map(*endpoint.provider_prices, model.writes()));
    lines.add(tier_lines(endpoint.tiers, true));
    lines.list("service_tiers", endpoint.service_tiers);
    lines.list("server_tools", endpoint.server_tools);
    if (shared.context_length == 0) lines.number("context_length", endpoint.context_length);
    if (shared.max_prompt_tokens == 0) lines.number("max_prompt_tokens", endpoint.max_prompt_tokens);
    if (shared.max_completion_tokens == 0) lines.number("max_completion_tokens", endpoint.max_completion_tokens);
    if (shared.supported_parameters.empty()) lines.list("supported_parameters", endpoint.supported_parameters);
    if (endpoint.data) lines.raw("data", data_map(*endpoint.data));
    if (endpoint.source != source) lines.raw("source", source_map(endpoint.source));
    return std::move(lines).item();
}

// What all endpoints have in common: the model can say it once.
Endpoint shared_by_all(const Model& model) {
    Endpoint shared;
    const auto share = [&](auto member) {
        const auto& first = model.endpoints.front().*member;
        const auto same = [&](const Endpoint& one) { return one.*member == first; };
        if (std::ranges::all_of(model.endpoints, same)) shared.*member = first;
    };
    share(&Endpoint::context_length);
    share(&Endpoint::max_prompt_tokens);
    share(&Endpoint::max_completion_tokens);
    share(&Endpoint::supported_parameters);
    return shared;
}

std::string reasoning_value(const Model& model) {
    const Reasoning& reasoning = model.reasoning;
    if (reasoning == Reasoning()) return model.may_reason ? "true" : "false";
    const auto* const kind = std::ranges::find(catalogue_words::kReasoningKinds, reasoning.kind,
                                               [](const auto& known) { return known.second; });
    std::string out = "{kind: " + std::string(kind->first);
    if (!reasoning.efforts.empty()) out += ", efforts: " + joined(reasoning.efforts);
    if (!reasoning.default_effort.empty()) out += ", default_effort: " + reasoning.default_effort;
    if (reasoning.mandatory) out += ", mandatory: true";
    return out + "}";
}

std::string day_of(std::int64_t unix_seconds) {
    constexpr std::size_t kDayBytes = 10;
    return rfc3339(unix_seconds * 1000).substr(0, kDayBytes);
}

std::string model_item(const Model& model, const Source& source) {
    const Endpoint shared = shared_by_all(model);
    Lines lines("    ");
    lines.text("id", model.id);
    if (model.name != model.id) lines.text("name", model.name);
    lines.list("aliases", model.aliases);
    if (model.created != 0) lines.raw("created", std::to_string(model.created) + "  # " + day_of(model.created));
    lines.day("knowledge_cutoff", model.knowledge_cutoff);
    lines.day("expires", model.expires);
    if (model.embeddings) lines.raw("embeddings", "true");
    lines.list("serves", model.serves);
    if (model.reasoning != Reasoning() || model.may_reason != model.writes()) {
        lines.raw("reasoning", reasoning_value(model));
    }
    if (!model.prefill) lines.raw("prefill", "false");
    if (model.input_is_listed) lines.list("input_modalities", model.input_modalities);
    if (model.output_modalities != std::vector<std::string>{model.embeddings ? "embeddings" : "text"}) {
        lines.list("output_modalities", model.output_modalities);
    }
    lines.number("context_length", shared.context_length);
    lines.number("max_prompt_tokens", shared.max_prompt_tokens);
    lines.number("max_completion_tokens", shared.max_completion_tokens);
    lines.list("supported_parameters", shared.supported_parameters);
    lines.add("    endpoints:\n");
    for (const Endpoint& endpoint : model.endpoints) lines.add(endpoint_item(model, endpoint, shared, source));
    return std::move(lines).item();
}

// That of most endpoints, where all have one.
Source usual_source(const std::vector<const Model*>& models) {
    std::map<std::pair<std::string, std::string>, int> counts;
    for (const Model* const model : models) {
        for (const Endpoint& endpoint : model->endpoints) ++counts[{endpoint.source.name, endpoint.source.date}];
    }
    if (counts.empty() || counts.contains({"", ""})) return {};
    const auto most = std::ranges::max_element(counts, {}, [](const auto& entry) { return entry.second; });
    return {most->first.first, most->first.second};
}

std::string models_text(const std::vector<const Model*>& models) {
    const Source source = usual_source(models);
    std::string out;
    if (source != Source()) out += "source: " + source_map(source) + "\n";
    out += "models:\n";
    for (const Model* const model : models) out += model_item(*model, source);
    return out;
}

std::string provider_item(const ProviderFacts& provider) {
    Lines lines("    ");
    lines.text("slug", provider.slug);
    lines.text("name", provider.name);
    lines.text("dialect", provider.dialect);
    lines.text("base_url", provider.base_url);
    lines.text("auth", provider.auth);
    lines.raw("data", data_map(provider.data));
    lines.text("headquarters", provider.headquarters);
    lines.list("datacenters", provider.datacenters);
    lines.text("privacy_policy_url", provider.privacy_policy_url);
    lines.text("terms_of_service_url", provider.terms_of_service_url);
    lines.text("status_page_url", provider.status_page_url);
    lines.list("quirks", provider.quirks);
    if (provider.max_completion_tokens) lines.raw("max_completion_tokens", "true");
    if (!provider.abort_stops_billing) lines.raw("abort_stops_billing", "false");
    if (!provider.reasoning_in_completion) lines.raw("reasoning_in_completion", "false");
    return std::move(lines).item();
}

std::string providers_text(const PriceList& list) {
    std::string out;
    if (!list.providers().empty()) out += "providers:\n";
    for (const ProviderFacts& provider : list.providers()) out += provider_item(provider);
    return out;
}

// "openai" of "openai/gpt-5", as the name of a file.
std::string author_of(const Model& model) {
    const auto slash = model.id.find('/');
    std::string author = slash == std::string::npos ? "others" : model.id.substr(0, slash);
    for (char& c : author) {
        const bool safe = is_ascii_alphanumeric(c) || c == '-';
        if (!safe) c = '-';
    }
    return author;
}

}  // namespace

std::string price_per_million(std::int64_t pico_per_token) { return decimal(pico_per_token, kMillionDecimals); }

std::vector<CatalogueFile> catalogue_files(const PriceList& list, const std::string& version) {
    std::vector<CatalogueFile> files = {
        {"providers.yaml", "version: " + quoted(version) + "\n" + providers_text(list)}};
    std::map<std::string, std::vector<const Model*>> by_author;
    for (const Model& model : list.models()) by_author[author_of(model)].push_back(&model);
    if (list.providers().empty()) files.front().text += "providers: []\n";
    for (const auto& [author, models] : by_author) files.push_back({"models/" + author + ".yaml", models_text(models)});
    return files;
}

std::string catalogue_text(const PriceList& list, const std::string& version) {
    std::vector<const Model*> models;
    for (const Model& model : list.models()) models.push_back(&model);
    return "version: " + quoted(version) + "\n" + providers_text(list) + models_text(models);
}

}  // namespace tollgate
