#include "gateway/config/option_record.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "gateway/config/config.h"

namespace tollgate {
namespace {

OptionRecord record_of(const std::string& yaml, const std::string& name) {
    const auto read = parse_with_options(yaml, "/etc/tollgate/tollgate.yaml");
    if (!read) {
        ADD_FAILURE() << read.error().message();
        return {};
    }
    const auto found = std::ranges::find(read->options, name, &OptionRecord::name);
    if (found == read->options.end()) {
        ADD_FAILURE() << name << " has no record";
        return {};
    }
    return *found;
}

TEST(OptionRecord, AValueOfTheFileHasItsLineAndItsDefault) {
    const OptionRecord set = record_of("listen: 127.0.0.1:1\nlimits:\n  max_connections: 5", "limits.max_connections");
    EXPECT_EQ(set.value, "5");
    EXPECT_EQ(set.usual, "20000");
    EXPECT_EQ(set.line, 3);
    const OptionRecord unset = record_of("", "limits.max_connections");
    EXPECT_EQ(unset.value, unset.usual);
    EXPECT_EQ(unset.line, 0);
}

TEST(OptionRecord, VariablesAreNamedWhetherTheyAreSetOrNot) {
    ::unsetenv("TOLLGATE_TEST_ABSENT");
    ::setenv("TOLLGATE_TEST_PORT", "9", 1);
    const OptionRecord set = record_of("listen: 127.0.0.1:${TOLLGATE_TEST_PORT}", "listen");
    EXPECT_EQ(set.value, "127.0.0.1:9");
    EXPECT_EQ(set.environment, std::vector<std::string>{"TOLLGATE_TEST_PORT"});
    EXPECT_TRUE(set.from_environment);
    const OptionRecord absent =
        record_of("trusted_proxies: [\"${TOLLGATE_TEST_ABSENT:-10.0.0.0/8}\"]", "trusted_proxies");
    EXPECT_EQ(absent.value, "10.0.0.0/8");
    EXPECT_EQ(absent.environment, std::vector<std::string>{"TOLLGATE_TEST_ABSENT"});
    EXPECT_FALSE(absent.from_environment);
}

TEST(OptionRecord, OfASecretIsSaidWhetherThereIsOne) {
    const std::string yaml = "providers: [{name: p, base_url: \"http://h/v1\", api_keys: [one, two]}]";
    const OptionRecord set = record_of(yaml, "providers.p.api_keys");
    EXPECT_TRUE(set.is_secret);
    EXPECT_TRUE(set.is_set);
    EXPECT_EQ(set.value + set.usual, "");
    EXPECT_FALSE(record_of(yaml, "providers.p.api_key").is_set);
}

TEST(OptionRecord, WhatStandsInListsIsShownToo) {
    EXPECT_EQ(record_of("git: {hosts: {g: {provider: gitlab, api_url: \"https://u:p@g/api\"}}}", "git.hosts").value,
              "g: {provider: gitlab, api_url: https://…@g/api}");
    EXPECT_EQ(record_of("llm: {model: m, parameters: {seed: 1}}", "llm.parameters").value, "seed: 1");
    const std::string classes = "retention: {classes: {one: {number: 0, days: 5}, two: {number: 1, days: 9}}}";
    EXPECT_EQ(record_of(classes, "retention.classes").value, "one: {number: 0, days: 5}\ntwo: {number: 1, days: 9}");
    EXPECT_NE(record_of(classes, "retention.classes").usual, record_of(classes, "retention.classes").value);
    EXPECT_EQ(record_of("catalogue: [prices]", "catalogue").value, "/etc/tollgate/prices") << "as it is read";
}

TEST(OptionRecord, AddressesAreShownWithoutWhatLetsSomebodyIn) {
    EXPECT_EQ(without_credentials("smtp://mailer:secret@mail.test:587"), "smtp://…@mail.test:587");
    EXPECT_EQ(without_credentials("https://secret@h"), "https://…@h");
    EXPECT_EQ(without_credentials("https://a:p@ss@h/x@y"), "https://…@h/x@y");
    EXPECT_EQ(without_credentials("https://h/p@q"), "https://h/p@q");
    EXPECT_EQ(without_credentials("/{call}?api-version=1&key=secret&alt=sse"), "/{call}?api-version=1&key=…&alt=sse");
    EXPECT_EQ(without_credentials("/{call}?secret"), "/{call}?…");
    EXPECT_EQ(without_credentials("plain text"), "plain text");
}

TEST(OptionRecord, AfterAReloadWhatWaitsIsAsBefore) {
    const OptionRecord now{.name = "log.level", .value = "debug"}, before{.name = "log.level", .value = "info"};
    const OptionRecord old_limit{.name = "limits.max_connections", .value = "1"};
    const OptionRecord new_limit{.name = "limits.max_connections", .value = "2"};
    const OptionRecord gone{.name = "providers.one.name", .value = "one"};
    const OptionRecord come{.name = "providers.two.name", .value = "two"};
    const auto all =
        records_in_force({before, old_limit, gone}, {now, new_limit, come}, {"limits.max_connections", "providers"});
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0], now);
    EXPECT_EQ(all[1].value, "1");
    EXPECT_TRUE(all[1].waits_for_restart);
    EXPECT_EQ(all[2].value, "one");
    EXPECT_TRUE(all[2].waits_for_restart);
}

}  // namespace
}  // namespace tollgate
