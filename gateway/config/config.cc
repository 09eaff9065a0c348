#include "gateway/config/config.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "gateway/config/git_config.h"
#include "gateway/config/llm.h"
#include "gateway/config/names.h"
#include "gateway/config/people_sections.h"
#include "gateway/config/plans.h"
#include "gateway/config/provider_section.h"
#include "gateway/config/section.h"

namespace tollgate {
namespace {

constexpr NumberRange kTimeMs{100, 24 * 3600 * 1000};
constexpr NumberRange kDays{1, 36500};
constexpr std::uint32_t kMostBytes = 1U << 30;
constexpr NumberRange kBytes{1024, kMostBytes};

constexpr const char* kExampleTop =
    "# Every option with its default, written by `tollgate options`. ${NAME} and ${NAME:-default} are read from the\n"
    "# environment. An option that is not named here is refused, with its line.\n";

void describe_limits(Section& section, LimitsConfig& limits) {
    section.number("max_connections", limits.max_connections, {1, 1000000}, "of clients; more are closed");
    section.number("max_inflight_requests", limits.max_inflight_requests, {1, 1000000},
                   "with credit on hold; more get 503");
    section.number("max_head_bytes", limits.max_head_bytes, {1024, 1U << 20}, "");
    section.number("max_head_fields", limits.max_head_fields, {8, 128}, "");
    section.number("max_body_bytes", limits.max_body_bytes, kBytes, "of a request");
    section.number("max_buffered_body_bytes", limits.max_buffered_body_bytes, {65536, 4294967295U},
                   "of all request bodies together; an organization holds as much as it leaves free. More get 503");
    section.number("max_buffered_answer_bytes", limits.max_buffered_answer_bytes, {65536, 4294967295U},
                   "of all answers that are held whole; further ones are relayed with their tail held");
    section.number("max_json_depth", limits.max_json_depth, {8, 1024}, "");
    section.number("max_buffered_response_bytes", limits.max_buffered_response_bytes, {65536, kMostBytes},
                   "larger JSON answers are relayed with their tail held");
    section.number("max_event_bytes", limits.max_event_bytes, kBytes, "of one event of a stream");
    section.number("max_idle_upstream_connections", limits.max_idle_upstream_connections, {0, 100000},
                   "of each worker and provider");
    section.number("max_drains", limits.max_drains, {0, 1000000},
                   "abandoned and cut answers that a worker reads on; further ones are aborted");
    section.number("max_drain_bytes", limits.max_drain_bytes, kBytes, "of one such answer; then it is aborted");
}

void describe_timeouts(Section& section, TimeoutsConfig& timeouts) {
    section.number("head_timeout_ms", timeouts.head_timeout_ms, kTimeMs, "first byte to end of head");
    section.number("body_timeout_ms", timeouts.body_timeout_ms, kTimeMs, "between two reads of a body");
    section.number("whole_body_timeout_ms", timeouts.whole_body_timeout_ms, kTimeMs, "end of head to end of body");
    section.number("idle_timeout_ms", timeouts.idle_timeout_ms, kTimeMs, "between requests of one connection");
    section.number("write_timeout_ms", timeouts.write_timeout_ms, kTimeMs, "between two writes to a client");
    section.number("connect_timeout_ms", timeouts.connect_timeout_ms, kTimeMs, "upstream: name, TCP and TLS");
    section.number("first_byte_timeout_ms", timeouts.first_byte_timeout_ms, kTimeMs,
                   "upstream: request sent to head received");
    section.number("stream_gap_timeout_ms", timeouts.stream_gap_timeout_ms, kTimeMs, "upstream: between two reads");
    section.number("keep_alive_comment_ms", timeouts.keep_alive_comment_ms, {0, kTimeMs.most},
                   "between two comments to the client of a silent stream; 0: none");
    section.number("upstream_idle_timeout_ms", timeouts.upstream_idle_timeout_ms, kTimeMs,
                   "unused upstream connections are closed");
    section.number("drain_timeout_ms", timeouts.drain_timeout_ms, kTimeMs,
                   "of an abandoned or cut answer that is read on; then it is aborted");
    section.number(
        "disk_wait_timeout_ms", timeouts.disk_wait_timeout_ms, {1, kTimeMs.most},
        "at durability disk: an answer whose record the disk has not taken by then is cut off before its end");
    section.number("request_timeout_ms", timeouts.request_timeout_ms, kTimeMs,
                   "all of a request that holds credit; then its upstream is aborted");
    section.number("shutdown_timeout_ms", timeouts.shutdown_timeout_ms, {0, kTimeMs.most},
                   "SIGTERM: running requests may finish");
}

void describe_credit(Section& section, Config& config) {
    CreditConfig& credit = config.credit;
    section.number("default_output_tokens", credit.default_output_tokens, {1, 10000000},
                   "output bound of the hold where the request names none");
    section.number("max_learned_output_tokens", credit.max_learned_output_tokens, {256, 10000000},
                   "of a bound learned from the organization's earlier answers, in its place");
    section.one_of<OnExhausted>("on_exhausted", credit.on_exhausted,
                                {{"cut", OnExhausted::cut}, {"owe", OnExhausted::owe}},
                                "a stream whose hold cannot grow: cut (finish_reason length) or owe, up to the cap");
    section.usd(
        "overdraft_cap", credit.overdraft_cap,
        "USD of one request, with owe: booked as overrun, not charged. An organization may have its own of both "
        "(docs/api.md, credit_policy)");
    section.number("bytes_per_prompt_token", credit.bytes_per_prompt_token, {1, 100},
                   "of holds, a cautious estimate: prompt tokens = bytes / this, rounded up, or more where "
                   "the provider reported more of 16 longer prompts of the organization since the start");
    section.flag("zero_completion_insurance", credit.zero_completion_insurance,
                 "an answer without output and finish reason, or in error, is free");
    section.one_of<OrphanPolicy>("orphan_policy", config.ledger.orphans,
                                 {{"charge", OrphanPolicy::charge}, {"free", OrphanPolicy::free}},
                                 "streams that ran when the gateway was killed: charge what was counted, or free");
}

void read_retention_class(const YAML::Node& node, const std::string& name, RetentionPolicy& retention) {
    RetentionClass one;
    one.name = name;
    std::uint32_t number = kMaxRetentionClasses;
    Section section("retention class " + name);
    section.number("number", number, {0, kMaxRetentionClasses - 1}, "");
    section.number("days", one.days, kDays, "");
    section.check([&]() -> std::string {
        if (number == kMaxRetentionClasses) return "retention class " + name + " needs number";
        one.number = static_cast<std::uint8_t>(number);
        for (const RetentionClass& other : retention.classes) {
            if (other.name == one.name || other.number == one.number) {
                return "retention classes " + other.name + " and " + name + " are the same";
            }
        }
        return {};
    });
    section.read(node);
    retention.classes.push_back(std::move(one));
}

std::string example_classes(const RetentionPolicy& retention) {
    std::string lines;
    for (const RetentionClass& one : retention.classes) {
        lines += "    " + one.name + ": {number: " + std::to_string(one.number) +
                 ", days: " + std::to_string(one.days) + "}\n";
    }
    return lines;
}

void describe_retention(Section& section, RetentionPolicy& retention) {
    section.one_of<RetentionLevel>("default", retention.default_level,
                                   {{"none", RetentionLevel::none}, {"retain", RetentionLevel::retain}},
                                   "level of organizations that have none of their own: none or retain");
    section.number("custom_days", retention.custom_days, kDays,
                   "that detail is kept where neither the plan nor the organization says");
    section.number("minute_rollup_days", retention.minute_rollup_days, kDays, "sums by the minute");
    section.nested(
        "classes",
        "the lengths that there are. days: whole UTC days beside the current one. number: what records keep of a "
        "class, never to be given another "
        "meaning (0 to 15)",
        [&retention](const YAML::Node& classes) {
            if (!classes.IsMap()) throw ConfigProblem{line_of(classes), "classes must be a mapping of names"};
            retention.classes.clear();
            for (const auto& entry : classes) {
                read_retention_class(entry.second, entry.first.as<std::string>(), retention);
            }
        },
        example_classes(retention), [&retention] { return example_classes(retention); });
    section.check([&retention]() -> std::string {
        return retention.classes.empty() ? "at least one retention class is needed" : "";
    });
}

void describe_ledger(Section& section, LedgerOptions& ledger) {
    section.one_of<Durability>("durability", ledger.durability,
                               {{"process", Durability::process}, {"disk", Durability::disk}},
                               "what a complete answer's record survives: process (kill -9) or disk (power loss)");
    section.number("commit_interval_ms", ledger.commit_interval_ms, {1, 1000},
                   "at process: how long settled requests gather before a block is written");
    section.number("checkpoint_interval_ms", ledger.checkpoint_interval_ms, {10, 60000},
                   "how often absolute balances are stored");
}

void describe_log(Section& section, LogOptions& log) {
    section.one_of<LogFormat>("format", log.format, {{"text", LogFormat::text}, {"json", LogFormat::json}},
                              "text, or a JSON object a line");
    Section::Choices<LogLevel> levels;
    Section::Choices<std::optional<LogLevel>> own_levels;
    for (std::size_t i = 0; i < kLogLevelNames.size(); ++i) {
        levels.emplace_back(kLogLevelNames[i], static_cast<LogLevel>(i));
        own_levels.emplace_back(kLogLevelNames[i], static_cast<LogLevel>(i));
    }
    section.one_of("level", log.level, levels, "debug, info, warning, error or off");
    section.number("max_queued_messages", log.max_queued_messages, {16, 1000000},
                   "beyond this the oldest are dropped and counted");
    Section& components = section.section("levels", "of single components, instead of `level`");
    for (std::size_t i = 0; i < kLogComponentNames.size(); ++i) {
        components.one_of(std::string(kLogComponentNames[i]), log.levels[i], own_levels, "", {"debug", true});
    }
}

void describe_operations(Section& section, OperationsConfig& operations) {
    section.number("checkpoint_max_age_ms", operations.checkpoint_max_age_ms, kTimeMs,
                   "a copy that a ledger tool asked for and did not delete is deleted then");
    section.texts("hosts", operations.hosts,
                  "names that operations_listen is called by, as by a scraper; addresses and localhost always are",
                  "tollgate.internal");
}

// `records` gets the options of what stands in lists, as it is read.
void describe(Section& root, Config& config, std::vector<OptionRecord>& records) {
    root.text("listen", config.listen, "clients and management");
    root.text("operations_listen", config.operations_listen, "/metrics and /health");
    root.text("data_dir", config.data_dir, "");
    root.number("workers", config.workers, {0, 256}, "event loops; 0: one per core");
    root.texts(
        "catalogue", config.catalogue,
        "models, prices and providers: files, or directories of them, relative to this file; a later one extends "
        "and changes those before it",
        "");
    root.text("tls_certificate_file", config.tls_certificate_file, "serve TLS on `listen`", {"cert.pem", true});
    root.text("tls_private_key_file", config.tls_private_key_file, "", {"key.pem", true});
    root.text("access_log", config.access_log, "a file, \"-\" for standard output, off");
    root.texts("cors_allowed_origins", config.cors_allowed_origins,
               "origins whose pages may call from a browser; \"*\": any page, the paths under /v1 alone",
               "https://chat.example.com", wrong_with_origin);
    root.texts("trusted_proxies", config.trusted_proxies,
               "networks of proxies: the client that they name in X-Forwarded-For is believed", "10.0.0.0/8",
               wrong_with_network);
    describe_log(root.section("log", "what the program says to its operator, on standard error"), config.log);
    root.texts("forward_headers", config.forward_headers, "of a client's request, sent on to its provider; [] for none",
               "", wrong_with_forwarded_header);
    root.nested(
        "providers", "",
        [&config, &records](const YAML::Node& node) {
            if (!node.IsSequence()) throw ConfigProblem{line_of(node), "providers must be a list"};
            for (const auto& provider : node) read_provider(provider, config, records);
        },
        example_provider());
    describe_limits(root.section("limits"), config.limits);
    describe_timeouts(root.section("timeouts"), config.timeouts);
    describe_credit(root.section("credit"), config);
    describe_response_cache(
        root.section("response_cache", "answers that are served again to clients that ask for it by a header"),
        config.response_cache);
    describe_realtime(root.section("realtime", "sessions of /v1/realtime"), config.realtime);
    describe_fetched_media(
        root.section("fetched_media", "pictures and PDF files by address, for providers that take none; any 0: off"),
        config.fetched_media);
    Section& rates =
        root.section("rate_limits", "of each organization that has no rate of its own; \"unlimited\" is possible");
    rates.rate("requests_per_minute", config.rate_limits.requests_per_minute, "");
    rates.rate("tokens_per_minute", config.rate_limits.tokens_per_minute, "");
    describe_retention(root.section("retention", "of usage detail; money and daily sums are kept for ever"),
                       config.retention);
    describe_ledger(root.section("ledger"), config.ledger);
    describe_operations(root.section("operations"), config.operations);
    describe_llm(root.section("llm", "defaults of every organization, nearer ones go before them"), config.llm);
    describe_people(root, config);
    describe_sign_in(root.section("sign_in", "at identity providers: single sign-on"), config.sign_in, records);
    describe_plans(root.section("plans", "what organizations may have"), config.plans);
    describe_git(
        root.section("git", "where Git organizations are claimed: asked with a token that the claimer gives once"),
        config.git);
    Section& billing = root.section("billing", "what people buy");
    billing.flag("self_service", config.billing.self_service,
                 "purchases of owners and admins are done at once; false: the operator confirms each");
    billing.usd("least_purchase", config.billing.least_purchase, "USD, of people; the operator may book any amount");
    Section& routing = root.section("routing", "endpoints that fail are kept out of the way of requests");
    routing.number("failures_before_rest", config.routing.failures_before_rest, {1, 1000000000},
                   "an endpoint that fails so often in a row rests while others can answer");
    routing.number("shortest_rest_ms", config.routing.shortest_rest_ms, kTimeMs,
                   "then one request tries it; each failure doubles the next rest");
    routing.number("longest_rest_ms", config.routing.longest_rest_ms, kTimeMs, "up to this");
    routing.number("hedge_after_ms", config.routing.hedge_after_ms, {0, kTimeMs.most},
                   "a first endpoint that has not begun to answer then: the next one is asked beside it; 0: never");
    root.section("management")
        .number("readers", config.management.readers, {1, 64},
                "threads for lists and reports; they give way to requests");
}

}  // namespace

Result<ReadConfig> parse_with_options(const std::string& yaml, const std::string& name_in_errors) {
    const auto fail = [&name_in_errors](int line, const std::string& what) {
        const std::string place = line > 0 ? ":" + std::to_string(line) : "";
        return failure(StatusCode::invalid, name_in_errors + place + ": " + what);
    };
    Config config;
    std::vector<OptionRecord> options, in_lists;
    Section root("the configuration");
    describe(root, config, in_lists);
    try {
        const YAML::Node node = YAML::Load(yaml);
        if (!node.IsNull()) root.read(node);
    } catch (const ConfigProblem& problem) {
        return fail(problem.line, problem.what);
    } catch (const YAML::Exception& problem) {
        return fail(problem.mark.line + 1, problem.msg);
    }
    if (config.tls_certificate_file.empty() != config.tls_private_key_file.empty()) {
        return fail(0, "tls_certificate_file and tls_private_key_file go together");
    }
    if (const std::string wrong = wrong_with_plans(config.plans); !wrong.empty()) return fail(0, wrong);
    if (const std::string wrong = wrong_with_people(config); !wrong.empty()) return fail(0, wrong);
    if (const std::string wrong = wrong_with_sign_in(config); !wrong.empty()) return fail(0, wrong);
    const auto folder = std::filesystem::path(name_in_errors).parent_path();
    std::vector<std::string*> paths = {&config.secrets.master_key_file, &config.secrets.former_master_key_file,
                                       &config.mail.drop_folder};
    for (std::string& path : config.catalogue) paths.push_back(&path);
    for (IdentityProviderConfig& one : config.sign_in.providers) paths.push_back(&one.client_secret_file);
    for (std::string* const path : paths) {
        if (!path->empty() && !path->starts_with('/')) *path = (folder / *path).string();
    }
    if (config.catalogue.empty()) return fail(0, "catalogue must name a file or a directory");
    std::erase_if(config.providers, [&config](const ProviderConfig& one) {
        const bool left_out = one.optional && !one.has_key();
        if (left_out) config.providers_left_out.push_back(one.name);
        return left_out;
    });
    root.record("", options);
    std::ranges::move(in_lists, std::back_inserter(options));
    return ReadConfig{.config = std::move(config), .options = std::move(options)};
}

Result<Config> parse_config(const std::string& yaml, const std::string& name_in_errors) {
    auto read = parse_with_options(yaml, name_in_errors);
    if (!read) return std::unexpected(read.error());
    return std::move(read->config);
}

Result<ReadConfig> read_config(const std::string& path) {
    std::ifstream file(path);
    if (!file) return failure(StatusCode::not_found, path + ": cannot be read");
    std::stringstream text;
    text << file.rdbuf();
    auto read = parse_with_options(text.str(), path);
    if (read) read->config.file = path;
    return read;
}

std::vector<std::string> options_to_restart_for(const Config& running, const Config& now) {
    static constexpr std::array<std::string_view, 6> kReloaded = {
        "catalogue", "tls_certificate_file", "tls_private_key_file", "log.level", "log.levels.", "secrets."};
    const auto values_of = [](Config config) {
        Section root("the configuration");
        std::vector<OptionRecord> unread;
        describe(root, config, unread);
        return root.values();
    };
    const auto before = values_of(running), after = values_of(now);
    std::vector<std::string> changed;
    for (const auto& [name, value] : after) {
        const bool reloaded = std::ranges::any_of(kReloaded, [&name](std::string_view one) {
            return one.ends_with('.') ? name.starts_with(one) : name == one;
        });
        if (!reloaded && before.at(name) != value) changed.push_back(name);
    }
    if (running.retention.classes != now.retention.classes) changed.emplace_back("retention.classes");
    if (running.git.hosts != now.git.hosts) changed.emplace_back("git.hosts");
    if (running.sign_in.providers != now.sign_in.providers) changed.emplace_back("sign_in.providers");
    if (running.llm.parameters != now.llm.parameters) changed.emplace_back("llm.parameters");
    return changed;
}

std::string example_config() {
    Config defaults;
    std::vector<OptionRecord> unread;
    Section root("the configuration");
    describe(root, defaults, unread);
    return kExampleTop + root.example();
}

}  // namespace tollgate
