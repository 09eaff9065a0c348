#include "gateway/exchange/route_explanation.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "gateway/routing/model_address.h"

namespace tollgate {
namespace {

class RouteExplanationTest : public testing::Test {
  protected:
    RouteExplanationTest() : providers_(2), endpoints_(3) {
        providers_[0].name = "first";
        providers_[1].name = "second";
        model_.id = "maker/chat";
        model_.aliases = {"chat"};
        other_.id = "maker/other";
        for (std::size_t i = 0; i < endpoints_.size(); ++i) {
            endpoints_[i].model = i < 2 ? &model_ : &other_;
            endpoints_[i].endpoint = &listed_;
            endpoints_[i].provider = &providers_[i % 2];
        }
    }
    void place(std::size_t index, RouteExplanation& explanation) {
        RankedEndpoint place;
        place.reason = OrderReason::drawn;
        place.setback = index == 1 ? Setback::failing : Setback::none;
        explanation.placed(endpoints_[index], place, true);
    }
    ModelAddress chat_model() const {
        ModelAddress address;
        address.endpoints = std::span(endpoints_).first(2);
        return address;
    }
    static boost::json::object object_of(const RouteExplanation& explanation) {
        return boost::json::parse("{" + explanation.member() + "}").at("openrouter_metadata").as_object();
    }

    std::vector<Provider> providers_;
    Model model_, other_;
    Endpoint listed_;
    std::vector<CatalogueEndpoint> endpoints_;
};

TEST_F(RouteExplanationTest, TellsWhoStoodWhereWhoWasRemovedAndWhoWasTried) {
    RouteExplanation explanation("maker/chat");
    explanation.addressed(chat_model());
    place(0, explanation);
    place(1, explanation);
    explanation.removed(endpoints_[2], {"max_price", "key"});
    explanation.attempted(endpoints_[0], 503, "upstream_error");
    explanation.answers(endpoints_[1], 200);
    const auto object = object_of(explanation);
    const auto& endpoints = object.at("endpoints").as_object();
    EXPECT_EQ(endpoints.at("total"), 3);
    EXPECT_EQ(boost::json::serialize(endpoints.at("available").at(1)),
              R"({"provider":"second","model":"maker/chat","selected":true,"reason":"drawn","setback":"failing",)"
              R"("candidate":true})");
    EXPECT_EQ(boost::json::serialize(endpoints.at("removed")),
              R"([{"provider":"first","model":"maker/other","rule":"max_price","level":"key"}])");
    EXPECT_EQ(object.at("attempt"), 2);
    EXPECT_EQ(object.at("strategy").as_string(), "direct");
    EXPECT_EQ(object.at("summary").as_string(), "2 of 3 endpoints may answer; 2 attempts, second answered");
    EXPECT_EQ(explanation.member_of_answer(), explanation.member());
}

TEST_F(RouteExplanationTest, AnAnswerThatBreaksIsOneAttemptThatFailed) {
    RouteExplanation explanation("maker/chat");
    place(0, explanation);
    explanation.answers(endpoints_[0], 200);
    explanation.attempted(endpoints_[0], 200, "upstream_incomplete");
    EXPECT_EQ(boost::json::serialize(object_of(explanation).at("attempts")),
              R"([{"provider":"first","model":"maker/chat","status":200,"error":"upstream_incomplete"}])");
}

TEST_F(RouteExplanationTest, AnAnswerFromTheCacheIsNoAttempt) {
    RouteExplanation explanation("maker/chat");
    place(0, explanation);
    place(1, explanation);
    explanation.answers_from_cache(endpoints_[1]);
    const auto object = object_of(explanation);
    EXPECT_EQ(object.at("attempt"), 0);
    EXPECT_TRUE(object.at("attempts").as_array().empty());
    const auto& available = object.at("endpoints").as_object().at("available").as_array();
    EXPECT_EQ(available.at(0).at("selected"), false);
    EXPECT_EQ(available.at(1).at("selected"), true);
    EXPECT_EQ(object.at("summary").as_string(),
              "2 of 2 endpoints may answer; what second answered before was sent again");
    EXPECT_EQ(explanation.member_of_answer(), explanation.member());
}

TEST_F(RouteExplanationTest, TheStrategyIsNamedAsOpenRouterDoes) {
    const auto strategy = [&](std::string_view requested, const ModelAddress& address, std::size_t answered) {
        RouteExplanation explanation(requested);
        explanation.addressed(address);
        place(0, explanation);
        place(2, explanation);
        explanation.answers(endpoints_[answered], 200);
        return std::string(object_of(explanation).at("strategy").as_string());
    };
    EXPECT_EQ(strategy("maker/chat", chat_model(), 0), "direct");
    EXPECT_EQ(strategy("chat", chat_model(), 0), "alias");
    EXPECT_EQ(strategy("chat:nitro", chat_model(), 0), "alias");
    EXPECT_EQ(strategy("maker/chat", chat_model(), 2), "fallback");
    EXPECT_EQ(strategy("none", ModelAddress(), 2), "fallback");
    EXPECT_EQ(strategy("box/auto", chat_model(), 0), "direct") << "a name that looks like auto's and is none";
    ModelAddress any;
    any.any = true;
    EXPECT_EQ(strategy("openrouter/auto:floor", any, 0), "auto");
    ModelAddress latest = chat_model();
    latest.family = "maker/chat";
    EXPECT_EQ(strategy("~maker/chat-latest", latest, 0), "latest");
    ModelAddress free = chat_model();
    free.variants.add(Variant::free);
    EXPECT_EQ(strategy("chat:free", free, 0), "free");
}

}  // namespace
}  // namespace tollgate
