// The catalogue that is shipped: configs/catalogue.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "gateway/catalogue/catalogue_words.h"
#include "gateway/catalogue/catalogue_writer.h"
#include "gateway/catalogue/price_list.h"

namespace tollgate {
namespace {

namespace fs = std::filesystem;
constexpr const char* kDirectory = "configs/catalogue";
// Invented, for trials and tests.
constexpr std::string_view kSample = "sample";

const PriceList& shipped() {
    static const auto list = PriceList::load(std::string(kDirectory));
    if (!list) throw std::runtime_error(list.error().message());
    return **list;
}

template <class See>
void each_endpoint(See see) {
    for (const Model& model : shipped().models()) {
        for (const Endpoint& endpoint : model.endpoints) {
            SCOPED_TRACE(model.id + " at " + endpoint.id);
            see(model, endpoint);
        }
    }
}

TEST(ShippedCatalogue, HasManyModelsOfManyProviders) {
    std::set<std::string> models, providers;
    each_endpoint([&](const Model& model, const Endpoint& endpoint) {
        if (endpoint.provider == kSample) return;
        models.insert(model.id);
        providers.insert(endpoint.provider);
    });
    EXPECT_GE(models.size(), 120U);
    EXPECT_GE(providers.size(), 14U);
}

TEST(ShippedCatalogue, EachProviderIsDescribedAndItsDialectIsKnown) {
    each_endpoint([](const Model&, const Endpoint& endpoint) {
        EXPECT_NE(shipped().provider(endpoint.provider), nullptr);
        const auto& known = catalogue_words::kDialects;
        EXPECT_NE(std::ranges::find(known, shipped().dialect_of(endpoint)), known.end());
    });
}

TEST(ShippedCatalogue, EachPriceHasASourceAndADay) {
    each_endpoint([](const Model&, const Endpoint& endpoint) {
        EXPECT_FALSE(endpoint.source.name.empty());
        EXPECT_EQ(endpoint.source.date.size(), std::string_view("2026-11-29").size());
    });
}

TEST(ShippedCatalogue, NothingThatIsHostedIsFree) {
    each_endpoint([](const Model& model, const Endpoint& endpoint) {
        EXPECT_GT(endpoint.prices.prompt, 0);
        if (!model.embeddings) EXPECT_GT(endpoint.prices.completion, 0);
    });
}

TEST(ShippedCatalogue, ReadingFromACacheIsNeverDearerAndWritingNeverCheaper) {
    each_endpoint([](const Model&, const Endpoint& endpoint) {
        const auto check = [](const Prices& prices) {
            EXPECT_LE(prices.cache_read, prices.prompt);
            EXPECT_GE(prices.cache_write, prices.prompt);
            EXPECT_GE(prices.cache_write_1h, prices.cache_write);
        };
        check(endpoint.prices);
        for (const PriceTier& tier : endpoint.tiers) check(tier.prices);
    });
}

TEST(ShippedCatalogue, LimitsFitEachOther) {
    each_endpoint([](const Model&, const Endpoint& endpoint) {
        if (endpoint.context_length == 0) return;
        EXPECT_LE(endpoint.max_completion_tokens, endpoint.context_length);
        EXPECT_LE(endpoint.max_prompt_tokens, endpoint.context_length);
        for (const PriceTier& tier : endpoint.tiers) EXPECT_LT(tier.above_prompt_tokens, endpoint.context_length);
    });
}

// The Messages API and Bedrock's Converse do not have these.
TEST(ShippedCatalogue, ADialectIsNotSaidToTakeWhatItHasNoFieldFor) {
    static const std::map<std::string_view, std::vector<std::string_view>> kMissing = {
        {"messages", {"seed", "logprobs", "logit_bias", "frequency_penalty", "presence_penalty"}},
        {"converse", {"seed", "logprobs", "logit_bias", "frequency_penalty", "response_format"}},
    };
    each_endpoint([](const Model&, const Endpoint& endpoint) {
        const auto missing = kMissing.find(shipped().dialect_of(endpoint));
        if (missing == kMissing.end() || endpoint.supported_parameters.empty()) return;
        for (const std::string_view parameter : missing->second) EXPECT_FALSE(endpoint.takes(parameter)) << parameter;
    });
}

TEST(ShippedCatalogue, AModelThatReasonsByEffortSaysWhich) {
    for (const Model& model : shipped().models()) {
        const ReasoningKind kind = model.reasoning.kind;
        const bool by_word =
            kind == ReasoningKind::effort || kind == ReasoningKind::level || kind == ReasoningKind::adaptive;
        EXPECT_EQ(by_word, by_word && !model.reasoning.efforts.empty()) << model.id;
    }
}

TEST(ShippedCatalogue, ItsFilesAreAsTheGatewayWritesThem) {
    const auto files = catalogue_files(shipped(), shipped().version());
    std::set<std::string> written;
    for (const CatalogueFile& file : files) {
        std::ifstream in(fs::path(kDirectory) / file.path);
        const std::string text(std::istreambuf_iterator<char>(in), {});
        EXPECT_TRUE(text == file.text) << file.path << " is not written by `tollgate catalogue take`";
        written.insert(file.path);
    }
    for (const auto& entry : fs::recursive_directory_iterator(kDirectory)) {
        if (entry.is_regular_file()) EXPECT_TRUE(written.contains(fs::relative(entry.path(), kDirectory).string()));
    }
}

TEST(ShippedCatalogue, HasWhatStandsInMuchCode) {
    for (const char* const name : {"gpt-4o",
                                   "gpt-4o-mini",
                                   "gpt-4.1",
                                   "gpt-4.1-mini",
                                   "gpt-4.1-nano",
                                   "o3",
                                   "o4-mini",
                                   "gpt-5",
                                   "gpt-5-mini",
                                   "gpt-5-nano",
                                   "gpt-4o-2024-08-06",
                                   "gpt-3.5-turbo",
                                   "text-embedding-3-small",
                                   "text-embedding-ada-002",
                                   "claude-sonnet-4-5",
                                   "claude-sonnet-4-5-20250929",
                                   "claude-haiku-4-5",
                                   "gemini-2.5-flash",
                                   "gemini-2.5-pro",
                                   "meta-llama/llama-3.3-70b-instruct",
                                   "deepseek/deepseek-v4-pro",
                                   "mistralai/mistral-large-2512",
                                   "sample-echo"}) {
        EXPECT_NE(shipped().find(name), nullptr) << name;
    }
    EXPECT_FALSE(shipped().find("gpt-4o")->may_reason);
    EXPECT_TRUE(shipped().find("o3")->may_reason);
}

// What a translation to the Messages API must know, and no name can tell.
TEST(ShippedCatalogue, ClaudesDifferInWhatTheyTakeAndThatIsData) {
    const Model& old = *shipped().find("claude-sonnet-4-5");
    const Model& newer = *shipped().find("claude-opus-4-7");
    EXPECT_EQ(old.reasoning.kind, ReasoningKind::budget);
    EXPECT_EQ(newer.reasoning.kind, ReasoningKind::adaptive);
    EXPECT_TRUE(old.prefill);
    EXPECT_FALSE(newer.prefill);
    EXPECT_TRUE(old.endpoints.front().takes("temperature"));
    EXPECT_FALSE(newer.endpoints.front().takes("temperature"));
    for (const Endpoint& endpoint : newer.endpoints) {
        const std::string_view dialect = shipped().dialect_of(endpoint);
        EXPECT_EQ(dialect, endpoint.provider == "amazon-bedrock" ? "converse" : "messages") << endpoint.id;
    }
}

}  // namespace
}  // namespace tollgate
