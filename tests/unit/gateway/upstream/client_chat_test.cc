#include "gateway/upstream/client_chat.h"

#include <gtest/gtest.h>

#include <string>

namespace tollgate {
namespace {

constexpr const char* kBody = R"({"model":"m","temperature":0.5,"messages":[{"role":"user","content":"hi"}]})";

TEST(ClientChat, IsReadOnceForAllAttempts) {
    const Exchange request;
    const std::string body = kBody;
    ClientChat client;
    ASSERT_FALSE(client.read(request, body));
    ASSERT_EQ(client.chat().turns.size(), 1U);
    const Turn* const turns = client.chat().turns.data();
    ASSERT_FALSE(client.read(request, body));
    EXPECT_EQ(client.chat().turns.data(), turns);
}

TEST(ClientChat, OfABodyThatWasMovedIsReadAgain) {
    const Exchange request;
    std::string body = kBody;
    ClientChat client;
    ASSERT_FALSE(client.read(request, body));
    const std::string moved = body;
    body.assign(body.size(), '*');
    ASSERT_FALSE(client.read(request, moved));
    EXPECT_EQ(client.chat()[Parameter::temperature].value, "0.5");
}

TEST(ClientChat, ThatCannotBeReadSaysSoEachTimeAndIsEmpty) {
    const Exchange request;
    const std::string body = R"({"model":"m","temperature":1,"messages":[],"tools":1})";
    ClientChat client;
    for (int attempt = 0; attempt < 2; ++attempt) {
        const Error error = client.read(request, body);
        ASSERT_TRUE(error);
        EXPECT_EQ(error.detail().param, "tools");
        EXPECT_TRUE(client.chat()[Parameter::temperature].value.empty());
    }
}

TEST(ClientChat, ThatIsForgottenCanBeReadAgain) {
    const Exchange request;
    const std::string body = kBody;
    ClientChat client;
    ASSERT_FALSE(client.read(request, body));
    client.forget();
    ASSERT_FALSE(client.read(request, body));
    EXPECT_EQ(client.chat().turns.size(), 1U);
}

}  // namespace
}  // namespace tollgate
