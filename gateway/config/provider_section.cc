#include "gateway/config/provider_section.h"

#include <algorithm>
#include <span>

#include "gateway/config/names.h"
#include "gateway/config/section.h"

namespace tollgate {
namespace {

void describe_provider(Section& section, ProviderConfig& provider) {
    section.text("name", provider.name, "as the catalogue names it", {"openai"});
    section.text("base_url", provider.base_url,
                 "without it the provider is the one that the catalogue describes by this name, with its dialect, its "
                 "auth and its quirks",
                 {"https://api.openai.com/v1"});
    section.one_of<ProviderDialect>("dialect", provider.dialect,
                                    {{"chat", ProviderDialect::chat},
                                     {"messages", ProviderDialect::messages},
                                     {"bedrock-messages", ProviderDialect::bedrock_messages},
                                     {"vertex-messages", ProviderDialect::vertex_messages},
                                     {"responses", ProviderDialect::responses},
                                     {"gemini", ProviderDialect::gemini},
                                     {"converse", ProviderDialect::converse}},
                                    "what it speaks: OpenAI's chat completions, Anthropic's messages, at Anthropic or "
                                    "as other clouds serve Claude, "
                                    "OpenAI's responses, Google's generateContent or Amazon Bedrock's Converse. "
                                    "Requests of clients that speak another are translated");
    section.one_of<ProviderAuth>(
        "auth", provider.auth,
        {{"dialect", ProviderAuth::of_dialect},
         {"bearer", ProviderAuth::bearer},
         {"x-api-key", ProviderAuth::x_api_key},
         {"api-key", ProviderAuth::api_key},
         {"x-goog-api-key", ProviderAuth::x_goog_api_key},
         {"sigv4", ProviderAuth::sigv4},
         {"google", ProviderAuth::google}},
        "how api_key is sent; dialect: as the dialect's maker wants it. sigv4: it is an AWS "
        "key, id:secret or id:secret:session-token, which signs the requests. google: requests "
        "carry a token of the service account");
    section.text("aws_region", provider.aws_region, "of auth sigv4", {"us-east-1", true});
    section.text("google_key_file", provider.google_key_file, "of auth google: the service account's key, JSON",
                 {"service-account.json", true});
    section.text("path", provider.path,
                 "behind base_url, with {model} and {call} (chat/completions, embeddings, …); default: the dialect's",
                 {"/deployments/{model}/{call}?api-version=2024-10-21", true});
    section.text("stream_path", provider.stream_path, "the same of streams", {"/{call}", true});
    section.texts("quirks", provider.quirks,
                  "of a provider of chat completions: what it does otherwise than OpenAI, beside what is known of its "
                  "name; see docs/dialects.md",
                  "one-system-message", wrong_with_quirk);
    section.secret("api_key", provider.api_key, "", {"${OPENAI_API_KEY:-}"});
    section.secrets("api_keys", provider.api_keys,
                    "in place of api_key: several, at most " + std::to_string(kMostApiKeys) +
                        ". A request goes with one of them, by what each has left; empty ones are left out",
                    "${OPENAI_SECOND_API_KEY:-}");
    section.flag("optional", provider.optional, "left out, with a notice, where it has no key", {"true"});
    section.flag(
        "abort_stops_billing", provider.abort_stops_billing,
        "closing a stream stops the provider's billing of what is still to come; false: abandoned and cut streams are "
        "read on, as plain answers always are");
    section.flag("collects_data", provider.collects_data,
                 "may store what it is sent, or train on it; false: it may not, and serves organizations that deny "
                 "data collection");
    section.flag("zero_data_retention", provider.zero_data_retention,
                 "keeps nothing of what it is sent once it has answered: serves organizations that demand it");
    section.flag("reasoning_in_completion", provider.reasoning_in_completion,
                 "its completion_tokens include reasoning_tokens; false: they are added");
    section.flag("stream_options", provider.stream_options,
                 "streams are asked for their usage by stream_options; false: never sent, where a provider refuses it. "
                 "That is also learned from its first refusal");
    section.one_of<OutputBoundParameter>("output_bound_parameter", provider.output_bound_parameter,
                                         {{"max_tokens", OutputBoundParameter::max_tokens},
                                          {"max_completion_tokens", OutputBoundParameter::max_completion_tokens}},
                                         "how a chat that names no bound is given one: max_completion_tokens, or "
                                         "max_tokens where a provider knows no other",
                                         {"max_completion_tokens"});
    section.text("tls_ca_file", provider.tls_ca_file, "instead of the system's trust store", {"ca.pem", true});
    section.text("tls_server_name", provider.tls_server_name, "instead of the base_url's host", {"host", true});
}

}  // namespace

std::string wrong_with_keys(const ProviderConfig& provider) {
    const std::vector<std::string>& several = provider.api_keys;
    if (several.size() > kMostApiKeys) return "api_keys must be at most " + std::to_string(kMostApiKeys);
    if (!several.empty() && !provider.api_key.empty()) return "api_key and api_keys are one or the other";
    if (!several.empty() && provider.auth == ProviderAuth::google) {
        return "of auth google there is one google_key_file, and no api_keys";
    }
    const bool signs = provider.auth == ProviderAuth::sigv4;
    for (std::size_t i = 0; i <= several.size(); ++i) {
        const std::string& key = i == 0 ? provider.api_key : several[i - 1];
        const std::string name = i == 0 ? "api_key" : "key " + std::to_string(i) + " of api_keys";
        if (key.empty()) continue;
        if (key.find_first_of("\r\n") != std::string::npos) return name + " has a line break";
        if (signs && key.find(':') == std::string::npos) return name + " must be id:secret, as auth is sigv4";
        const auto others = std::span(several).subspan(i);
        if (i > 0 && std::ranges::find(others, key) != others.end()) return name + " stands twice";
    }
    return {};
}

void read_provider(const YAML::Node& node, Config& config, std::vector<OptionRecord>& records) {
    ProviderConfig provider;
    Section section("a provider");
    describe_provider(section, provider);
    section.check([&]() -> std::string {
        if (provider.name.empty()) return "a provider needs a name";
        for (const std::string* const path : {&provider.path, &provider.stream_path}) {
            if (std::string wrong = wrong_with_path(*path); !wrong.empty()) {
                return "path '" + *path + "' of provider " + provider.name + " " + wrong;
            }
        }
        for (const auto& other : config.providers) {
            if (other.name == provider.name) return "provider " + provider.name + " stands twice";
        }
        if (const std::string wrong = wrong_with_keys(provider); !wrong.empty()) {
            return "provider " + provider.name + ": " + wrong;
        }
        const bool signs = provider.auth == ProviderAuth::sigv4;
        if (signs && provider.aws_region.empty()) return "provider " + provider.name + " needs aws_region";
        if ((provider.auth == ProviderAuth::google) == provider.google_key_file.empty()) {
            return "provider " + provider.name + ": auth google and google_key_file go together";
        }
        return {};
    });
    section.read(node);
    section.record("providers." + provider.name + ".", records);
    config.providers.push_back(std::move(provider));
}

std::string example_provider() {
    ProviderConfig provider;
    Section section("a provider");
    describe_provider(section, provider);
    return section.example("  - ", "    ");
}

}  // namespace tollgate
