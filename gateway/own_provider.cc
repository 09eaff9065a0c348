#include "gateway/own_provider.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <cstring>

#include "gateway/api/provider_kinds.h"
#include "gateway/routing/described_provider.h"
#include "gateway/routing/operators_place.h"

namespace tollgate {
namespace {

// What holds a secret for as long as a provider is made of it.
class SecretConfig {
  public:
    explicit SecretConfig(ProviderConfig config) : config(std::move(config)) {}
    ~SecretConfig() { OPENSSL_cleanse(config.api_key.data(), config.api_key.size()); }
    SecretConfig(const SecretConfig&) = delete;
    SecretConfig& operator=(const SecretConfig&) = delete;

    ProviderConfig config;
};

void fill(std::string& text, std::string_view name, const std::string& value) {
    for (auto at = text.find(name); at != std::string::npos && !value.empty(); at = text.find(name)) {
        text.replace(at, name.size(), value);
    }
}

ProviderFacts facts_at(ProviderFacts facts, const ProviderPlace& place) {
    if (place.region == "global") fill(facts.base_url, "{region}-", "");
    fill(facts.base_url, "{region}", place.region);
    fill(facts.base_url, "{resource}", place.resource);
    fill(facts.base_url, "{project}", place.project);
    return facts;
}

// Bedrock takes two kinds of keys: an account's, which signs, and those that are sent as they are.
ProviderAuth auth_of(const ProviderFacts& facts, std::string_view secret) {
    const bool is_sent = facts.auth == "sigv4" && secret.find(':') == std::string_view::npos;
    return is_sent ? ProviderAuth::bearer : ProviderAuth::of_dialect;
}

Result<ProviderConfig> config_of(const Catalogue& operators, const ProviderKey& key, std::string_view secret) {
    const ProviderKind* const kind = find_provider_kind(key.provider);
    const Provider* const configured = operators.provider(key.provider);
    const bool is_elsewhere = key.place != ProviderPlace();
    ProviderConfig config;
    if (configured != nullptr && !is_elsewhere) {
        config = *configured->config;
    } else {
        config.name = key.provider;
        config.aws_region = key.place.region;
        const ProviderFacts* const facts = operators.prices().provider(key.provider);
        if (facts != nullptr) {
            config.api_key = secret;
            config.auth = auth_of(*facts, secret);
            const Status status = describe_provider(config, facts_at(*facts, key.place));
            OPENSSL_cleanse(config.api_key.data(), config.api_key.size());
            if (!status.ok()) return std::unexpected(status);
        } else if (kind != nullptr) {
            config.base_url = base_url_of(*kind, key.place);
            if (kind->trial == TrialDialect::anthropic) config.dialect = ProviderDialect::messages;
        }
    }
    if (!key.base_url.empty()) config.base_url = key.base_url;
    config.api_key = {};
    config.api_keys = {};
    config.google_key_file = {};
    return config;
}

// What the operator declares of a place holds for no other.
void go_elsewhere(ProviderConfig& config) {
    config.tls_ca_file = config.tls_server_name = {};
    config.collects_data = true;
    config.zero_data_retention = false;
}

// The lines go into memory that is wiped when the key is let go.
Status lock_lines(Credential& credential) {
    std::string& lines = credential.header_lines;
    if (lines.empty()) return {};
    auto locked = LockedBytes::make(lines.size());
    if (locked) std::memcpy(locked->bytes().data(), lines.data(), lines.size());
    OPENSSL_cleanse(lines.data(), lines.size());
    lines.clear();
    if (!locked) return locked.error();
    credential.locked_lines = std::make_shared<const LockedBytes>(std::move(*locked));
    return {};
}

OwnKey::Facts facts_of(const ProviderKey& key) {
    return {.id = key.id,
            .version = key.version,
            .label = key.label,
            .priority = key.priority,
            .is_fallback = key.is_fallback,
            .is_custom = key.provider == kCustomProvider,
            .allowed_models = key.allowed_models,
            .allowed_keys = key.allowed_keys,
            .deployment = key.place.deployment};
}

}  // namespace

BreakerOptions breaker_options(const RoutingConfig& routing) {
    return {.failures_to_open = routing.failures_before_rest,
            .first_rest_ms = routing.shortest_rest_ms,
            .longest_rest_ms = routing.longest_rest_ms};
}

Result<std::shared_ptr<const OwnKey>> open_own_key(const Services& services, const Catalogue& operators,
                                                   const ProviderKey& key,
                                                   std::shared_ptr<boost::asio::ssl::context> tls) {
    const auto secret = open_provider_key(services.accounts->vault(), key, key.origin);
    if (!secret) return std::unexpected(secret.error());
    auto made = config_of(operators, key, secret->text());
    if (!made) return std::unexpected(made.error());
    SecretConfig own(std::move(*made));
    const auto base = parse_base_url(own.config.base_url);
    if (!base) return std::unexpected(base.error());
    if (base->origin() != key.origin) {
        return failure(StatusCode::conflict,
                       "the provider is at " + base->origin() + " now, and the key was stored for " + key.origin);
    }
    if (Status status = check_tells_accounts_apart(operators, *base); !status.ok()) return std::unexpected(status);
    const Provider* const configured = operators_at(operators, key.provider, *base);
    if (configured == nullptr) go_elsewhere(own.config);
    if (configured != nullptr) tls = configured->tls_context;
    own.config.api_key = secret->text();
    auto provider = Provider::from(own.config, Provider::kNoIndex, std::move(tls));
    if (!provider) return std::unexpected(provider.error());
    if (configured == nullptr) {
        provider->reach = std::make_shared<const wire::Reach>(
            services.reach.without(servers_without_accounts(operators, base->port)));
    }
    Credential credential = provider->operators.take_first();
    if (credential.header_lines.empty() && credential.signer == nullptr) {
        return failure(StatusCode::invalid, "keys of accounts of Google Cloud are not used yet");
    }
    credential.own_label = key.label;
    if (Status status = lock_lines(credential); !status.ok()) return std::unexpected(status);
    return std::make_shared<const OwnKey>(facts_of(key), std::move(*provider), std::move(credential),
                                          breaker_options(services.config.routing));
}

std::shared_ptr<const OwnKey> unopened_own_key(const Services& services, const Catalogue& operators,
                                               const ProviderKey& key,
                                               const std::shared_ptr<boost::asio::ssl::context>& tls) {
    Provider provider;
    if (const auto config = config_of(operators, key, {})) {
        if (auto made = Provider::from(*config, Provider::kNoIndex, tls)) provider = std::move(*made);
    }
    provider.name = key.provider;
    OwnKey::Facts facts = facts_of(key);
    facts.is_opened = false;
    return std::make_shared<const OwnKey>(std::move(facts), std::move(provider), Credential{},
                                          breaker_options(services.config.routing));
}

}  // namespace tollgate
