#include "gateway/config/config.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "gateway/config/provider_section.h"

namespace tollgate {
namespace {

Config good(const std::string& yaml) {
    auto config = parse_config(yaml, "/etc/tollgate/tollgate.yaml");
    if (!config) {
        ADD_FAILURE() << config.error().message();
        return {};
    }
    return *config;
}

std::string problem_of(const std::string& yaml) {
    const auto config = parse_config(yaml, "t.yaml");
    return config ? "" : config.error().message();
}

void expect_problem(const std::string& yaml, std::string_view place, std::string_view words) {
    SCOPED_TRACE(yaml);
    const std::string problem = problem_of(yaml);
    EXPECT_FALSE(problem.empty());
    EXPECT_TRUE(problem.starts_with(place)) << problem;
    EXPECT_NE(problem.find(words), std::string::npos) << problem;
}

TEST(Config, AnEmptyFileIsAllDefaults) {
    const Config config = good("");
    EXPECT_EQ(config.listen, "127.0.0.1:8080");
    EXPECT_EQ(config.limits.max_body_bytes, LimitsConfig().max_body_bytes);
    EXPECT_TRUE(config.providers.empty());
    EXPECT_EQ(config.catalogue, std::vector<std::string>{"/etc/tollgate/catalogue"}) << "beside the file";
}

TEST(Config, WhatNeedsARestartIsNamed) {
    const auto named = [](const std::string& before, const std::string& after) {
        return options_to_restart_for(good(before), good(after));
    };
    using Names = std::vector<std::string>;
    EXPECT_EQ(named("", ""), Names());
    EXPECT_EQ(named("", "listen: 127.0.0.1:1\nlimits: {max_body_bytes: 5000}"),
              (Names{"limits.max_body_bytes", "listen"}));
    EXPECT_EQ(named("operations: {hosts: [a]}", "operations: {hosts: [a, b]}"), Names{"operations.hosts"});
    EXPECT_EQ(named("log: {format: text}", "log: {format: json}"), Names{"log.format"});
    EXPECT_EQ(named("", "retention: {classes: {standard: {number: 0, days: 5}}}"), Names{"retention.classes"});
    EXPECT_EQ(named("", "llm: {model: m, parameters: {seed: 1}}"), (Names{"llm.model", "llm.parameters"}));
    EXPECT_EQ(named("", "catalogue: [other.yaml]\nlog: {level: debug, levels: {ledger: error}}"), Names());
    EXPECT_EQ(named("", "secrets: {master_key_file: a.key}"), Names());
}

TEST(Config, FilesOfSecretsAndMailAreBesideTheFile) {
    const Config config = good(
        "secrets: {master_key_file: a.key, former_master_key_file: /b.key}\n"
        "accounts: {public_url: https://x.example}\n"
        "mail: {drop_folder: mail, from: gate@x.example}");
    EXPECT_EQ(config.secrets.master_key_file, "/etc/tollgate/a.key");
    EXPECT_EQ(config.secrets.former_master_key_file, "/b.key");
    EXPECT_EQ(config.mail.drop_folder, "/etc/tollgate/mail");
    EXPECT_TRUE(config.mail.is_on());
    EXPECT_FALSE(good("").mail.is_on());
}

TEST(Config, NetworksDomainsAndAddressesAreWhatTheySay) {
    expect_problem("provider_keys: {allowed_networks: [10.0.0.0/8, ten]}", "t.yaml:1", "ten");
    expect_problem("trusted_proxies: [10.0.0.0/8, ten]", "t.yaml:1", "ten");
    expect_problem("accounts: {registration_domains: [Example.com]}", "t.yaml:1", "Example.com");
    expect_problem("accounts: {public_url: https://x}\nmail: {drop_folder: m, from: a b@x}", "t.yaml", "from must be");
    expect_problem("mail: {smtp_url: http://x}", "t.yaml", "smtp://");
}

TEST(Config, OriginsArePlainOrigins) {
    EXPECT_EQ(
        good("cors_allowed_origins: [https://a.example, 'http://localhost:3000', '*']").cors_allowed_origins.size(),
        3u);
    for (const char* origin :
         {"a.example", "https://a.example/", "https://A.example", "https://u@a.example", "://a", "https://", "null"}) {
        expect_problem(std::string("cors_allowed_origins: ['") + origin + "']", "t.yaml", "is no origin");
    }
    expect_problem("cors_allowed_origins: https://a.example", "t.yaml:1", "must be a list");
}

TEST(Config, ThePublicAddressBeginsLinks) {
    EXPECT_EQ(good("accounts: {public_url: 'https://a.example/gate'}").accounts.public_url, "https://a.example/gate");
    for (const char* url : {"a.example", "https://a.example/", "ftp://a.example"}) {
        expect_problem(std::string("accounts: {public_url: '") + url + "'}", "t.yaml:1", "public_url must be");
    }
}

TEST(Config, GitHostsOfOnesOwnHaveAProviderAndAnAddress) {
    const GitConfig git =
        good("git:\n  hosts:\n    git.example.com: {provider: gitlab, api_url: 'https://g/api/v4'}\n").git;
    ASSERT_EQ(git.hosts.size(), 1u);
    EXPECT_EQ(git.hosts[0],
              (GitHostConfig{.host = "git.example.com", .provider = "gitlab", .api_url = "https://g/api/v4"}));
    EXPECT_EQ(git.github_url, "https://api.github.com");
    expect_problem("git: {hosts: {a: {provider: gitlab}}}", "t.yaml:1", "needs provider and api_url");
    expect_problem("git: {hosts: {a: {provider: svn, api_url: 'https://a'}}}", "t.yaml:1", "github or gitlab");
    expect_problem("git: {hosts: [a]}", "t.yaml:1", "mapping");
    expect_problem("git: {timeout_ms: 1}", "t.yaml:1", "timeout_ms");
}

TEST(Config, TheInstanceMayHaveAnLlmDefault) {
    EXPECT_TRUE(good("").llm.empty());
    const LlmSettings llm =
        good("llm: {model: m, provider: p, parameters: {top_p: 1, stop: ['1', \"\\n\"], reasoning_effort: low}}").llm;
    EXPECT_EQ(llm.model, "m");
    EXPECT_EQ(llm.provider, "p");
    EXPECT_EQ(llm.parameters,
              (LlmParameters{{"reasoning_effort", "\"low\""}, {"stop", R"(["1","\n"])"}, {"top_p", "1"}}));
    expect_problem("llm:\n  provider: p", "t.yaml:2: ", "llm.model");
    expect_problem("llm:\n  parameters:\n    temperature: 3", "t.yaml:3: ", "parameters.temperature");
    expect_problem("llm:\n  parameters:\n    temperature: '1'", "t.yaml:3: ", "parameters.temperature");
    expect_problem("llm: {parameters: warm}", "t.yaml:1: ", "mapping");
}

TEST(Config, TheCatalogueIsSeveralPathsBesideTheFileOrElsewhere) {
    EXPECT_EQ(good("catalogue: [/p.yaml, own.yaml]").catalogue,
              (std::vector<std::string>{"/p.yaml", "/etc/tollgate/own.yaml"}));
    expect_problem("catalogue: []", "t.yaml: ", "catalogue must name a file or a directory");
    expect_problem("catalogue: prices.yaml", "t.yaml:1: ", "catalogue must be a list");
}

TEST(Config, ValuesAreRead) {
    const Config config = good(
        "listen: 0.0.0.0:1\nworkers: 3\naccess_log: off\n"
        "limits: {max_head_fields: 64, max_drains: 0}\n"
        "timeouts:\n  shutdown_timeout_ms: 0\n  head_timeout_ms: 100\n"
        "credit: {default_output_tokens: 1}\nledger: {commit_interval_ms: 1000}\n"
        "providers:\n- {name: a, base_url: 'http://a/v1', api_key: k, abort_stops_billing: false}\n- {name: b, "
        "base_url: 'http://b'}\n");
    EXPECT_EQ(config.listen, "0.0.0.0:1");
    EXPECT_EQ(config.workers, 3u);
    EXPECT_EQ(config.access_log, "off");
    EXPECT_EQ(config.limits.max_head_fields, 64u);
    EXPECT_EQ(config.limits.max_drains, 0u);
    EXPECT_EQ(config.timeouts.shutdown_timeout_ms, 0u);
    EXPECT_EQ(config.timeouts.head_timeout_ms, 100u);
    EXPECT_EQ(config.credit.default_output_tokens, 1u);
    EXPECT_EQ(config.ledger.commit_interval_ms, 1000u);
    ASSERT_EQ(config.providers.size(), 2u);
    EXPECT_EQ(config.providers[0].api_key, "k");
    EXPECT_FALSE(config.providers[0].abort_stops_billing);
    EXPECT_TRUE(config.providers[1].abort_stops_billing);
}

TEST(Config, UnknownKeysAreRefusedWithTheirLine) {
    expect_problem("listen: a\nlisen: b\n", "t.yaml:2: ", "'lisen'");
    expect_problem("limits:\n  max_connections: 5\n  max_conections: 5\n", "t.yaml:3: ", "'max_conections'");
    expect_problem("timeouts: {bad: 1}\n", "t.yaml:1: ", "'bad'");
    expect_problem("credit: {bad: 1}\n", "t.yaml:1: ", "'bad'");
    expect_problem("ledger: {bad: 1}\n", "t.yaml:1: ", "'bad'");
    expect_problem("providers:\n- name: a\n  key: b\n", "t.yaml:3: ", "'key'");
}

TEST(Config, HeadersThatAreOfTheConnectionOrTheGatewayAreNotForwarded) {
    EXPECT_EQ(good("forward_headers: [x-mine]").forward_headers, std::vector<std::string>{"x-mine"});
    EXPECT_TRUE(good("forward_headers: []").forward_headers.empty());
    for (const char* const name :
         {"authorization", "cookie", "host", "x-tollgate-a", "content-length", "connection", "accept-encoding",
          "x-api-key", "x-org-id", "x-git-host", "Traceparent", "\"a b\""}) {
        expect_problem("forward_headers:\n- " + std::string(name) + "\n", "t.yaml:2: ", "cannot be forwarded");
    }
    expect_problem("forward_headers: a\n", "t.yaml:1: ", "list");
}

TEST(Config, RetentionClassesHaveNumbersAndDays) {
    const Config usual = good("");
    EXPECT_EQ(usual.retention.default_level, RetentionLevel::retain);
    EXPECT_EQ(usual.retention.days_of(0), 90u);
    const Config config =
        good("retention:\n  default: none\n  classes: {long: {number: 4, days: 400}, short: {number: 5, days: 2}}\n");
    EXPECT_EQ(config.retention.default_level, RetentionLevel::none);
    EXPECT_EQ(config.retention.days_of(4), 400u);
    expect_problem("retention: {default: gold}\n", "t.yaml:1: ", "none");
    expect_problem("retention: {classes: {}}\n", "t.yaml:1: ", "at least one");
    expect_problem("retention:\n  classes:\n    standard: {days: 5}\n", "t.yaml:3: ", "number");
    expect_problem("retention:\n  classes:\n    standard: {number: 16, days: 5}\n", "t.yaml:3: ", "number");
    expect_problem("retention:\n  classes:\n    standard: {number: 0, days: 0}\n", "t.yaml:3: ", "days");
    expect_problem("retention:\n  classes: {standard: {number: 0}, other: {number: 0}}\n", "t.yaml:2: ", "same");
}

TEST(Config, ZeroCompletionInsuranceIsOnUnlessSwitchedOff) {
    EXPECT_TRUE(good("").credit.zero_completion_insurance);
    EXPECT_FALSE(good("credit: {zero_completion_insurance: false}\n").credit.zero_completion_insurance);
}

TEST(Config, TheLogHasLevelsByComponent) {
    const Config config = good("log: {format: json, level: warning, levels: {ledger: debug, worker: off}}\n");
    EXPECT_EQ(config.log.format, LogFormat::json);
    EXPECT_EQ(config.log.level_of(LogComponent::server), LogLevel::warning);
    EXPECT_EQ(config.log.level_of(LogComponent::ledger), LogLevel::debug);
    EXPECT_EQ(config.log.level_of(LogComponent::worker), LogLevel::off);
    expect_problem("log:\n  levels:\n    kitchen: debug\n", "t.yaml:3: ", "'kitchen'");
    expect_problem("log: {level: loud}\n", "t.yaml:1: ", "level must be debug or info or warning or error or off");
    expect_problem("log: {max_queued_messages: 1}\n", "t.yaml:1: ", "from 16 to 1000000");
}

TEST(Config, OrphansAreChargedUnlessTheyAreToBeVoid) {
    EXPECT_EQ(good("").ledger.orphans, OrphanPolicy::charge);
    EXPECT_EQ(good("credit: {orphan_policy: free}\n").ledger.orphans, OrphanPolicy::free);
    expect_problem("credit: {orphan_policy: half}\n", "t.yaml:1: ", "orphan_policy");
}

TEST(Config, DuplicateKeysAreRefused) {
    expect_problem("listen: a\nworkers: 1\nlisten: b\n", "t.yaml:3: ", "'listen'");
    expect_problem("limits:\n  max_drains: 1\n  max_drains: 1\n", "t.yaml:3: ", "'max_drains'");
}

TEST(Config, NumbersHaveRanges) {
    for (const std::string value :
         {"0", "-1", "1000001", "1.5", "0x10", "ten", "1e3", "''", "99999999999999999999", "[1]", "{a: 1}"})
        expect_problem("limits:\n  max_connections: " + value + "\n", "t.yaml:2: ", "max_connections");
    EXPECT_EQ(good("limits: {max_connections: 1}").limits.max_connections, 1u);
    EXPECT_EQ(good("limits: {max_connections: 1000000}").limits.max_connections, 1'000'000u);
    expect_problem("limits: {max_head_fields: 129}", "t.yaml:1: ", "from 8 to 128");
    expect_problem("timeouts: {idle_timeout_ms: 99}", "t.yaml:1: ", "idle_timeout_ms");
    expect_problem("workers: 257", "t.yaml:1: ", "workers");
}

TEST(Config, FlagsAreTrueOrFalse) {
    expect_problem("providers:\n- {name: a, base_url: b, optional: yes}\n", "t.yaml:2: ", "optional");
    expect_problem("providers:\n- {name: a, base_url: b, optional: 1}\n", "t.yaml:2: ", "optional");
}

TEST(Config, SectionsHaveTheirShape) {
    expect_problem("limits: 5\n", "t.yaml:1: ", "limits");
    expect_problem("limits: [1]\n", "t.yaml:1: ", "limits");
    expect_problem("limits:\n", "t.yaml:", "limits");
    expect_problem("providers: {a: 1}\n", "t.yaml:1: ", "list");
    expect_problem("providers: [5]\n", "t.yaml:1: ", "mapping");
    expect_problem("listen: [a]\n", "t.yaml:1: ", "listen");
    expect_problem("- a\n", "t.yaml:1: ", "mapping");
    expect_problem("just text\n", "t.yaml:1: ", "mapping");
}

TEST(Config, BrokenYamlIsNamedByLine) {
    expect_problem("listen: a\nlimits: {a\n", "t.yaml:", "");
    expect_problem("a: b: c\n", "t.yaml:1: ", "");
    expect_problem("listen: &a *b\n", "t.yaml:1: ", "");
}

TEST(Config, ProvidersNeedNameAndUrlOnce) {
    expect_problem("providers:\n- {base_url: b}\n", "t.yaml:2: ", "name");
    expect_problem("providers:\n- {name: a, base_url: b}\n- {name: a, base_url: c}\n", "t.yaml:3: ", "twice");
}

TEST(Config, AKeyWithALineBreakIsRefusedAndNotShown) {
    const std::string problem = problem_of("providers:\n- {name: a, base_url: b, api_key: \"se\\ncret\"}\n");
    EXPECT_NE(problem.find("api_key"), std::string::npos);
    EXPECT_EQ(problem.find("cret"), std::string::npos);
}

TEST(Config, SeveralKeysAreDifferentOnesInPlaceOfOne) {
    const auto problem = [](const std::string& keys) {
        return problem_of("providers:\n- {name: a, base_url: b, " + keys + "}\n");
    };
    const Config config = good("providers:\n- {name: a, base_url: b, api_keys: [k1, k2]}\n");
    EXPECT_EQ(config.providers[0].api_keys, (std::vector<std::string>{"k1", "k2"}));
    std::string many = "s0";
    for (std::size_t i = 1; i <= kMostApiKeys; ++i) many += ", s" + std::to_string(i);
    const std::pair<std::string, std::string> rows[] = {
        {"api_key: s0, api_keys: [s1]", "one or the other"},
        {"api_keys: [s1, s2, s1]", "key 1 of api_keys stands twice"},
        {"api_keys: [s1, \"s2\\n\"]", "key 2 of api_keys has a line break"},
        {"api_keys: [" + many + "]", "at most 32"},
        {"auth: sigv4, aws_region: r, api_keys: ['id:s1', s2]", "key 2 of api_keys must be id:secret"},
        {"auth: google, google_key_file: f, api_keys: [s1]", "google_key_file"},
    };
    for (const auto& [keys, expected] : rows) {
        EXPECT_NE(problem(keys).find(expected), std::string::npos) << problem(keys);
        for (const char* const secret : {"s0", "s1", "s2"}) EXPECT_EQ(problem(keys).find(secret), std::string::npos);
    }
}

TEST(Config, CertificateAndKeyGoTogether) {
    expect_problem("tls_certificate_file: a\n", "t.yaml: ", "together");
    expect_problem("tls_private_key_file: a\n", "t.yaml: ", "together");
    EXPECT_EQ(good("tls_certificate_file: a\ntls_private_key_file: b\n").tls_private_key_file, "b");
}

class ConfigEnvironment : public testing::Test {
  protected:
    void SetUp() override {
        ::setenv("TOLLGATE_TEST_SET", "value", 1);
        ::setenv("TOLLGATE_TEST_EMPTY", "", 1);
        ::unsetenv("TOLLGATE_TEST_UNSET");
    }
};

TEST_F(ConfigEnvironment, VariablesAreExpanded) {
    const std::pair<std::string, std::string> rows[] = {
        {"${TOLLGATE_TEST_SET}", "value"},
        {"a${TOLLGATE_TEST_SET}b${TOLLGATE_TEST_SET}", "avaluebvalue"},
        {"${TOLLGATE_TEST_SET:-other}", "value"},
        {"${TOLLGATE_TEST_UNSET:-other}", "other"},
        {"${TOLLGATE_TEST_EMPTY:-other}", "other"},
        {"${TOLLGATE_TEST_UNSET:-}", ""},
        {"$TOLLGATE_TEST_SET", "$TOLLGATE_TEST_SET"},
        {"$5", "$5"},
    };
    for (const auto& [text, expected] : rows) EXPECT_EQ(good("listen: '" + text + "'").listen, expected) << text;
    EXPECT_EQ(good("workers: ${TOLLGATE_TEST_UNSET:-7}").workers, 7u);
}

TEST_F(ConfigEnvironment, MissingVariablesAreNamedWithTheirLine) {
    expect_problem("workers: 1\nlisten: ${TOLLGATE_TEST_UNSET}\n", "t.yaml:2: ", "TOLLGATE_TEST_UNSET");
    expect_problem("listen: ${TOLLGATE_TEST_EMPTY}\n", "t.yaml:1: ", "TOLLGATE_TEST_EMPTY");
    expect_problem("listen: '${TOLLGATE'\n", "t.yaml:1: ", "}");
}

TEST_F(ConfigEnvironment, OptionalProvidersWithoutAKeyAreLeftOut) {
    const Config config = good(
        "providers:\n- {name: a, base_url: b, optional: true, api_key: '${TOLLGATE_TEST_UNSET:-}'}\n"
        "- {name: b, base_url: b, optional: true, api_key: '${TOLLGATE_TEST_SET:-}'}\n- {name: c, base_url: b}\n");
    ASSERT_EQ(config.providers.size(), 2u);
    EXPECT_EQ(config.providers[0].name, "b");
    EXPECT_EQ(config.providers[1].name, "c");
    EXPECT_EQ(config.providers_left_out, std::vector<std::string>{"a"});
    const std::string unset = "'${TOLLGATE_TEST_UNSET:-}'", set = "'${TOLLGATE_TEST_SET:-}'";
    const Config several =
        good("providers:\n- {name: a, base_url: b, optional: true, api_keys: [" + unset + ", " + unset +
             "]}\n- {name: b, base_url: b, optional: true, api_keys: [" + unset + ", " + set + "]}\n");
    EXPECT_EQ(several.providers_left_out, std::vector<std::string>{"a"});
    EXPECT_EQ(several.providers[0].api_keys, (std::vector<std::string>{"", "value"})) << "places stay";
}

std::string text_of(const std::string& file) {
    std::stringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

TEST(Config, TheExampleThatShipsListsEveryOptionWithItsDefault) {
    EXPECT_EQ(text_of("configs/example.yaml"), example_config()) << "write it anew: tollgate options";
}

TEST(Config, TheExampleSaysWhatAnEmptyFileMeans) {
    const Config example = good(example_config()), defaults = good("");
    EXPECT_EQ(example.listen, defaults.listen);
    EXPECT_EQ(example.access_log, defaults.access_log);
    EXPECT_EQ(example.limits.max_drain_bytes, defaults.limits.max_drain_bytes);
    EXPECT_EQ(example.timeouts.request_timeout_ms, defaults.timeouts.request_timeout_ms);
    EXPECT_EQ(example.credit.overdraft_cap, defaults.credit.overdraft_cap);
    EXPECT_EQ(example.rate_limits.tokens_per_minute, defaults.rate_limits.tokens_per_minute);
    EXPECT_EQ(example.ledger.durability, defaults.ledger.durability);
    EXPECT_EQ(example.ledger.commit_interval_ms, defaults.ledger.commit_interval_ms);
    ASSERT_EQ(example.retention.classes.size(), defaults.retention.classes.size());
    EXPECT_EQ(example.retention.classes.back().days, defaults.retention.classes.back().days);
}

TEST(Config, TheExampleTellsADefaultThatItDoesNotShow) {
    const std::string example = example_config();
    EXPECT_NE(example.find("listen: 127.0.0.1:8080                  # clients and management\n"), std::string::npos);
    EXPECT_NE(example.find("(default: false)"), std::string::npos) << "of a provider's `optional`";
    EXPECT_NE(example.find("# tls_certificate_file: cert.pem"), std::string::npos);
    EXPECT_NE(example.find("  - name: openai"), std::string::npos);
    EXPECT_NE(example.find("access_log: \"-\""), std::string::npos);
}

TEST(Config, AMissingFileIsNamed) {
    const auto config = read_config("/nonexistent/tollgate.yaml");
    ASSERT_FALSE(config);
    EXPECT_EQ(config.error().code(), StatusCode::not_found);
    EXPECT_TRUE(config.error().message().starts_with("/nonexistent/tollgate.yaml"));
}

}  // namespace
}  // namespace tollgate
