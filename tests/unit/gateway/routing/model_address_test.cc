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
    std::string plan(std::string_view model) {
        const ChosenModel chosen{.model = model, .provider = {}, .level = LlmLevel::request};
        const OrganizationPolicy policy;
        const BodyFacts body;
        const auto made = make_plan(*catalogue_, {.organization = policy}, {.chosen = chosen, .body = body, .draw = 5});
        if (!made) return std::string(code_of(made.error().kind()));
        std::string names;
        for (const CatalogueEndpoint* const one : made->endpoints()) names += one->endpoint->upstream_model + " ";
        return names;
    }
    ModelAddress find(std::string_view name) { return find_model(*catalogue_, name); }

    std::vector<Provider> providers_;
    std::optional<Catalogue> catalogue_;
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
