#include "gateway/chat/dialect/chat/provider_quirks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace tollgate {
namespace {

TEST(ProviderQuirks, EveryQuirkHasANameOfItsOwn) {
    std::set<std::string_view> names;
    for (unsigned i = 0; i < kQuirks; ++i) {
        const auto quirk = static_cast<Quirk>(i);
        EXPECT_FALSE(to_string(quirk).empty()) << i;
        EXPECT_TRUE(names.insert(to_string(quirk)).second) << to_string(quirk);
        EXPECT_EQ(quirk_named(to_string(quirk)), quirk);
    }
    EXPECT_EQ(quirk_named("none-such"), std::nullopt);
}

TEST(ProviderQuirks, KnownProvidersHaveTheirOwn) {
    for (const std::string_view slug :
         {"groq", "mistral", "deepseek", "openrouter", "together", "fireworks", "cerebras", "perplexity", "vllm",
          "sglang", "llama-cpp", "ollama", "lm-studio", "dashscope", "zai", "google"}) {
        EXPECT_NE(provider_quirks(slug), Quirks()) << slug;
    }
    for (const std::string_view slug : {"openai", "xai", "someone"}) EXPECT_EQ(provider_quirks(slug), Quirks()) << slug;
    EXPECT_EQ(provider_quirks("alibaba"), provider_quirks("dashscope"));
    EXPECT_EQ(provider_quirks("z-ai"), provider_quirks("zai"));
    EXPECT_TRUE(provider_quirks("mistral").has(Quirk::short_tool_ids));
}

}  // namespace
}  // namespace tollgate
