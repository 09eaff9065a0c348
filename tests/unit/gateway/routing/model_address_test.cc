#include "gateway/routing/model_address.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "gateway/routing/plan.h"

namespace tollgate {
namespace {

constexpr std::string_view kPrices = R"(
version: "1"
models:
  - id: maker/chat-4
    aliases: [chat]
    created: 100
    endpoints:
      - {provider: first, model: "up/1", prices: {prompt: "1", completion: "1"}}
      - {provider: second, model: up-2, prices: {prompt: "0", completion: "0"}}
  - id: maker/chat-5
    created: 200
    endpoints:
      - {provider: first, model: up-3, prices: {prompt: "2", completion: "2"}}
  - id: maker/chat-live
    created: 400
    serves: [realtime]
    endpoints:
      - {provider: first, model: up-7, prices: {prompt: "2", completion: "2"}}
  - id: maker/chatter
    created: 300
    endpoints:
      - {provider: first, model: up-4, prices: {prompt: "0.1", completion: "0.1"}}
  - id: "maker/llama:8b"
    endpoints:
      - {provider: second, model: up-5, prices: {prompt: "3", completion: "3"}}
  - id: "maker/listed:free"
    endpoints:
      - {provider: second, model: up-6, prices: {prompt: "0", completion: "0"}}
)";

class ModelAddressTest : public testing::Test {
  protected:
    ModelAddressTest() : providers_(2) {
        providers_[0].name = "first";
        providers_[1].name = "second";
        catalogue_.emplace(*PriceList::parse(kPrices, "prices.yaml"), providers_);
    }
    // The endpoints of the plan, or the error's code.
    std::string plan(std::string_view model, ApiType api = ApiType::chat) {
        const ChosenModel chosen{.model = model, .provider = {}, .level = LlmLevel::request};
        const BodyFacts body;
        const auto made = make_plan(*catalogue_, {.organization = policy_, .key = &key_, .request = &request_},
                                    {.chosen = chosen, .api = api, .body = body, .draw = 5});
        if (!made) return std::string(code_of(made.error().kind()));
        std::string names;
        for (const CatalogueEndpoint* const one : made->endpoints()) names += one->endpoint->upstream_model + " ";
        return names;
    }
    ModelAddress find(std::string_view name) { return find_model(*catalogue_, name); }

    std::vector<Provider> providers_;
    std::optional<Catalogue> catalogue_;
    OrganizationPolicy policy_;
    KeyRules key_;
    ProviderPreferences request_;
};

TEST_F(ModelAddressTest, ANameOfTheCatalogueIsTakenAsItIs) {
    EXPECT_EQ(find("maker/llama:8b").endpoints.size(), 1U);
    const ModelAddress listed = find("maker/listed:free");
    EXPECT_EQ(listed.endpoints.size(), 1U);
    EXPECT_TRUE(listed.variants.none());
    EXPECT_FALSE(find("maker/chat-4:thinking").found()) << "no such listing";
    EXPECT_FALSE(find("").found());
    EXPECT_FALSE(find("/").found());
    EXPECT_FALSE(find(":free").found());
}

TEST_F(ModelAddressTest, VariantsStack) {
    const ModelAddress address = find("chat:free:nitro");
    EXPECT_EQ(address.endpoints.front().model->id, "maker/chat-4");
    EXPECT_TRUE(address.variants.has(Variant::free) && address.variants.has(Variant::nitro));
    EXPECT_FALSE(address.variants.has(Variant::floor));
}

TEST_F(ModelAddressTest, FreeLeavesOutWhatCosts) {
    EXPECT_EQ(plan("chat:free"), "up-2 ");
    EXPECT_EQ(plan("maker/chat-5:free"), "model_not_found");
    EXPECT_EQ(plan("maker/listed:free"), "up-6 ");
}

TEST_F(ModelAddressTest, FloorIsByPriceAndOnlineIsRefused) {
    EXPECT_EQ(plan("chat:floor"), "up-2 up/1 ");
    EXPECT_EQ(plan("chat:online"), "invalid_request");
    EXPECT_EQ(plan("nobody/nothing:online"), "model_not_found");
}

TEST_F(ModelAddressTest, TheNewestOfAFamily) {
    EXPECT_EQ(plan("~maker/chat-latest"), "up-3 ");
    EXPECT_EQ(plan("~maker/chatter-latest"), "up-4 ");
    EXPECT_EQ(plan("~maker/cha-latest"), "model_not_found");
    EXPECT_EQ(plan("~maker/chat-latest", ApiType::realtime), "up-7 ");
    EXPECT_EQ(plan("~maker/chat-latest:free"), "up-2 ");
    EXPECT_EQ(plan("~maker/chat-latest", ApiType::embeddings), "invalid_request") << "none may: the newest says why";
}

TEST_F(ModelAddressTest, LatestIsTheNewestThatMayAnswer) {
    policy_.allowed_models = {"maker/chat-4", "maker/chat-live"};
    EXPECT_EQ(plan("~maker/chat-latest:floor"), "up-2 up/1 ");
    policy_.allowed_models.clear();
    key_.deny_models = {"maker/chat-5"};
    EXPECT_EQ(plan("~maker/chat-latest:floor"), "up-2 up/1 ");
    key_ = {.most_prompt = NanoUsd{1'500'000'000}};
    EXPECT_EQ(plan("~maker/chat-latest:floor"), "up-2 up/1 ");
    key_ = {};
    request_.only = {"second"};
    EXPECT_EQ(plan("~maker/chat-latest"), "up-2 ");
    request_.only = {"nobody"};
    EXPECT_EQ(plan("~maker/chat-latest"), "no_allowed_provider");
}

TEST_F(ModelAddressTest, AProviderBeforeTheModelLeavesOutTheOthers) {
    EXPECT_EQ(plan("first/maker/chat-4"), "up/1 ");
    EXPECT_EQ(plan("second/chat"), "up-2 ");
    EXPECT_EQ(plan("first/up/1"), "up/1 ") << "by the provider's own name";
    EXPECT_EQ(plan("second/up/1"), "model_not_found");
    EXPECT_EQ(plan("third/chat"), "model_not_found");
}

TEST_F(ModelAddressTest, AutoIsTheCheapestThatMayAnswer) {
    EXPECT_EQ(plan("auto"), "up-2 up-6 up-4 up/1 up-3 up-5 ");
    EXPECT_EQ(plan("openrouter/auto"), plan("auto"));
}

}  // namespace
}  // namespace tollgate
