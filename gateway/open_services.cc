#include "gateway/open_services.h"

#include <sys/resource.h>

#include <algorithm>

#include "gateway/google_signers.h"
#include "gateway/master_keys.h"
#include "gateway/open_books.h"
#include "gateway/own_provider.h"
#include "gateway/reload.h"
#include "gateway/routing/described_provider.h"
#include "gateway/tell_stranded_passkeys.h"

namespace tollgate {
namespace {

constexpr std::uint32_t kPartOfFetchers = 4;         // one of so many is the most that an organization keeps busy
constexpr std::uint32_t kOutsideThreads = 4;         // calls of other servers at once; further ones wait
constexpr std::uint32_t kLeastParsers = 2;           // so that one large body does not keep all others waiting
constexpr std::uint32_t kReservedDescriptors = 256;  // store, logs, listeners, upstreams at the limit of connections

// Every connection may use one descriptor for the client and one upstream.
void raise_descriptor_limit(const LimitsConfig& limits, const Logger& logger) {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    const rlim_t wanted = 2ULL * limits.max_connections + kReservedDescriptors;
    limit.rlim_cur = std::min(std::max(limit.rlim_cur, wanted), limit.rlim_max);
    setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < wanted) {
        logger.warning(std::to_string(limit.rlim_cur) + " file descriptors allow fewer than max_connections (" +
                       std::to_string(limits.max_connections) + ") proxied at once");
    }
}

// Those that are left out for want of a key have been named already.
void report_missing_providers(const Services& services, const Logger& logger) {
    for (const std::string& name : services.catalogue.get()->missing_providers()) {
        const auto& left_out = services.config.providers_left_out;
        if (std::ranges::find(left_out, name) != left_out.end()) continue;
        // The catalogue knows many providers, few of which anybody uses; one that it does not know may be a slip.
        if (services.catalogue.get()->prices().provider(name) != nullptr) continue;
        logger.warning("the price list has models of provider " + name +
                       ", which is not configured: they cannot be called there");
    }
}

Status open_catalogue(Services& services, const Logger& logger) {
    for (const std::string& name : services.config.providers_left_out) {
        logger.info("provider " + name + " is left out: its api_key is empty");
    }
    auto prices = PriceList::load(services.config.catalogue);
    if (!prices) return prices.error();
    Status status = describe_providers(services.config, **prices);
    if (!status.ok()) return status;
    auto providers = resolve_providers(services.config, **prices);
    if (!providers) return providers.error();
    services.providers = std::move(*providers);
    status = start_google_signers(services.config.providers, services.providers, logger);
    if (!status.ok()) return status;
    services.catalogue.set(std::make_shared<const Catalogue>(*prices, services.providers));
    report_missing_providers(services, logger);
    services.health = std::make_unique<HealthBoard>(services.worker_count, services.catalogue.get()->room_for_numbers(),
                                                    breaker_options(services.config.routing));
    return {};
}

// Who may call, and who may be called.
Status open_outside(Services& services) {
    const Config& config = services.config;
    auto trusted_proxies = wire::Networks::from(config.trusted_proxies);
    if (!trusted_proxies) return trusted_proxies.error();
    services.trusted_proxies = std::move(*trusted_proxies);
    auto allowed_networks = wire::Networks::from(config.provider_keys.allowed_networks);
    if (!allowed_networks) return allowed_networks.error();
    services.reach = wire::Reach(std::move(*allowed_networks));
    auto media_networks = wire::Networks::from(config.fetched_media.allowed_networks);
    if (!media_networks) return media_networks.error();
    services.media_reach = wire::Reach(std::move(*media_networks));
    auto git_hosts = GitHosts::from(config.git);
    if (!git_hosts) return git_hosts.error();
    services.git_hosts = std::move(*git_hosts);
    auto identity_providers = IdentityProviders::open(config.sign_in, config.accounts.public_url, services.draining);
    if (!identity_providers) return identity_providers.error();
    services.identity_providers = std::move(*identity_providers);
    auto tls = load_tls(config);
    if (!tls) return tls.error();
    services.tls = std::move(*tls);
    if (services.tls != nullptr) services.certificate_expires_s = expiry_of(*services.tls);
    return {};
}

Status open_accounts(Services& services, const Logger& logger) {
    Status status = open_books(services, services.worker_count);
    if (status.ok()) status = open_vault(*services.accounts, services.config.secrets, logger);
    if (!status.ok()) return status;
    tell_stranded_passkeys(services, logger);
    services.own_keys = std::make_unique<OwnKeys>(services);
    const Config& config = services.config;
    if (!config.mail.is_on()) return {};
    auto mailer = Mailer::open(*services.accounts, config.mail, config.accounts.public_url,
                               services.log->logger(LogComponent::mail));
    if (!mailer) return mailer.error();
    services.mailer = std::move(*mailer);
    return {};
}

void make_pools(Services& services) {
    const Config& config = services.config;
    constexpr auto kBackground = ThreadPool::Priority::background;
    services.parsers = std::make_unique<ThreadPool>("parse", std::max(kLeastParsers, services.worker_count / 2));
    services.parsing = std::make_unique<FairQueue>(services.parsers->executor());
    services.readers = std::make_unique<ThreadPool>("read", config.management.readers, kBackground);
    services.account_changes = std::make_unique<ThreadPool>("accounts", 1);
    services.outside = std::make_unique<ThreadPool>("outside", kOutsideThreads);
    services.identity_calls = std::make_unique<ThreadPool>("identity", IdentityProviders::kThreads);
    services.passwords = std::make_unique<ThreadPool>("passwords", PasswordGate::kThreads, kBackground);
    const FetchedMediaConfig& media = config.fetched_media;
    services.fetchers = std::make_unique<ThreadPool>("fetch", media.is_on() ? media.threads : 0);
    services.fetching = std::make_unique<FairQueue>(services.fetchers->executor(),
                                                    std::max(media.threads / kPartOfFetchers, std::uint32_t{1}));
}

}  // namespace

Status open_services(Services& services) {
    services.log = std::make_unique<Log>(services.config.log);
    const Logger logger = services.log->logger(LogComponent::server);
    raise_descriptor_limit(services.config.limits, logger);
    Status status = open_catalogue(services, logger);
    if (status.ok()) status = open_outside(services);
    if (status.ok()) status = open_accounts(services, logger);
    if (!status.ok()) return status;
    auto log = AccessLog::open(services.config.access_log);
    if (!log) return log.error();
    services.access_log = std::move(*log);
    services.bodies = std::make_unique<MemoryBudget>(services.config.limits.max_buffered_body_bytes);
    services.answers = std::make_unique<MemoryBudget>(services.config.limits.max_buffered_answer_bytes);
    const ResponseCacheConfig& cache = services.config.response_cache;
    services.response_cache = std::make_unique<ResponseCache>(ResponseCache::Limits{
        .max_bytes = cache.max_bytes, .max_answer_bytes = cache.max_answer_bytes, .max_waiting = cache.max_waiting});
    make_pools(services);
    return {};
}

}  // namespace tollgate
