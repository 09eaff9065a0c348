#include "gateway/routing/choose_model.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tollgate {
namespace {

// What each level says: the model and the temperature, either may be empty.
struct Says {
    std::string model = {}, temperature = {};
};
struct Case {
    std::string_view name;
    std::string asked = {};
    Says preset = {}, member = {}, project = {}, organization = {}, instance = {};
    std::string_view model, level, temperature = {};  // expected
};

LlmSettings settings_of(const Says& says) {
    LlmSettings settings{.model = says.model};
    if (!says.model.empty()) settings.provider = "of " + says.model;
    if (!says.temperature.empty()) settings.parameters = {{"temperature", says.temperature}};
    return settings;
}

const Case kCases[] = {
    {.name = "nobody says anything", .model = "", .level = "none"},
    {.name = "the instance alone", .instance = {"i", "0.1"}, .model = "i", .level = "instance", .temperature = "0.1"},
    {.name = "the organization before the instance",
     .organization = {"o", "0.2"},
     .instance = {"i", "0.1"},
     .model = "o",
     .level = "organization",
     .temperature = "0.2"},
    {.name = "the project before the organization",
     .project = {"p", "0.3"},
     .organization = {"o", "0.2"},
     .instance = {"i", "0.1"},
     .model = "p",
     .level = "project",
     .temperature = "0.3"},
    {.name = "the member before the project",
     .member = {"m", "0.4"},
     .project = {"p", "0.3"},
     .organization = {"o", "0.2"},
     .model = "m",
     .level = "member",
     .temperature = "0.4"},
    {.name = "the preset before the member",
     .preset = {"x", "0.5"},
     .member = {"m", "0.4"},
     .project = {"p", "0.3"},
     .model = "x",
     .level = "preset",
     .temperature = "0.5"},
    {.name = "the request before all",
     .asked = "r",
     .preset = {"x", "0.5"},
     .member = {"m", "0.4"},
     .instance = {"i", "0.1"},
     .model = "r",
     .level = "request",
     .temperature = "0.5"},
    {.name = "a level may say of parameters alone",
     .member = {"", "0.4"},
     .project = {"p", ""},
     .organization = {"o", "0.2"},
     .model = "p",
     .level = "project",
     .temperature = "0.4"},
    {.name = "a level that says of the model alone leaves parameters to others",
     .member = {"m", ""},
     .instance = {"", "0.1"},
     .model = "m",
     .level = "member",
     .temperature = "0.1"},
};

std::string value_of(const LlmChoice& choice, std::string_view name) {
    for (const NamedJson* const one : choice.parameters) {
        if (one->name == name) return one->json;
    }
    return {};
}

TEST(ChooseModel, TheNearestLevelThatSaysSomethingDecides) {
    for (const Case& one : kCases) {
        SCOPED_TRACE(one.name);
        const LlmSettings preset = settings_of(one.preset), member = settings_of(one.member),
                          project = settings_of(one.project), organization = settings_of(one.organization),
                          instance = settings_of(one.instance);
        const LlmChoice choice = choose_model({.asked = one.asked,
                                               .own_members = {},
                                               .preset = &preset,
                                               .member = &member,
                                               .project = &project,
                                               .organization = &organization,
                                               .instance = &instance});
        EXPECT_EQ(choice.model.model, one.model);
        EXPECT_EQ(to_string(choice.model.level), one.level);
        EXPECT_EQ(value_of(choice, "temperature"), one.temperature);
        const bool of_a_default = one.level != "none" && one.level != "request";
        EXPECT_EQ(choice.model.provider, of_a_default ? "of " + std::string(one.model) : "");
    }
}

TEST(ChooseModel, LevelsThatThereAreNotSayNothing) {
    const LlmSettings organization{.model = "o"};
    EXPECT_EQ(choose_model({.asked = {}, .own_members = {}, .organization = &organization}).model.model, "o");
    EXPECT_EQ(choose_model(LlmLevels()).model.level, LlmLevel::none);
}

TEST(ChooseModel, TheProviderIsThatOfTheLevelThatNamesTheModel) {
    const LlmSettings member{.model = "m"}, organization{.model = "o", .provider = "first"};
    EXPECT_EQ(
        choose_model({.asked = {}, .own_members = {}, .member = &member, .organization = &organization}).model.provider,
        "");
}

TEST(ChooseModel, ParametersAreMergedFieldByField) {
    const LlmSettings member{.parameters = {{"seed", "7"}, {"temperature", "0.9"}}};
    const LlmSettings organization{.parameters = {{"stop", R"(["x"])"}, {"temperature", "0.1"}, {"top_p", "0.5"}}};
    const std::vector<std::string> own = {"messages", "top_p"};
    const LlmChoice choice =
        choose_model({.asked = {}, .own_members = own, .member = &member, .organization = &organization});
    EXPECT_EQ(value_of(choice, "seed"), "7");
    EXPECT_EQ(value_of(choice, "temperature"), "0.9");
    EXPECT_EQ(value_of(choice, "stop"), R"(["x"])");
    EXPECT_EQ(value_of(choice, "top_p"), "");
    EXPECT_EQ(choice.parameters.size(), 3u);
}

TEST(ChooseModel, OneOfTwoNamesForTheSameIsEnough) {
    const LlmSettings member{.parameters = {{"max_tokens", "10"}}};
    const LlmSettings organization{.parameters = {{"max_completion_tokens", "20"}, {"reasoning_effort", "\"low\""}}};
    const std::vector<std::string> own = {"reasoning"};
    const LlmChoice choice =
        choose_model({.asked = {}, .own_members = own, .member = &member, .organization = &organization});
    ASSERT_EQ(choice.parameters.size(), 1u);
    EXPECT_EQ(value_of(choice, "max_tokens"), "10");
    const std::vector<std::string> bounded = {"max_completion_tokens"};
    EXPECT_TRUE(choose_model({.asked = {}, .own_members = bounded, .member = &member}).parameters.empty());
}

TEST(ChooseModel, EveryDefaultSaysWhoCanChangeIt) {
    for (const LlmLevel level :
         {LlmLevel::preset, LlmLevel::member, LlmLevel::project, LlmLevel::organization, LlmLevel::instance}) {
        EXPECT_NE(remedy_of(level).find("can change it"), std::string_view::npos) << to_string(level);
    }
}

}  // namespace
}  // namespace tollgate
