#include "gateway/catalogue/catalogue_changes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/catalogue/catalogue_writer.h"

namespace tollgate {
namespace {

constexpr std::string_view kBefore = R"(version: "2026-11-01"
providers:
  - {slug: p, name: "P: first", dialect: messages, base_url: "https://p.example/v1", auth: bearer, quirks: [a, b],
     max_completion_tokens: true, abort_stops_billing: false, reasoning_in_completion: false,
     data: {collects: false, zero_retention: true, retention_days: 0}, headquarters: US, datacenters: [US, FR]}
models:
  - id: m/one
    name: One
    aliases: [one, "true"]
    created: 1763942400
    knowledge_cutoff: 2025-08
    expires: 2027-01-31
    reasoning: {kind: effort, efforts: [low, high], default_effort: low, mandatory: true}
    prefill: false
    input_modalities: [text, image]
    context_length: 1000
    supported_parameters: [temperature, top_p, stop, tools, tool_choice, response_format, structured_outputs, seed,
                           logit_bias, logprobs, top_logprobs]
    endpoints:
      - {provider: p, model: "one:1", source: {name: a page, date: 2026-11-01}, max_completion_tokens: 10,
         prices: {prompt: "1", completion: "4", cache_read: "0.1", cache_write: "1.25", cache_write_1h: "2"},
         tiers: [{above_prompt_tokens: 200, prices: {prompt: "2", completion: "8"}}]}
      - {id: p/eu, provider: p, model: one, region: eu, dialect: chat, quantization: fp8, max_completion_tokens: 20,
         max_prompt_tokens: 900, data: {collects: true, retention_days: 3},
         prices: {prompt: "0.000001", completion: "4", per_request: "0.005"},
         provider_prices: {prompt: "0.5", completion: "2"}}
      - {provider: p, model: one, service_tiers: [priority], server_tools: [web_search],
         prices: {prompt: "3", completion: "9"}}
  - id: m/quiet
    reasoning: false
    endpoints: [{provider: p, model: quiet, prices: {prompt: "0", completion: "0"}}]
  - id: embed
    embeddings: true
    endpoints: [{provider: p, model: embed, prices: {prompt: "0.1"}}]
  - id: voice
    serves: [speech, images]
    endpoints: [{provider: p, model: voice, prices: {prompt: "0", per_request: "0.02"}}]
)";

std::shared_ptr<const PriceList> parsed(std::string text) {
    auto list = PriceList::parse(text, "t");
    EXPECT_TRUE(list) << list.error().message() << "\n" << text;
    return list ? *list : std::make_shared<const PriceList>();
}

std::string replaced(std::string_view from, std::string_view to) {
    std::string text(kBefore);
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

std::vector<std::string> changes_to(const std::string& text) {
    std::vector<std::string> lines;
    for (const CatalogueChange& change : catalogue_changes(*parsed(std::string(kBefore)), *parsed(text))) {
        const bool added = change.kind == CatalogueChange::Kind::added;
        std::string line = std::string(1, "+-~"[static_cast<int>(change.kind)]) + " " + change.name;
        for (const FieldChange& field : change.fields) {
            if (!added) line += " | " + field.name + ": " + field.before + " -> " + field.after + " " + field.percent;
        }
        lines.push_back(line);
    }
    return lines;
}

using testing::ElementsAre;
using testing::IsEmpty;

TEST(CatalogueChanges, TheSameListHasNone) { EXPECT_THAT(changes_to(std::string(kBefore)), IsEmpty()); }

TEST(CatalogueChanges, APriceSaysHowMuchItRises) {
    EXPECT_THAT(changes_to(replaced("prompt: \"1\"", "prompt: \"1.25\"")),
                ElementsAre("~ m/one at p | prompt: 1 -> 1.25 +25 %"));
    EXPECT_THAT(changes_to(replaced("completion: \"8\"", "completion: \"7\"")),
                ElementsAre("~ m/one at p | above 200 completion: 8 -> 7 -12.5 %"));
    EXPECT_THAT(changes_to(replaced("prompt: \"0\"", "prompt: \"1\"")),
                ElementsAre("~ m/quiet at p | prompt: 0 -> 1  | cache_read: 0 -> 1  | cache_write: 0 -> 1  | "
                            "cache_write_1h: 0 -> 1 "))
        << "nothing is a percentage of nothing";
}

TEST(CatalogueChanges, WhatComesAndGoesIsNamedWithItsEndpoints) {
    EXPECT_THAT(changes_to(replaced("id: m/quiet", "id: m/loud")),
                ElementsAre("+ m/loud", "+ m/loud at p", "- m/quiet", "- m/quiet at p"));
    EXPECT_THAT(changes_to(replaced("id: p/eu", "id: p/us")), ElementsAre("- m/one at p/eu", "+ m/one at p/us"));
}

TEST(CatalogueChanges, EveryThingThatAFileCanSayIsCompared) {
    const std::pair<const char*, const char*> kEdits[] = {
        {"max_completion_tokens: true", "max_completion_tokens: false"},
        {"abort_stops_billing: false", "abort_stops_billing: true"},
        {"reasoning_in_completion: false", "reasoning_in_completion: true"},
        {"name: \"P: first\"", "name: Q"},
        {"dialect: messages", "dialect: gemini"},
        {"auth: bearer", "auth: sigv4"},
        {"https://p.example", "https://q.example"},
        {"quirks: [a, b]", "quirks: [a]"},
        {"zero_retention: true", "zero_retention: false"},
        {"headquarters: US", "headquarters: FR"},
        {"datacenters: [US, FR]", "datacenters: [US]"},
        {"name: One", "name: Two"},
        {"aliases: [one,", "aliases: [two,"},
        {"1763942400", "1763942401"},
        {"2025-08", "2025-09"},
        {"2027-01-31", "2027-02-01"},
        {"kind: effort", "kind: level"},
        {"default_effort: low", "default_effort: high"},
        {", mandatory: true", ""},
        {"prefill: false", "prefill: true"},
        {"[text, image]", "[text]"},
        {"context_length: 1000", "context_length: 2000"},
        {"top_logprobs]", "min_p]"},
        {"model: \"one:1\"", "model: one2"},
        {"region: eu", "region: us"},
        {"dialect: chat", "dialect: converse"},
        {"fp8", "fp4"},
        {"max_prompt_tokens: 900", "max_prompt_tokens: 800"},
        {"retention_days: 3", "retention_days: 4"},
        {"per_request: \"0.005\"", "per_request: \"0.006\""},
        {"completion: \"2\"", "completion: \"3\""},
        {"[priority]", "[priority, fast]"},
        {"[web_search]", "[web_search, maps]"},
        {"reasoning: false", "reasoning: true"},
        {"[speech, images]", "[speech]"},
        {"date: 2026-11-01", "date: 2026-11-02"},
        {"above_prompt_tokens: 200", "above_prompt_tokens: 300"},
    };
    for (const auto& [from, to] : kEdits) EXPECT_FALSE(changes_to(replaced(from, to)).empty()) << from;
}

// A fact that the writer forgot would be a change between the list and what is read back.
TEST(CatalogueWriter, WhatItWritesReadsTheSame) {
    const auto list = parsed(std::string(kBefore));
    const auto again = parsed(catalogue_text(*list, "9"));
    EXPECT_EQ(again->version(), "9");
    EXPECT_EQ(again->models(), list->models());
    EXPECT_EQ(again->providers(), list->providers());
    EXPECT_EQ(catalogue_text(*again, "9"), catalogue_text(*list, "9"));
}

TEST(CatalogueWriter, ADirectoryHasAFileForEachAuthorAndOneForTheProviders) {
    std::vector<std::string> paths;
    const auto list = parsed(std::string(kBefore));
    for (const CatalogueFile& file : catalogue_files(*list, "9")) paths.push_back(file.path);
    EXPECT_THAT(paths, ElementsAre("providers.yaml", "models/m.yaml", "models/others.yaml"));
}

TEST(CatalogueWriter, PricesAreExact) {
    EXPECT_EQ(price_per_million(1), "0.000001");
    EXPECT_EQ(price_per_million(150'000), "0.15");
    EXPECT_EQ(price_per_million(4'000'000), "4");
    EXPECT_EQ(price_per_million(0), "0");
}

TEST(CatalogueVersion, IsCountedOn) {
    EXPECT_EQ(version_after("2026-11-29"), "2026-11-29.1");
    EXPECT_EQ(version_after("2026-11-29.1"), "2026-11-29.2");
    EXPECT_EQ(version_after("2026-11-29.9"), "2026-11-29.10");
    EXPECT_EQ(version_after("mine."), "mine..1");
    EXPECT_EQ(version_after("v1.x"), "v1.x.1");
}

}  // namespace
}  // namespace tollgate
