#include "gateway/routing/operators_place.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tollgate {
namespace {

Provider provider_at(const std::string& name, const std::string& base_url, const std::vector<std::string>& keys = {},
                     const std::string& google_key_file = {}) {
    ProviderConfig config;
    config.name = name;
    config.base_url = base_url;
    if (keys.size() == 1) config.api_key = keys.front();
    if (keys.size() > 1) config.api_keys = keys;
    config.google_key_file = google_key_file;
    auto provider = Provider::from(config, 0);
    EXPECT_TRUE(provider);
    provider->config = std::make_shared<const ProviderConfig>(std::move(config));
    return *provider;
}

class OperatorsPlaceTest : public testing::Test {
  protected:
    const Provider* at(std::string_view name, const std::string& url) const {
        return operators_at(*operators_, name, *parse_base_url(url));
    }
    bool tells(const std::string& url) const {
        return check_tells_accounts_apart(*operators_, *parse_base_url(url)).ok();
    }

    std::vector<Provider> providers_ = {provider_at("inner", "http://10.0.0.1:8000/v1/", {"sk"}),
                                        provider_at("several", "http://10.0.0.2/v1", {"", "sk"}),
                                        provider_at("google", "http://10.0.0.3/v1", {}, "key.json"),
                                        provider_at("ollama", "http://Ollama.inner:11434/v1"),
                                        provider_at("unset", "http://10.0.0.4/v1", {"", ""})};
    std::shared_ptr<const Catalogue> operators_ =
        std::make_shared<const Catalogue>(*PriceList::parse("version: \"1\"\nmodels: []\n", "prices.yaml"), providers_);
};

TEST_F(OperatorsPlaceTest, ABaseUrlIsMeantAndNotItsHost) {
    EXPECT_EQ(at("inner", "http://10.0.0.1:8000/v1"), providers_.data());
    EXPECT_EQ(at("inner", "http://10.0.0.1:8000/v1/"), providers_.data());
    EXPECT_NE(at("ollama", "http://OLLAMA.inner:11434/v1"), nullptr);
    for (const auto* const url : {"http://10.0.0.1:8000", "http://10.0.0.1:8000/v1/admin", "http://10.0.0.1:8000/admin",
                                  "http://10.0.0.1:8000/v1/../admin", "http://10.0.0.1:8000/V1",
                                  "http://10.0.0.1:8001/v1", "https://10.0.0.1:8000/v1"}) {
        EXPECT_EQ(at("inner", url), nullptr) << url;
    }
    EXPECT_EQ(at("custom", "http://10.0.0.1:8000/v1"), nullptr) << "the name of another";
}

TEST_F(OperatorsPlaceTest, AServerThatIsCalledWithoutAKeyTellsNoAccountsApart) {
    for (const auto* const url : {"http://10.0.0.1:8000/v1", "http://10.0.0.2/v1", "http://10.0.0.3/v1",
                                  "https://ollama.inner:11434/v1", "http://ollama.inner/v1"}) {
        EXPECT_TRUE(tells(url)) << url;
    }
    for (const auto* const url :
         {"http://ollama.inner:11434/v1", "http://OLLAMA.inner:11434/other", "http://10.0.0.4"}) {
        EXPECT_FALSE(tells(url)) << url;
    }
}

TEST_F(OperatorsPlaceTest, AServerWithoutAccountsIsTheSameInEverySpelling) {
    providers_.push_back(provider_at("local", "http://127.0.0.1:8080/v1"));
    operators_ =
        std::make_shared<const Catalogue>(*PriceList::parse("version: \"1\"\nmodels: []\n", "prices.yaml"), providers_);
    for (const auto* const url :
         {"http://127.0.0.1:8080", "http://localhost:8080/v1", "http://LocalHost:8080/v1", "http://a.localhost:8080",
          "http://[::ffff:127.0.0.1]:8080", "http://[::1]:8080", "http://127.0.0.2:8080", "http://0.0.0.0:8080",
          "http://[::]:08080/v1", "https://127.0.0.1:8080/v1", "http://[::ffff:10.0.0.4]"}) {
        EXPECT_FALSE(tells(url)) << url;
    }
    for (const auto* const url : {"http://127.0.0.1:8081", "http://10.0.0.1:8080", "http://[::ffff:10.0.0.1]:8000"}) {
        EXPECT_TRUE(tells(url)) << url;
    }
    const auto servers = servers_without_accounts(*operators_, "8080");
    ASSERT_EQ(servers.size(), 1u);
    EXPECT_EQ(servers.front().address.to_string(), "127.0.0.1");
    EXPECT_EQ(servers.front().port, 8080);
    EXPECT_TRUE(servers_without_accounts(*operators_, "8000").empty()) << "it has a key";
}

}  // namespace
}  // namespace tollgate
