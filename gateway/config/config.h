// The configuration file, read whole before anything starts. Each option is declared once, in config.cc; its default is
// here or in the options of the module that it is for. Unknown names are refused with their line.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "accounting/accounts/llm_settings.h"
#include "accounting/ledger/ledger.h"
#include "accounting/money/limits.h"
#include "accounting/money/money.h"
#include "accounting/money/subscription_plans.h"
#include "accounting/usage/retention.h"
#include "gateway/chat/dialect/openai_upstream_body.h"
#include "gateway/config/fetched_media.h"
#include "gateway/config/git_config.h"
#include "gateway/config/option_record.h"
#include "gateway/config/realtime.h"
#include "gateway/config/response_cache.h"
#include "gateway/config/sign_in.h"
#include "gateway/log/log.h"
#include "store/status.h"
#include "store/store.h"

namespace tollgate {

// What a provider speaks: names of gateway/chat/dialect/upstream_dialect.h.
enum class ProviderDialect : std::uint8_t {
    chat,
    messages,
    bedrock_messages,  // as Amazon Bedrock's InvokeModel serves Claude
    vertex_messages,   // as Google's Vertex AI does
    responses,
    gemini,
    converse,
};
// How its key is sent.
enum class ProviderAuth : std::uint8_t { of_dialect, bearer, x_api_key, api_key, x_goog_api_key, sigv4, google };

struct ProviderConfig {
    std::string name;
    std::string base_url;
    ProviderDialect dialect = ProviderDialect::chat;
    ProviderAuth auth = ProviderAuth::of_dialect;
    std::string path, stream_path;      // behind base_url; empty: the dialect's
    std::vector<std::string> quirks;    // beside those of its name: see quirk_named()
    std::string api_key;                // secret: never logged; of auth sigv4 "id:secret" or "id:secret:session-token"
    std::vector<std::string> api_keys;  // in its place: the same, several; those that are empty are left out
    std::string aws_region;             // of auth sigv4
    std::string google_key_file;        // of auth google: a service account's
    bool optional = false;              // left out where it has no key
    bool abort_stops_billing = true;
    bool collects_data = true;
    bool zero_data_retention = false;
    bool reasoning_in_completion = true;
    bool stream_options = true;
    OutputBoundParameter output_bound_parameter = OutputBoundParameter::max_tokens;  // of chats
    std::string tls_ca_file;                                                         // empty: the system's trust store
    std::string tls_server_name;                                                     // empty: the host of base_url

    bool has_key() const {
        return !api_key.empty() || std::ranges::any_of(api_keys, [](const std::string& key) { return !key.empty(); });
    }
};

struct LimitsConfig {
    std::uint32_t max_connections = 20000;
    std::uint32_t max_inflight_requests = 16384;
    std::uint32_t max_head_bytes = 32768;
    std::uint32_t max_head_fields = 100;
    std::uint32_t max_body_bytes = 33554432;
    std::uint32_t max_buffered_body_bytes = 1073741824;    // of all request bodies at once
    std::uint32_t max_buffered_answer_bytes = 1073741824;  // of all answers that are held whole
    std::uint32_t max_json_depth = 128;
    std::uint32_t max_buffered_response_bytes = 8388608;
    std::uint32_t max_event_bytes = 16777216;
    std::uint32_t max_idle_upstream_connections = 256;
    std::uint32_t max_drains = 1024;
    std::uint32_t max_drain_bytes = 16777216;  // of one abandoned or cut answer
};

struct TimeoutsConfig {
    std::uint32_t head_timeout_ms = 15000;
    std::uint32_t body_timeout_ms = 60000;
    std::uint32_t whole_body_timeout_ms = 600000;
    std::uint32_t idle_timeout_ms = 300000;
    std::uint32_t write_timeout_ms = 60000;
    std::uint32_t connect_timeout_ms = 5000;
    std::uint32_t first_byte_timeout_ms = 600000;
    std::uint32_t stream_gap_timeout_ms = 300000;
    std::uint32_t keep_alive_comment_ms = 15000;
    std::uint32_t upstream_idle_timeout_ms = 50000;
    std::uint32_t drain_timeout_ms = 600000;
    std::uint32_t disk_wait_timeout_ms = 5000;   // how long the end of an answer waits for the disk
    std::uint32_t request_timeout_ms = 3600000;  // head to last byte, of a request that holds credit
    std::uint32_t shutdown_timeout_ms = 30000;
};

struct CreditConfig {
    std::uint32_t default_output_tokens = 4096;
    std::uint32_t max_learned_output_tokens = 32768;
    OnExhausted on_exhausted = OnExhausted::cut;
    NanoUsd overdraft_cap;  // of one request, with `owe`; what credit and budgets do not cover is booked as overrun
    std::uint32_t bytes_per_prompt_token =
        3;  // until an organization's own are learned (accounting/credit/prompt_history.h)
    bool zero_completion_insurance = true;  // answers that ended empty or in error are free
};

// Of each organization that has no rate of its own, so that every answer has rate limit headers that are true.
// Absent: unlimited.
struct RateLimitsConfig {
    std::optional<std::int64_t> requests_per_minute = 60'000'000;
    std::optional<std::int64_t> tokens_per_minute = 100'000'000'000;
};

// When endpoints are kept out of the way of requests.
struct RoutingConfig {
    std::uint32_t failures_before_rest = 3;  // one after another
    std::uint32_t shortest_rest_ms = 1000;
    std::uint32_t longest_rest_ms = 4000;
    std::uint32_t hedge_after_ms = 0;  // 0: never
};

struct BillingConfig {
    bool self_service = false;                 // purchases of people are done at once: nobody confirms them
    NanoUsd least_purchase{10 * kNanoPerUsd};  // of people
};

enum class Registration : std::uint8_t { closed, domains, open };

struct AccountsConfig {
    std::string public_url;     // that people reach the gateway by (config/public_url.h); empty: not known
    std::string public_origin;  // of it, as browsers write it
    std::uint32_t session_idle_timeout_ms = 43'200'000;
    std::uint32_t session_lifetime_ms = 2'592'000'000;
    std::uint32_t most_sessions = 50;  // of one person
    std::uint32_t step_up_lifetime_ms = 600'000;
    Registration registration = Registration::closed;
    std::vector<std::string> registration_domains;
};

enum class SmtpTls : std::uint8_t { required, if_offered, never };

struct MailConfig {
    std::string from, from_name = "Tollgate";
    std::string smtp_url, smtp_user;  // no URL: none is sent to a server
    std::string smtp_password;        // secret: never logged
    SmtpTls smtp_tls = SmtpTls::required;
    std::string smtp_ca_file;  // empty: the system's trust store
    std::string drop_folder;   // without a server; neither: there is no mail
    std::uint32_t registrations_per_hour = 100;

    bool is_on() const { return !smtp_url.empty() || !drop_folder.empty(); }
};

struct SecretsConfig {
    std::string master_key_file;         // empty: none, or the environment's
    std::string former_master_key_file;  // until nothing is wrapped by it any more; empty: none
    bool start_without_needed_keys = false;
};

struct ProviderKeysConfig {
    std::vector<std::string> allowed_networks;  // beside public addresses; as wire/networks.h reads them
    std::uint32_t fee_basis_points = 0;         // hundredths of a percent of the provider's price
};

struct ManagementConfig {
    std::uint32_t readers = 2;
};

struct OperationsConfig {
    std::vector<std::string> hosts;  // beside addresses and localhost
    std::uint32_t checkpoint_max_age_ms = 21600000;
};

struct Config {
    std::string file;  // that it was read from; empty: none
    std::string listen = "127.0.0.1:8080";
    std::string operations_listen = "127.0.0.1:9464";
    std::string data_dir = "./data";
    std::uint32_t workers = 0;                           // 0: one per core
    std::vector<std::string> catalogue = {"catalogue"};  // made absolute, relative to the file's folder
    std::string tls_certificate_file, tls_private_key_file;
    std::string access_log = "-";
    std::vector<std::string> cors_allowed_origins;  // as browsers write them, or "*"; see client/cors.h
    std::vector<std::string> trusted_proxies;       // networks; see client/client_address.h
    LogOptions log;
    // Of a client's request, sent on to its provider; in lower case.
    std::vector<std::string> forward_headers = {"traceparent", "tracestate", "openai-beta", "anthropic-beta",
                                                "idempotency-key"};
    std::vector<ProviderConfig> providers;
    std::vector<std::string> providers_left_out;  // names of optional ones that have no key
    LimitsConfig limits;
    TimeoutsConfig timeouts;
    CreditConfig credit;
    RateLimitsConfig rate_limits;
    LedgerOptions ledger;
    RetentionPolicy retention;
    LlmSettings llm;  // of all organizations
    SecretsConfig secrets;
    ProviderKeysConfig provider_keys;
    ResponseCacheConfig response_cache;
    RealtimeConfig realtime;
    FetchedMediaConfig fetched_media;
    AccountsConfig accounts;
    SignInConfig sign_in;
    MailConfig mail;
    SubscriptionPlans plans;
    BillingConfig billing;
    RoutingConfig routing;
    GitConfig git;
    ManagementConfig management;
    OperationsConfig operations;
};

// A configuration, and where each of its values comes from.
struct ReadConfig {
    Config config;
    std::vector<OptionRecord> options;  // all of them
};

// Messages begin with "file:line: ".
Result<ReadConfig> read_config(const std::string& path);
// The text instead of a file.
Result<ReadConfig> parse_with_options(const std::string& yaml, const std::string& name_in_errors);
// For tests.
Result<Config> parse_config(const std::string& yaml, const std::string& name_in_errors);
// The options of `now` that are not as in `running` and that nothing but a restart puts in force, as "section.name".
// Providers are left out: which of them can change says reload.h.
std::vector<std::string> options_to_restart_for(const Config& running, const Config& now);
// Every option with its default and its meaning, as YAML: configs/example.yaml.
std::string example_config();

}  // namespace tollgate
