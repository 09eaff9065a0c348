#include "gateway/config/config.h"

#include <yaml-cpp/yaml.h>

#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <sstream>

#include "accounting/money/limits.h"

namespace tollgate {
namespace {

// A problem at a place in the file; caught once, in parse_config.
struct ConfigProblem {
    int line;  // 1-based, 0: unknown
    std::string what;
};

int line_of(const YAML::Node& node) { return node.Mark().is_null() ? 0 : node.Mark().line + 1; }

// ${NAME} and ${NAME:-default}, as a shell would.
std::string expand(const std::string& text, int line) {
    std::string out;
    std::size_t at = 0;
    while (true) {
        const auto start = text.find("${", at);
        out += text.substr(at, start == std::string::npos ? start : start - at);
        if (start == std::string::npos) return out;
        const auto end = text.find('}', start);
        if (end == std::string::npos) throw ConfigProblem{line, "'${' without '}'"};
        const std::string inside = text.substr(start + 2, end - start - 2);
        const auto fallback = inside.find(":-");
        const std::string name = inside.substr(0, fallback);
        const char* const value = std::getenv(name.c_str());
        if (value != nullptr && *value != '\0') {
            out += value;
        } else if (fallback != std::string::npos) {
            out += inside.substr(fallback + 2);
        } else {
            throw ConfigProblem{line, "environment variable " + name + " is not set"};
        }
        at = end + 1;
    }
}

std::optional<std::int64_t> parse_number(const std::string& word, std::int64_t least, std::int64_t most) {
    std::int64_t parsed = 0;
    const char* const end = word.data() + word.size();
    const auto [stop, error] = std::from_chars(word.data(), end, parsed);
    if (error != std::errc() || stop != end || parsed < least || parsed > most) return std::nullopt;
    return parsed;
}

std::string numbers(std::int64_t least, std::int64_t most) {
    return "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
}

// Reads the keys of one mapping; every key must have a reader.
class Section {
  public:
    Section(const YAML::Node& node, std::string name) : node_(node), name_(std::move(name)) {
        if (!node_.IsMap()) throw ConfigProblem{line_of(node_), name_ + " must be a mapping"};
    }

    void text(const std::string& key, std::string& out) {
        add(key, [&out, key](const YAML::Node& value) { out = expand(scalar(value, key), line_of(value)); });
    }
    void flag(const std::string& key, bool& out) {
        add(key, [&out, key](const YAML::Node& value) {
            const std::string word = expand(scalar(value, key), line_of(value));
            if (word != "true" && word != "false") throw ConfigProblem{line_of(value), key + " must be true or false"};
            out = word == "true";
        });
    }
    void number(const std::string& key, std::uint32_t& out, std::uint32_t least, std::uint32_t most) {
        add(key, [&out, least, most, key](const YAML::Node& value) {
            const auto parsed = parse_number(expand(scalar(value, key), line_of(value)), least, most);
            if (!parsed) throw ConfigProblem{line_of(value), key + " must be " + numbers(least, most)};
            out = static_cast<std::uint32_t>(*parsed);
        });
    }
    void rate(const std::string& key, std::optional<std::int64_t>& out) {
        add(key, [&out, key](const YAML::Node& value) {
            const std::string word = expand(scalar(value, key), line_of(value));
            out = parse_number(word, 1, kMostPerMinute);
            if (!out && word != "unlimited") {
                throw ConfigProblem{line_of(value), key + " must be unlimited or " + numbers(1, kMostPerMinute)};
            }
        });
    }
    template <class Value>
    void one_of(const std::string& key, Value& out, std::map<std::string, Value> values) {
        add(key, [&out, key, values = std::move(values)](const YAML::Node& node) {
            const auto found = values.find(expand(scalar(node, key), line_of(node)));
            if (found != values.end()) {
                out = found->second;
                return;
            }
            std::string known;
            for (const auto& [name, value] : values) known += (known.empty() ? "" : " or ") + name;
            throw ConfigProblem{line_of(node), key + " must be " + known};
        });
    }
    void usd(const std::string& key, NanoUsd& out) {
        add(key, [&out, key](const YAML::Node& node) {
            const auto amount = parse_usd(expand(scalar(node, key), line_of(node)));
            if (!amount || *amount < NanoUsd{}) {
                throw ConfigProblem{line_of(node), key + " must be an amount of USD of at least 0"};
            }
            out = *amount;
        });
    }
    void nested(const std::string& key, std::function<void(const YAML::Node&)> read) { add(key, std::move(read)); }

    void read() {
        std::set<std::string> seen;
        for (const auto& entry : node_) {
            const std::string key = entry.first.as<std::string>();
            const auto reader = readers_.find(key);
            if (reader == readers_.end()) {
                throw ConfigProblem{line_of(entry.first), "unknown key '" + key + "' in " + name_};
            }
            if (!seen.insert(key).second) throw ConfigProblem{line_of(entry.first), "'" + key + "' stands twice"};
            reader->second(entry.second);
        }
    }

  private:
    void add(const std::string& key, std::function<void(const YAML::Node&)> read) { readers_[key] = std::move(read); }
    static std::string scalar(const YAML::Node& value, const std::string& key) {
        if (value.IsNull()) return {};
        if (!value.IsScalar()) throw ConfigProblem{line_of(value), key + " must be a single value"};
        return value.as<std::string>();
    }

    const YAML::Node node_;
    std::string name_;
    std::map<std::string, std::function<void(const YAML::Node&)>> readers_;
};

constexpr std::uint32_t kMostMs = 24 * 3600 * 1000;
constexpr std::uint32_t kMostBytes = 1U << 30;

void read_limits(const YAML::Node& node, LimitsConfig& limits) {
    Section section(node, "limits");
    section.number("max_connections", limits.max_connections, 1, 1000000);
    section.number("max_inflight_requests", limits.max_inflight_requests, 1, 1000000);
    section.number("max_head_bytes", limits.max_head_bytes, 1024, 1U << 20);
    section.number("max_head_fields", limits.max_head_fields, 8, 128);
    section.number("max_body_bytes", limits.max_body_bytes, 1024, kMostBytes);
    section.number("max_buffered_body_bytes", limits.max_buffered_body_bytes, 65536, 4294967295U);
    section.number("max_json_depth", limits.max_json_depth, 8, 1024);
    section.number("max_buffered_response_bytes", limits.max_buffered_response_bytes, 65536, kMostBytes);
    section.number("max_event_bytes", limits.max_event_bytes, 1024, kMostBytes);
    section.number("max_idle_upstream_connections", limits.max_idle_upstream_connections, 0, 100000);
    section.number("max_drains", limits.max_drains, 0, 1000000);
    section.number("max_drain_bytes", limits.max_drain_bytes, 1024, kMostBytes);
    section.read();
}

void read_timeouts(const YAML::Node& node, TimeoutsConfig& timeouts) {
    Section section(node, "timeouts");
    section.number("head_timeout_ms", timeouts.head_timeout_ms, 100, kMostMs);
    section.number("body_timeout_ms", timeouts.body_timeout_ms, 100, kMostMs);
    section.number("idle_timeout_ms", timeouts.idle_timeout_ms, 100, kMostMs);
    section.number("write_timeout_ms", timeouts.write_timeout_ms, 100, kMostMs);
    section.number("connect_timeout_ms", timeouts.connect_timeout_ms, 100, kMostMs);
    section.number("first_byte_timeout_ms", timeouts.first_byte_timeout_ms, 100, kMostMs);
    section.number("stream_gap_timeout_ms", timeouts.stream_gap_timeout_ms, 100, kMostMs);
    section.number("upstream_idle_timeout_ms", timeouts.upstream_idle_timeout_ms, 100, kMostMs);
    section.number("drain_timeout_ms", timeouts.drain_timeout_ms, 100, kMostMs);
    section.number("request_timeout_ms", timeouts.request_timeout_ms, 100, kMostMs);
    section.number("shutdown_timeout_ms", timeouts.shutdown_timeout_ms, 0, kMostMs);
    section.read();
}

void read_provider(const YAML::Node& node, Config& config) {
    ProviderConfig provider;
    Section section(node, "a provider");
    section.text("name", provider.name);
    section.text("base_url", provider.base_url);
    section.text("api_key", provider.api_key);
    section.flag("optional", provider.optional);
    section.flag("abort_stops_billing", provider.abort_stops_billing);
    section.flag("reasoning_in_completion", provider.reasoning_in_completion);
    section.one_of("output_bound_parameter", provider.output_bound_parameter,
                   {{"max_tokens", OutputBoundParameter::max_tokens},
                    {"max_completion_tokens", OutputBoundParameter::max_completion_tokens}});
    section.text("tls_ca_file", provider.tls_ca_file);
    section.text("tls_server_name", provider.tls_server_name);
    section.read();
    if (provider.name.empty()) throw ConfigProblem{line_of(node), "a provider needs a name"};
    if (provider.base_url.empty()) throw ConfigProblem{line_of(node), "provider " + provider.name + " needs base_url"};
    for (const auto& other : config.providers) {
        if (other.name == provider.name) {
            throw ConfigProblem{line_of(node), "provider " + provider.name + " stands twice"};
        }
    }
    if (provider.api_key.find_first_of("\r\n") != std::string::npos) {
        throw ConfigProblem{line_of(node), "api_key of provider " + provider.name + " has a line break"};
    }
    config.providers.push_back(std::move(provider));
}

constexpr std::uint32_t kMostDays = 36500;

void read_retention_class(const YAML::Node& node, const std::string& name, RetentionPolicy& retention) {
    RetentionClass one;
    one.name = name;
    std::uint32_t number = kMaxRetentionClasses;
    Section section(node, "retention class " + name);
    section.number("number", number, 0, kMaxRetentionClasses - 1);
    section.number("days", one.days, 1, kMostDays);
    section.read();
    if (number == kMaxRetentionClasses) throw ConfigProblem{line_of(node), "retention class " + name + " needs number"};
    one.number = static_cast<std::uint8_t>(number);
    for (const RetentionClass& other : retention.classes) {
        if (other.name == one.name || other.number == one.number) {
            throw ConfigProblem{line_of(node), "retention classes " + other.name + " and " + name + " are the same"};
        }
    }
    retention.classes.push_back(std::move(one));
}

void read_retention(const YAML::Node& node, RetentionPolicy& retention) {
    std::string default_name = "standard";
    Section section(node, "retention");
    section.text("default", default_name);
    section.number("minute_rollup_days", retention.minute_rollup_days, 1, kMostDays);
    section.number("hour_rollup_days", retention.hour_rollup_days, 1, kMostDays);
    section.nested("classes", [&retention](const YAML::Node& classes) {
        if (!classes.IsMap()) throw ConfigProblem{line_of(classes), "classes must be a mapping of names"};
        retention.classes.clear();
        for (const auto& entry : classes) read_retention_class(entry.second, entry.first.as<std::string>(), retention);
    });
    section.read();
    for (const RetentionClass& one : retention.classes) {
        if (one.name != default_name) continue;
        retention.default_class = one.number;
        return;
    }
    throw ConfigProblem{line_of(node), "there is no retention class '" + default_name + "'"};
}

void read_root(const YAML::Node& root, Config& config) {
    Section section(root, "the configuration");
    section.text("listen", config.listen);
    section.text("operations_listen", config.operations_listen);
    section.text("data_dir", config.data_dir);
    section.number("workers", config.workers, 0, 256);
    section.text("prices", config.prices);
    section.text("tls_certificate_file", config.tls_certificate_file);
    section.text("tls_private_key_file", config.tls_private_key_file);
    section.text("access_log", config.access_log);
    section.nested("providers", [&config](const YAML::Node& node) {
        if (!node.IsSequence()) throw ConfigProblem{line_of(node), "providers must be a list"};
        for (const auto& provider : node) read_provider(provider, config);
    });
    section.nested("limits", [&config](const YAML::Node& node) { read_limits(node, config.limits); });
    section.nested("timeouts", [&config](const YAML::Node& node) { read_timeouts(node, config.timeouts); });
    section.nested("credit", [&config](const YAML::Node& node) {
        Section credit(node, "credit");
        credit.number("default_output_tokens", config.credit.default_output_tokens, 1, 10000000);
        credit.number("max_learned_output_tokens", config.credit.max_learned_output_tokens, 256, 10000000);
        credit.number("bytes_per_prompt_token", config.credit.bytes_per_prompt_token, 1, 100);
        credit.one_of("on_exhausted", config.credit.on_exhausted,
                      {{"cut", OnExhausted::cut}, {"owe", OnExhausted::owe}});
        credit.usd("overdraft_cap", config.credit.overdraft_cap);
        credit.flag("zero_completion_insurance", config.credit.zero_completion_insurance);
        credit.one_of("orphan_policy", config.credit.orphan_policy,
                      {{"charge", OrphanPolicy::charge}, {"void", OrphanPolicy::free}});
        credit.read();
    });
    section.nested("rate_limits", [&config](const YAML::Node& node) {
        Section rates(node, "rate_limits");
        rates.rate("requests_per_minute", config.rate_limits.requests_per_minute);
        rates.rate("tokens_per_minute", config.rate_limits.tokens_per_minute);
        rates.read();
    });
    section.nested("retention", [&config](const YAML::Node& node) { read_retention(node, config.retention); });
    section.nested("ledger", [&config](const YAML::Node& node) {
        Section ledger(node, "ledger");
        ledger.one_of("durability", config.ledger.durability,
                      {{"process", Durability::process}, {"disk", Durability::disk}});
        ledger.number("disk_wait_timeout_ms", config.ledger.disk_wait_timeout_ms, 1, kMostMs);
        ledger.number("commit_interval_ms", config.ledger.commit_interval_ms, 1, 1000);
        ledger.number("checkpoint_interval_ms", config.ledger.checkpoint_interval_ms, 10, 60000);
        ledger.read();
    });
    section.read();
    if (config.tls_certificate_file.empty() != config.tls_private_key_file.empty()) {
        throw ConfigProblem{0, "tls_certificate_file and tls_private_key_file go together"};
    }
}

}  // namespace

Result<Config> parse_config(const std::string& yaml, const std::string& name_in_errors) {
    const auto fail = [&name_in_errors](int line, const std::string& what) {
        const std::string place = line > 0 ? ":" + std::to_string(line) : "";
        return failure(StatusCode::invalid, name_in_errors + place + ": " + what);
    };
    Config config;
    try {
        const YAML::Node root = YAML::Load(yaml);
        if (!root.IsNull()) read_root(root, config);
    } catch (const ConfigProblem& problem) {
        return fail(problem.line, problem.what);
    } catch (const YAML::Exception& problem) {
        return fail(problem.mark.line + 1, problem.msg);
    }
    const auto folder = std::filesystem::path(name_in_errors).parent_path();
    if (!config.prices.starts_with('/')) config.prices = (folder / config.prices).string();
    std::erase_if(config.providers, [](const ProviderConfig& p) { return p.optional && p.api_key.empty(); });
    return config;
}

Result<Config> load_config(const std::string& path) {
    std::ifstream file(path);
    if (!file) return failure(StatusCode::not_found, path + ": cannot be read");
    std::stringstream text;
    text << file.rdbuf();
    return parse_config(text.str(), path);
}

}  // namespace tollgate
