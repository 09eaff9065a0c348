// Catalogue files of an operator on top of those that are shipped, and directories of files.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "gateway/catalogue/price_list.h"

namespace tollgate {
namespace {

namespace fs = std::filesystem;

class CatalogueLayers : public testing::Test {
  protected:
    CatalogueLayers() : root_(fs::temp_directory_path() / ("tollgate-layers-" + std::to_string(getpid()))) {
        fs::create_directories(root_);
    }
    ~CatalogueLayers() override { fs::remove_all(root_); }

    std::string write(const std::string& name, const std::string& text) const {
        const fs::path path = root_ / name;
        fs::create_directories(path.parent_path());
        std::ofstream(path) << text;
        return path.string();
    }
    std::string path(const std::string& name) const { return (root_ / name).string(); }

    static std::shared_ptr<const PriceList> load(const std::vector<std::string>& paths) {
        auto list = PriceList::load(paths);
        EXPECT_TRUE(list) << list.error().message();
        return list ? *list : std::make_shared<const PriceList>();
    }
    // Without the folder.
    std::string error_of(const std::vector<std::string>& paths) const {
        const auto list = PriceList::load(paths);
        EXPECT_FALSE(list);
        if (list) return "";
        const std::string& message = list.error().message();
        const auto at = message.find(root_.string() + "/");
        return at == std::string::npos ? message : message.substr(at + root_.string().size() + 1);
    }

    const fs::path root_;
};

constexpr const char* kProviders = R"(version: "7"
providers:
  - slug: maker
    name: Maker
    dialect: messages
    base_url: https://api.maker.example/v1
    auth: x-api-key
    data: {collects: false, retention_days: 30}
)";
constexpr const char* kModels = R"(source: {name: a page, date: 2026-11-20}
models:
  - id: maker/large
    aliases: [large]
    context_length: 1000
    max_completion_tokens: 100
    supported_parameters: [tools, temperature]
    reasoning: {kind: adaptive, efforts: [low, high], default_effort: high}
    prefill: false
    endpoints:
      - provider: maker
        model: large-1
        prices: {prompt: "1", completion: "2"}
        tiers: [{above_prompt_tokens: 500, prices: {prompt: "2", completion: "4"}}]
      - provider: host
        model: maker/large
        dialect: chat
        context_length: 500
        quantization: fp8
        prices: {prompt: "3", completion: "4"}
)";

TEST_F(CatalogueLayers, TheFilesOfADirectoryAreOneList) {
    write("shipped/providers.yaml", kProviders);
    write("shipped/models/maker.yaml", kModels);
    write("shipped/notes.txt", "not a list");
    const auto list = load({path("shipped")});
    EXPECT_EQ(list->version(), "7");
    const Model* const model = list->find("large");
    ASSERT_NE(model, nullptr);
    EXPECT_EQ(model->reasoning.kind, ReasoningKind::adaptive);
    EXPECT_EQ(model->reasoning.efforts, (std::vector<std::string>{"low", "high"}));
    EXPECT_EQ(model->reasoning.default_effort, "high");
    EXPECT_FALSE(model->prefill);
    ASSERT_NE(list->provider("maker"), nullptr);
    EXPECT_EQ(list->provider("maker")->auth, "x-api-key");
    EXPECT_EQ(list->provider("maker")->data.retention_days, 30);
    EXPECT_EQ(list->provider("nobody"), nullptr);
}

TEST_F(CatalogueLayers, WhatTheModelSaysHoldsForEndpointsThatSayNothing) {
    const auto list = load({write("one.yaml", std::string(kProviders) + std::string(kModels))});
    const auto& endpoints = list->find("maker/large")->endpoints;
    ASSERT_EQ(endpoints.size(), 2u);
    EXPECT_EQ(endpoints[0].context_length, 1000);
    EXPECT_EQ(endpoints[1].context_length, 500);
    EXPECT_EQ(endpoints[1].max_completion_tokens, 100);
    EXPECT_TRUE(endpoints[1].takes("tools"));
    EXPECT_FALSE(endpoints[1].takes("seed"));
    EXPECT_EQ(endpoints[1].quantization, "fp8");
    EXPECT_EQ(endpoints[1].source, (Source{"a page", "2026-11-20"}));
    EXPECT_EQ(list->dialect_of(endpoints[0]), "messages");
    EXPECT_EQ(list->dialect_of(endpoints[1]), "chat");
}

TEST_F(CatalogueLayers, ALaterFileChangesOnlyWhatItSays) {
    write("shipped/providers.yaml", kProviders);
    write("shipped/models/maker.yaml", kModels);
    const std::string own = write("own.yaml", R"(version: mine
providers:
  - {slug: maker, base_url: "https://maker.eu.example/v1"}
models:
  - id: maker/large
    name: Large, ours
    endpoints:
      - {id: maker, prices: {prompt: "9", completion: "9"}}
      - {provider: own, model: large, prices: {prompt: "0", completion: "0"}}
  - id: own/small
    endpoints:
      - {provider: own, model: small, prices: {prompt: "0", completion: "0"}}
)");
    const auto list = load({path("shipped"), own});
    EXPECT_EQ(list->version(), "7+mine");
    const Model& model = *list->find("large");
    EXPECT_EQ(model.name, "Large, ours");
    EXPECT_EQ(model.reasoning.kind, ReasoningKind::adaptive);
    ASSERT_EQ(model.endpoints.size(), 3u);
    EXPECT_EQ(model.endpoints[0].upstream_model, "large-1");
    EXPECT_EQ(model.endpoints[0].prices.prompt, 9'000'000);
    EXPECT_TRUE(model.endpoints[0].tiers.empty()) << "they belonged to the prices before";
    EXPECT_EQ(model.endpoints[0].source, Source()) << "the new price is not from there";
    EXPECT_EQ(model.endpoints[1].prices.prompt, 3'000'000);
    EXPECT_EQ(model.endpoints[2].context_length, 1000);
    EXPECT_NE(list->find("own/small"), nullptr);
    EXPECT_EQ(list->provider("maker")->base_url, "https://maker.eu.example/v1");
    EXPECT_EQ(list->provider("maker")->auth, "x-api-key");
}

TEST_F(CatalogueLayers, ALaterFileThatChangesNothingThereIsRefused) {
    const std::string base = write("base.yaml", std::string(kProviders) + std::string(kModels));
    EXPECT_EQ(error_of({base, write("own.yaml", "models:\n  - id: maker/larg\n    name: x\n")}),
              "own.yaml:2: endpoints: expected a list with at least one");
    EXPECT_EQ(error_of({base, write("own.yaml",
                                    "models:\n  - id: maker/large\n    endpoints:\n      - {id: hots, "
                                    "prices: {prompt: 1, completion: 1}}\n")}),
              "own.yaml:4: provider: missing");
}

TEST_F(CatalogueLayers, NothingStandsTwiceInADirectory) {
    write("shipped/a.yaml", std::string(kProviders) + std::string(kModels));
    write("shipped/b.yaml", kModels);
    EXPECT_EQ(error_of({path("shipped")}), "shipped/b.yaml:3: model: the name 'maker/large' is taken");
    write("shipped/b.yaml", kProviders);
    EXPECT_EQ(error_of({path("shipped")}), "shipped/b.yaml:1: version: another file of the directory has one, too");
    write("shipped/b.yaml", "providers:\n  - {slug: maker, name: again}\n");
    EXPECT_EQ(error_of({path("shipped")}), "shipped/b.yaml:2: provider: the slug 'maker' is taken");
}

TEST_F(CatalogueLayers, AnAliasOfAnotherFileIsTaken) {
    const std::string base = write("base.yaml", std::string(kProviders) + std::string(kModels));
    const std::string own = write("own.yaml", R"(models:
  - id: own/small
    aliases: [large]
    endpoints:
      - {provider: own, model: small, prices: {prompt: "0", completion: "0"}}
)");
    EXPECT_EQ(error_of({base, own}), "own.yaml:2: model: the name 'large' is taken");
    const std::string both = write("both.yaml", R"(version: "1"
models:
  - id: a/first
    endpoints: [{provider: p, model: m, prices: {prompt: "0", completion: "0"}}]
  - id: a/second
    aliases: [second]
    endpoints: [{provider: p, model: m, prices: {prompt: "0", completion: "0"}}]
)");
    EXPECT_EQ(error_of({both, write("own.yaml", "models:\n  - {id: a/first, aliases: [second]}\n")}),
              "own.yaml:2: model: the name 'second' is taken")
        << "the later file is at fault, wherever its model stands";
}

TEST_F(CatalogueLayers, TheFirstPathNeedsAVersionAndFiles) {
    EXPECT_EQ(error_of({write("one.yaml", kModels)}), "one.yaml:1: version: missing");
    fs::create_directories(root_ / "empty");
    EXPECT_EQ(error_of({path("empty")}), "empty: has no .yaml file");
    EXPECT_EQ(error_of({path("nowhere")}), "nowhere: cannot be opened");
}

struct Wrong {
    const char* from;
    const char* to;
    const char* error;
};

TEST_F(CatalogueLayers, WordsThatTheGatewayDoesNotKnowAreRefusedWithTheirLine) {
    const Wrong kWrong[] = {
        {"dialect: messages", "dialect: anthropic",
         "5: dialect: 'anthropic' is none of chat, messages, responses, gemini, converse"},
        {"auth: x-api-key", "auth: basic",
         "7: auth: 'basic' is none of bearer, x-api-key, api-key, x-goog-api-key, sigv4, google"},
        {"base_url: https", "base_url: ftp", "6: base_url: is not an http or https URL"},
        {"retention_days: 30", "retention_days: soon", "8: retention_days: expected a whole number, not below zero"},
        {"date: 2026-11-20", "date: yesterday", "9: date: expected a day, as 2026-11-29"},
        {"kind: adaptive", "kind: deep", "16: kind: 'deep' is none of none, budget, adaptive, effort, level"},
        {"quantization: fp8", "quantization: q8",
         "27: quantization: 'q8' is none of int4, int8, fp4, fp6, fp8, fp16, bf16, fp32, mxfp4, mxfp8, nvfp4"},
        {"provider: host", "provider: maker", "23: endpoint: the id 'maker' is taken; give each its own `id`"},
    };
    for (const auto& [from, to, error] : kWrong) {
        std::string text = std::string(kProviders) + std::string(kModels);
        text.replace(text.find(from), std::string(from).size(), to);
        EXPECT_EQ(error_of({write("one.yaml", text)}), "one.yaml:" + std::string(error));
    }
    std::string text = std::string(kProviders) + std::string(kModels);
    text.replace(text.find("[tools,"), 7, "[tool,");
    EXPECT_TRUE(
        error_of({write("one.yaml", text)}).starts_with("one.yaml:15: supported_parameters: 'tool' is none of"));
}

TEST_F(CatalogueLayers, AnEndpointIsNamedByItsProviderAndWhatItsPricesAreFor) {
    const auto list = load({write("one.yaml", R"(version: "1"
models:
  - id: m
    endpoints:
      - {provider: p, model: m, prices: {prompt: 1, completion: 1}}
      - {provider: p, model: m, service_tiers: [priority], prices: {prompt: 2, completion: 2}}
      - {provider: p, model: m, server_tools: [web_search], prices: {prompt: 1, completion: 1, per_request: 1}}
      - {id: p/eu, provider: p, model: m, region: eu, prices: {prompt: 1, completion: 1}}
)")});
    std::vector<std::string> ids;
    for (const Endpoint& endpoint : list->find("m")->endpoints) ids.push_back(endpoint.id);
    EXPECT_EQ(ids, (std::vector<std::string>{"p", "p/priority", "p/web_search", "p/eu"}));
}

}  // namespace
}  // namespace tollgate
