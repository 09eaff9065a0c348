// The catalogue, the plan made from it, and what the models routes show.
#include "gateway/routing/catalogue.h"

#include <gtest/gtest.h>

#include <simdjson.h>
#include <boost/json.hpp>

#include "gateway/api/models.h"
#include "gateway/exchange/exchange.h"

namespace tollgate {
namespace {

constexpr std::string_view kPrices = R"(
version: "1"
models:
  - id: maker/chat
    aliases: [chat]
    endpoints:
      - {provider: first, model: up-1, prices: {prompt: "0.15", completion: "0.6"}}
      - {provider: second, model: up-2, prices: {prompt: "0.2", completion: "0.7"}}
      - {provider: unconfigured, model: up-3, prices: {prompt: "0.2", completion: "0.7"}}
  - id: maker/only-second
    endpoints:
      - {provider: second, model: up-4, prices: {prompt: "1", completion: "1"}}
  - id: maker/nowhere
    aliases: [nowhere]
    endpoints:
      - {provider: unconfigured, model: up-5, prices: {prompt: "1", completion: "1"}}
  - id: maker/embed
    embeddings: true
    endpoints:
      - {provider: first, model: up-6, prices: {prompt: "0.02", completion: "0"}}
)";

class CatalogueTest : public testing::Test {
  protected:
    CatalogueTest() : providers_(2) {
        providers_[0].name = "second";
        providers_[1].name = "first";
        auto prices = PriceList::parse(kPrices, "prices.yaml");
        if (!prices) throw std::runtime_error(prices.error().message());
        catalogue_ = std::make_unique<Catalogue>(*prices, providers_);
    }

    std::vector<Provider> providers_;
    std::unique_ptr<Catalogue> catalogue_;
};

TEST_F(CatalogueTest, EndpointsAreThoseOfConfiguredProvidersInTheLists) {
    const auto endpoints = catalogue_->find("maker/chat");
    ASSERT_EQ(endpoints.size(), 2u);
    EXPECT_EQ(endpoints[0].endpoint->upstream_model, "up-1");
    EXPECT_EQ(endpoints[0].provider, &providers_[1]);
    EXPECT_EQ(endpoints[1].endpoint->upstream_model, "up-2");
    EXPECT_EQ(endpoints[1].provider, &providers_[0]);
}

TEST_F(CatalogueTest, AliasesAreTheModel) {
    EXPECT_EQ(catalogue_->find("chat").data(), catalogue_->find("maker/chat").data());
    EXPECT_EQ(catalogue_->model("chat"), catalogue_->model("maker/chat"));
}

TEST_F(CatalogueTest, WhatCannotBeCalledIsNotThere) {
    for (const std::string_view name : {"maker/nowhere", "nowhere", "unknown", "", "up-1", "MAKER/CHAT"}) {
        EXPECT_TRUE(catalogue_->find(name).empty()) << name;
        EXPECT_EQ(catalogue_->model(name), nullptr) << name;
    }
    ASSERT_EQ(catalogue_->models().size(), 3u);
}

TEST_F(CatalogueTest, AReloadKeepsTheNumbersOfEndpointsAndWhatWasLearned) {
    const auto prices = PriceList::parse(R"(
version: "2"
models:
  - id: maker/new
    endpoints:
      - {provider: second, model: up-9, prices: {prompt: "1", completion: "1"}}
  - id: maker/chat
    endpoints:
      - {provider: second, model: up-2, prices: {prompt: "0.9", completion: "0.9"}}
      - {provider: first, model: up-1-b, prices: {prompt: "0.15", completion: "0.6"}}
)",
                                         "prices.yaml");
    ASSERT_TRUE(prices);
    const Catalogue next(*prices, providers_, catalogue_.get());
    const CatalogueEndpoint& before = catalogue_->find("maker/chat")[1];
    const CatalogueEndpoint& kept = next.find("maker/chat")[0];
    EXPECT_EQ(kept.number, before.number);
    EXPECT_EQ(kept.stream_options_refused_until, before.stream_options_refused_until);
    EXPECT_EQ(next.find("maker/new")[0].number, 5u) << "no number is given twice";
    EXPECT_EQ(next.find("maker/chat")[1].number, 6u) << "another model of the provider is another endpoint";
    EXPECT_EQ(next.numbers(), 6u);
    EXPECT_EQ(next.room_for_numbers(), catalogue_->room_for_numbers());
    const Catalogue again(*prices, providers_, &next);
    EXPECT_EQ(again.numbers(), 6u);
}

TEST_F(CatalogueTest, EndpointsAreNumberedFromOne) {
    ASSERT_EQ(catalogue_->endpoints().size(), 4u);
    for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(catalogue_->endpoints()[i].number, i + 1);
}

TEST_F(CatalogueTest, ListedModelsAreValidJsonInBothFlavours) {
    const auto openai =
        boost::json::parse(list_models(callable_models(Principal(), *catalogue_), openai_inbound()).body);
    EXPECT_EQ(openai.at("object").as_string(), "list");
    ASSERT_EQ(openai.at("data").as_array().size(), 3u);
    EXPECT_EQ(openai.at("data").at(0).at("id").as_string(), "maker/chat");
    EXPECT_EQ(openai.at("data").at(0).at("owned_by").as_string(), "maker");
    const auto openrouter =
        boost::json::parse(list_models(callable_models(Principal(), *catalogue_), openrouter_inbound()).body);
    EXPECT_EQ(openrouter.at("data").at(0).at("pricing").at("prompt").as_string(), "0.00000015");
    EXPECT_EQ(openrouter.at("data").at(0).at("pricing").at("completion").as_string(), "0.0000006");
    EXPECT_EQ(openrouter.at("data").at(2).at("pricing").at("completion").as_string(), "0");
}

TEST_F(CatalogueTest, AModelIsShownByItsEncodedName) {
    for (const std::string_view name : {"maker/chat", "maker%2Fchat", "chat"}) {
        const ApiAnswer answer = show_model(Principal(), *catalogue_, name, openai_inbound());
        ASSERT_FALSE(answer.error) << name;
        EXPECT_EQ(boost::json::parse(answer.body).at("id").as_string(), "maker/chat");
    }
}

TEST_F(CatalogueTest, AnUnknownModelsAnswerIsJsonWhateverItsName) {
    const std::string long_name = std::string(kModelNameBytes - 1, 'x') + "%C3%BC";
    for (const std::string& name : {std::string("unknown"), std::string("%22%5C%0A"), std::string("%FF%80"),
                                    std::string("%ZZ"), std::string("\xff"), long_name}) {
        const ApiAnswer answer = show_model(Principal(), *catalogue_, name, openai_inbound());
        ASSERT_EQ(answer.error.kind(), ErrorKind::model_not_found) << name;
        const std::string body = openai_inbound().error_body(answer.error, 404);
        boost::json::error_code failed;
        boost::json::parse(body, failed);
        EXPECT_FALSE(failed) << name << ": " << body;
    }
}

}  // namespace
}  // namespace tollgate
