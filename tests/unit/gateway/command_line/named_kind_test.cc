#include "gateway/command_line/named_kind.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tollgate {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> ids_of(const std::string& typed, const std::vector<NameSearch::Found>& all) {
    NameSearch search(typed);
    for (const auto& one : all) search.look_at(one.name, one.id);
    std::vector<std::string> ids;
    for (const auto& one : search.found()) ids.push_back(one.id);
    return ids;
}

TEST(NameSearch, TheExactNameWinsWhereverItStands) {
    EXPECT_THAT(ids_of("SHOP", {{"shop", "1"}, {"SHOP", "2"}, {"Shop", "3"}}), ElementsAre("2"));
    EXPECT_THAT(ids_of("shop", {{"shop", "1"}, {"SHOP", "2"}}), ElementsAre("1"));
}

TEST(NameSearch, AnotherCaseCountsWhereNothingElseDoes) {
    EXPECT_THAT(ids_of("night shift", {{"Night Shift", "1"}, {"Night Shifts", "2"}}), ElementsAre("1"));
    EXPECT_THAT(ids_of("sHOP", {{"shop", "1"}, {"SHOP", "2"}, {"shops", "3"}}), ElementsAre("1", "2"));
    EXPECT_THAT(ids_of("other", {{"shop", "1"}}), IsEmpty());
}

TEST(NameSearch, TwoOfTheSameNameAreBothFound) {
    EXPECT_THAT(ids_of("shop", {{"shop", "1"}, {"shop", "2"}, {"Shop", "3"}}), ElementsAre("1", "2"));
}

TEST(NameSearch, SaysWhatWasFound) {
    NameSearch search("a");
    search.look_at("A", "1");
    EXPECT_EQ(search.names(), "A (1)");
    for (int i = 0; i < 10; ++i) search.look_at("a", std::to_string(i));
    EXPECT_THAT(search.names(), testing::AllOf(testing::StartsWith("a (0), a (1), "), testing::EndsWith("a (9)")));
    search.look_at("a", "10");
    EXPECT_THAT(search.names(), testing::EndsWith("a (9), …"));
}

}  // namespace
}  // namespace tollgate
