#include "gateway/reload.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <ctime>
#include <filesystem>

#include "gateway/catalogue/price_list.h"
#include "gateway/git/git_hosts.h"
#include "gateway/master_keys.h"
#include "gateway/routing/described_provider.h"
#include "gateway/routing/model_regions.h"

namespace tollgate {
namespace {

// A catalogue with the providers that it points to.
struct OwnCatalogue {
    OwnCatalogue(std::vector<Provider> own, std::shared_ptr<const PriceList> prices, const Catalogue& before)
        : providers(std::move(own)), catalogue(std::move(prices), providers, &before) {}
    const std::vector<Provider> providers;
    const Catalogue catalogue;
};

// Connections to a provider are kept by its place in the list.
bool same_places(const std::vector<ProviderConfig>& left, const std::vector<ProviderConfig>& right) {
    return std::ranges::equal(left, right, [](const ProviderConfig& one, const ProviderConfig& other) {
        return one.name == other.name && one.base_url == other.base_url && one.tls_ca_file == other.tls_ca_file &&
               one.tls_server_name == other.tls_server_name;
    });
}

// What providers have learned of their keys goes on, and so do those who get them their tokens.
void keep_learned(std::vector<Provider>& providers, const std::vector<ProviderConfig>& configs,
                  const Catalogue& in_force) {
    for (Provider& provider : providers) {
        const auto before = std::ranges::find_if(in_force.endpoints(), [&provider](const CatalogueEndpoint& one) {
            return one.provider->name == provider.name;
        });
        if (before == in_force.endpoints().end()) continue;
        const OperatorKeys& keys = before->provider->operators;
        provider.operators.keep_learned(keys);
        if (configs[provider.index].auth == ProviderAuth::google) provider.operators.sign_with(keys.first().signer);
    }
}

}  // namespace

Result<std::vector<Provider>> resolve_providers(const Config& config, const PriceList& prices) {
    std::vector<Provider> providers;
    for (const ProviderConfig& one : config.providers) {
        auto provider = Provider::from(one, providers.size());
        if (!provider) return std::unexpected(provider.error());
        provider->config = std::make_shared<const ProviderConfig>(one);
        providers.push_back(std::move(*provider));
    }
    if (Status status = check_regions(prices, providers); !status.ok()) return std::unexpected(status);
    return providers;
}

Result<std::shared_ptr<boost::asio::ssl::context>> load_tls(const Config& config) {
    namespace ssl = boost::asio::ssl;
    if (config.tls_certificate_file.empty()) return std::shared_ptr<ssl::context>();
    auto tls = std::make_shared<ssl::context>(ssl::context::tls_server);
    boost::system::error_code error;
    SSL_CTX_set_min_proto_version(tls->native_handle(), TLS1_2_VERSION);
    tls->use_certificate_chain_file(config.tls_certificate_file, error);
    if (error) {
        return failure(StatusCode::invalid,
                       "tls_certificate_file " + config.tls_certificate_file + ": " + error.message());
    }
    tls->use_private_key_file(config.tls_private_key_file, ssl::context::pem, error);
    if (error) {
        return failure(StatusCode::invalid,
                       "tls_private_key_file " + config.tls_private_key_file + ": " + error.message());
    }
    return tls;
}

std::int64_t expiry_of(boost::asio::ssl::context& tls) {
    const X509* const certificate = SSL_CTX_get0_certificate(tls.native_handle());
    std::tm expires{};
    if (certificate == nullptr || ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &expires) != 1) return 0;
    return ::timegm(&expires);
}

Status check(const Config& config) {
    const auto prices = PriceList::load(config.catalogue);
    if (!prices) return prices.error();
    Config described = config;
    if (Status status = describe_providers(described, **prices); !status.ok()) return status;
    const auto providers = resolve_providers(described, **prices);
    if (!providers) return providers.error();
    const auto git_hosts = GitHosts::from(config.git);
    if (!git_hosts) return git_hosts.error();
    const auto master_keys = read_master_keys(config.secrets);
    if (!master_keys) return master_keys.error();
    const auto tls = load_tls(config);
    return tls ? Status() : tls.error();
}

Result<Reloaded> read_again(const Config& running, const Catalogue& in_force) {
    std::error_code unknown;
    if (std::filesystem::file_size(running.file, unknown) == 0) {  // half written: all defaults are not what is meant
        return failure(StatusCode::invalid, running.file + ": it is empty");
    }
    auto read = read_config(running.file);
    if (!read) return std::unexpected(read.error());
    Config* const config = &read->config;
    Reloaded reloaded;
    auto master_keys = read_master_keys(config->secrets);
    if (!master_keys) return std::unexpected(master_keys.error());
    reloaded.master_keys = std::move(*master_keys);
    reloaded.log = config->log;
    reloaded.options = std::move(read->options);
    reloaded.catalogue_paths = config->catalogue;
    reloaded.waiting = options_to_restart_for(running, *config);
    const auto prices = PriceList::load(config->catalogue);
    if (!prices) return std::unexpected(prices.error());
    if (Status status = describe_providers(*config, **prices); !status.ok()) return std::unexpected(status);
    const bool same = same_places(running.providers, config->providers);
    if (!same) reloaded.waiting.emplace_back("providers");
    auto providers = resolve_providers(same ? *config : running, **prices);
    if (!providers) return std::unexpected(providers.error());
    keep_learned(*providers, same ? config->providers : running.providers, in_force);
    const auto own = std::make_shared<const OwnCatalogue>(std::move(*providers), *prices, in_force);
    if (own->catalogue.numbers() > in_force.room_for_numbers()) {
        return failure(StatusCode::full, config->catalogue.front() + ": since the start more than " +
                                             std::to_string(Catalogue::kMostAddedEndpoints) +
                                             " endpoints were added; restart to add more");
    }
    reloaded.catalogue = {own, &own->catalogue};
    auto tls = load_tls(*config);
    if (!tls) return std::unexpected(tls.error());
    if ((*tls == nullptr) != running.tls_certificate_file.empty()) {
        reloaded.waiting.emplace_back("tls_certificate_file");
    } else {
        reloaded.tls = std::move(*tls);
    }
    return reloaded;
}

}  // namespace tollgate
