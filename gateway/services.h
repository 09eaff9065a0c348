// What the program consists of beside its workers: built once, by serve(), in this order, and taken down in reverse.
// It is for those who build and join parts; a part takes what it needs of it.
#pragma once

#include <atomic>
#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <vector>

#include "accounting/accounts/accounts.h"
#include "accounting/accounts/refusals.h"
#include "accounting/ledger/ledger.h"
#include "accounting/usage/usage_index.h"
#include "gateway/client/anonymous_rate.h"
#include "gateway/code_tries.h"
#include "gateway/config/config.h"
#include "gateway/config/current_options.h"
#include "gateway/exchange/request_digest.h"
#include "gateway/exchange/response_cache.h"
#include "gateway/fair_queue.h"
#include "gateway/git/git_hosts.h"
#include "gateway/hourly_bound.h"
#include "gateway/log/log.h"
#include "gateway/mail/mailer.h"
#include "gateway/memory_budget.h"
#include "gateway/ops/access_log.h"
#include "gateway/outside/call_gate.h"
#include "gateway/own_keys.h"
#include "gateway/routing/catalogue.h"
#include "gateway/routing/health/health_board.h"
#include "gateway/routing/sticky_routes.h"
#include "gateway/running_instance.h"
#include "gateway/sign_in/password_gate.h"
#include "gateway/sign_in/sign_in_tries.h"
#include "gateway/single_sign_on/identity_providers.h"
#include "gateway/thread_pool.h"
#include "gateway/webauthn/challenges.h"
#include "gateway/wire/asio.h"
#include "gateway/wire/networks.h"
#include "gateway/wire/reach.h"
#include "store/slot_file.h"
#include "store/store.h"

namespace tollgate {

struct Services {
    Config config;
    std::unique_ptr<Log> log;
    std::vector<Provider> providers;
    CurrentCatalogue catalogue;
    std::unique_ptr<HealthBoard> health;  // of the catalogue's endpoints
    StickyRoutes sticky_routes;
    std::unique_ptr<Store> store;
    std::unique_ptr<SlotFile> slots;
    std::unique_ptr<CreditTable> credits;
    std::unique_ptr<Ledger> ledger;
    std::unique_ptr<UsageIndex> usage;
    std::unique_ptr<Accounts> accounts;
    std::unique_ptr<OwnKeys> own_keys;  // organizations', at providers
    GitHosts git_hosts;
    RequestDigests request_digests;
    std::unique_ptr<Refusals> refusals;
    std::unique_ptr<Mailer> mailer;  // null: the configuration has no mail
    CodeTries voucher_tries;
    SignInTries sign_in_tries;
    webauthn::Challenges passkey_challenges;
    AnonymousRate anonymous_rate;
    HourlyBound registration_mails;
    wire::Networks trusted_proxies;
    wire::Reach reach;        // of what organizations name
    wire::Reach media_reach;  // of the pictures that requests name
    std::unique_ptr<AccessLog> access_log;
    std::shared_ptr<wire::asio::ssl::context> tls;       // as at the start; workers have the newest. null: plain HTTP
    std::atomic<std::int64_t> certificate_expires_s{0};  // of the newest; Unix; 0: plain HTTP
    std::unique_ptr<ResponseCache> response_cache;
    std::unique_ptr<MemoryBudget> bodies, answers;  // of requests; of answers that are held whole
    // What a worker sends away. Bodies of inference are parsed where nothing else is done.
    std::unique_ptr<ThreadPool> parsers, readers, account_changes;
    std::unique_ptr<ThreadPool> outside;    // waits for other servers
    std::unique_ptr<FairQueue> parsing;     // on `parsers`
    CallGate outside_calls;                 // to `outside`
    std::unique_ptr<ThreadPool> passwords;  // hash them
    PasswordGate password_gate;             // to `passwords`
    std::unique_ptr<ThreadPool> fetchers;   // wait for the servers of pictures that requests name
    std::unique_ptr<FairQueue> fetching;    // on `fetchers`
    // Where people sign in elsewhere, and the threads that wait there.
    std::unique_ptr<IdentityProviders> identity_providers;
    std::unique_ptr<ThreadPool> identity_calls;
    std::uint32_t worker_count = 1;
    std::atomic<bool> draining{false};                  // SIGTERM was received
    std::atomic<std::uint64_t> connections_refused{0};  // at limits.max_connections, with none idle
    // When a request was last refused because slots or memory were exhausted for everybody; monotonic ms.
    std::atomic<std::int64_t> shed_at_ms{INT64_MIN / 2};
    // What the operator is shown.
    CurrentOptions options;
    RunningInstance instance;
};

}  // namespace tollgate
