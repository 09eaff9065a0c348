#include "gateway/import/litellm_config.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>

#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

// Providers that speak OpenAI's API at an address of their own.
constexpr std::pair<std::string_view, std::string_view> kAddresses[] = {
    {"openai", "https://api.openai.com/v1"},
    {"anthropic", "https://api.anthropic.com/v1"},
    {"gemini", "https://generativelanguage.googleapis.com/v1beta/openai"},
    {"groq", "https://api.groq.com/openai/v1"},
    {"mistral", "https://api.mistral.ai/v1"},
    {"deepseek", "https://api.deepseek.com/v1"},
    {"openrouter", "https://openrouter.ai/api/v1"},
    {"together_ai", "https://api.together.xyz/v1"},
    {"fireworks_ai", "https://api.fireworks.ai/inference/v1"},
    {"xai", "https://api.x.ai/v1"},
    {"cerebras", "https://api.cerebras.ai/v1"},
};
// Servers that do so at whatever address the file names.
constexpr std::array<std::string_view, 4> kServers = {"hosted_vllm", "openai_like", "custom_openai", "lm_studio"};

constexpr std::string_view kFromEnvironment = "os.environ/";
constexpr int kMostDecimals = 6;

// A text as YAML, which JSON is.
std::string yaml_text(std::string_view text) {
    std::string json;
    append_json_string(json, text);
    return json;
}

std::string text_of(const YAML::Node& map, const std::string& key) {
    const YAML::Node node = map.IsMap() ? map[key] : YAML::Node();
    return node && node.IsScalar() ? node.Scalar() : std::string();
}

std::string capitals(std::string_view text) {
    std::string name(text);
    for (char& c : name) {
        c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        const bool plain = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!plain) c = '_';
    }
    return name;
}

struct Provider {
    std::string name, base_url, variable;
};

class Converter {
  public:
    Converter(const YAML::Node& root, std::string file) : root_(root), file_(std::move(file)) {}

    LitellmConfig convert(const std::string& version) {
        for (const YAML::Node& deployment : root_["model_list"]) add(deployment);
        for (const auto& section : root_) {
            const std::string name = section.first.Scalar();
            if (name == "model_list") continue;
            if (!section.second.IsMap()) leave(section.first, name);
            if (!section.second.IsMap()) continue;
            for (const auto& setting : section.second) leave(setting.first, name + "." + setting.first.Scalar());
        }
        write(version);
        return std::move(config_);
    }

  private:
    void leave(const YAML::Node& where, const std::string& what) {
        config_.not_carried.push_back(file_ + ":" + std::to_string(where.Mark().line + 1) + ": " + what);
    }

    void add(const YAML::Node& deployment) {
        const std::string name = text_of(deployment, "model_name");
        const YAML::Node parameters = deployment.IsMap() ? deployment["litellm_params"] : YAML::Node();
        if (name.empty() || !parameters || !parameters.IsMap()) return leave(deployment, "a model without a name");
        const std::string model = text_of(parameters, "model");
        const auto slash = model.find('/');
        const std::string kind = slash == std::string::npos ? "openai" : model.substr(0, slash);
        const Provider* const provider = provider_for(deployment, kind, parameters);
        if (provider == nullptr) return;
        const std::string prices = prices_of(deployment, parameters);
        if (prices.empty()) return leave(deployment, "model " + name + ": it has no price, so it cannot be billed");
        endpoints_[name] += "      - provider: " + provider->name + "\n        model: " +
                            yaml_text(slash == std::string::npos ? model : model.substr(slash + 1)) +
                            "\n        prices: {" + prices + "}\n" + bounds_of(deployment);
        if (text_of(info_of(deployment), "mode") == "embedding") embeddings_.insert(name);
        leave_rest(deployment, parameters, name);
    }
    static YAML::Node info_of(const YAML::Node& deployment) {
        const YAML::Node info = deployment["model_info"];
        return info && info.IsMap() ? info : YAML::Node(YAML::NodeType::Map);
    }

    // The provider with the deployment's address and credential; null: it does not speak OpenAI's API.
    const Provider* provider_for(const YAML::Node& deployment, const std::string& kind, const YAML::Node& parameters) {
        std::string base_url = text_of(parameters, "api_base");
        const auto* const known = std::ranges::find(kAddresses, kind, [](const auto& row) { return row.first; });
        if (base_url.empty() && known != std::end(kAddresses)) base_url = known->second;
        const bool speaks = known != std::end(kAddresses) || std::ranges::find(kServers, kind) != kServers.end();
        if (!speaks || base_url.empty() || base_url.starts_with(kFromEnvironment)) {
            leave(deployment, "model " + text_of(deployment, "model_name") + ": provider " + kind +
                                  (speaks ? " without an address" : " does not speak OpenAI's API here"));
            return nullptr;
        }
        const std::string key = text_of(parameters, "api_key");
        const bool is_named = key.starts_with(kFromEnvironment);
        std::string variable = is_named ? key.substr(kFromEnvironment.size()) : capitals(kind) + "_API_KEY";
        const auto same = [&](const Provider& other) {
            return other.base_url == base_url && other.variable == variable;
        };
        const auto found = std::ranges::find_if(providers_, same);
        if (found != providers_.end()) return &*found;
        const auto of_kind = std::ranges::count_if(providers_, [&](const Provider& other) {
            return other.name == kind || other.name.starts_with(kind + "-");
        });
        std::string name = of_kind == 0 ? kind : kind + "-" + std::to_string(of_kind + 1);
        if (!is_named && !key.empty() && of_kind > 0) variable = capitals(name) + "_API_KEY";
        return &providers_.emplace_back(Provider{std::move(name), std::move(base_url), std::move(variable)});
    }

    // Either place may have them. Empty: those of prompt and completion are not both there.
    static std::string prices_of(const YAML::Node& deployment, const YAML::Node& parameters) {
        constexpr std::pair<std::string_view, std::string_view> kPrices[] = {
            {"prompt", "input_cost_per_token"},
            {"completion", "output_cost_per_token"},
            {"cache_read", "cache_read_input_token_cost"},
            {"cache_write", "cache_creation_input_token_cost"},
            {"cache_write_1h", "cache_creation_input_token_cost_above_1hr"}};
        std::string prices;
        for (const auto& [name, key] : kPrices) {
            std::string per_token = text_of(info_of(deployment), std::string(key));
            if (per_token.empty()) per_token = text_of(parameters, std::string(key));
            const bool needed = name == "prompt" || name == "completion";
            if (per_token.empty() && !needed) continue;
            const std::string price = price_per_million(per_token);
            if (price.empty()) return {};
            prices += (prices.empty() ? "" : ", ") + std::string(name) + ": \"" + price + "\"";
        }
        return prices;
    }
    static std::string bounds_of(const YAML::Node& deployment) {
        std::string bounds;
        for (const auto& [name, key] : {std::pair("context_length", "max_input_tokens"),
                                        std::pair("max_completion_tokens", "max_output_tokens")}) {
            const std::string tokens = text_of(info_of(deployment), key);
            const bool is_count =
                !tokens.empty() && std::ranges::all_of(tokens, [](char c) { return c >= '0' && c <= '9'; });
            if (is_count) bounds += "        " + std::string(name) + ": " + tokens + "\n";
        }
        return bounds;
    }

    void leave_rest(const YAML::Node& deployment, const YAML::Node& parameters, const std::string& name) {
        const std::set<std::string> known = {"model",
                                             "api_base",
                                             "api_key",
                                             "input_cost_per_token",
                                             "output_cost_per_token",
                                             "cache_read_input_token_cost",
                                             "cache_creation_input_token_cost",
                                             "cache_creation_input_token_cost_above_1hr",
                                             "max_input_tokens",
                                             "max_output_tokens",
                                             "mode",
                                             "id"};
        for (const YAML::Node& map : {parameters, info_of(deployment)}) {
            for (const auto& setting : map) {
                const std::string key = setting.first.Scalar();
                if (!known.contains(key)) leave(setting.first, "model " + name + ": " + key);
            }
        }
    }

    void write(const std::string& version) {
        config_.providers = "providers:\n";
        for (const Provider& one : providers_) {
            config_.providers += "  - name: " + one.name + "\n    base_url: " + yaml_text(one.base_url) +
                                 "\n    api_key: ${" + one.variable + "}\n";
            if (std::ranges::find(config_.variables, one.variable) == config_.variables.end()) {
                config_.variables.push_back(one.variable);
            }
        }
        config_.prices = "version: " + yaml_text(version) + "\nmodels:\n";
        for (const auto& [name, endpoints] : endpoints_) {
            config_.prices += "  - id: " + yaml_text(name) + "\n    name: " + yaml_text(name) + "\n";
            if (embeddings_.contains(name)) config_.prices += "    embeddings: true\n";
            config_.prices += "    endpoints:\n" + endpoints;
        }
        config_.models = endpoints_.size();
    }

    const YAML::Node& root_;
    const std::string file_;
    LitellmConfig config_;
    std::vector<Provider> providers_;
    std::map<std::string, std::string> endpoints_;  // YAML, by the model's name
    std::set<std::string> embeddings_;
};

}  // namespace

std::string price_per_million(std::string_view per_token) {
    // Digits and a power of ten: shifting the point loses nothing.
    const std::string_view mantissa = per_token.substr(0, per_token.find_first_of("eE"));
    int exponent = 0;
    if (mantissa.size() < per_token.size()) {
        std::string_view power = per_token.substr(mantissa.size() + 1);
        if (power.starts_with('+')) power.remove_prefix(1);
        const auto [end, failed] = std::from_chars(power.data(), power.data() + power.size(), exponent);
        if (failed != std::errc() || end != power.data() + power.size() || exponent < -30 || exponent > 6) return {};
    }
    std::string digits;
    int decimals = 0;
    bool after_point = false;
    for (const char c : mantissa) {
        if (c == '.' && !after_point) {
            after_point = true;
        } else if (c >= '0' && c <= '9') {
            digits += c;
            decimals += after_point ? 1 : 0;
        } else {
            return {};
        }
    }
    if (digits.empty() || digits.size() > 40) return {};
    decimals -= exponent + 6;
    if (decimals < 0) digits.append(static_cast<std::size_t>(-decimals), '0');
    decimals = std::max(decimals, 0);
    while (decimals > 0 && digits.ends_with('0')) {
        digits.pop_back();
        --decimals;
    }
    if (decimals > kMostDecimals) return {};
    digits.insert(0,
                  digits.size() <= static_cast<std::size_t>(decimals)
                      ? static_cast<std::size_t>(decimals) + 1 - digits.size()
                      : 0,
                  '0');
    const std::size_t whole = digits.size() - static_cast<std::size_t>(decimals);
    digits.erase(0, std::min(digits.find_first_not_of('0'), whole - 1));
    if (decimals > 0) digits.insert(digits.size() - static_cast<std::size_t>(decimals), ".");
    return digits;
}

Result<LitellmConfig> convert_litellm_config(std::string_view yaml, const std::string& name_in_messages,
                                             const std::string& version) {
    try {
        const YAML::Node root = YAML::Load(std::string(yaml));
        if (!root.IsMap() || !root["model_list"] || !root["model_list"].IsSequence()) {
            return failure(StatusCode::invalid, name_in_messages + ": has no model_list");
        }
        return Converter(root, name_in_messages).convert(version);
    } catch (const YAML::Exception& problem) {
        return failure(StatusCode::invalid,
                       name_in_messages + ":" + std::to_string(problem.mark.line + 1) + ": " + problem.msg);
    }
}

}  // namespace tollgate
