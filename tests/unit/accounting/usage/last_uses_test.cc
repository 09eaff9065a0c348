#include "accounting/usage/last_uses.h"

#include <gtest/gtest.h>

#include "tests/support/memory_store.h"

namespace tollgate {
namespace {

class LastUsesTest : public testing::Test {
  protected:
    void store_all() {
        WriteBatch batch;
        ASSERT_TRUE(uses.add_to(batch).ok());
        ASSERT_TRUE(store.commit(batch, Durability::process).ok());
        uses.committed();
    }

    MemoryStore store;
    LastUses uses{store};
    const KeyDigest key = digest_key("one"), other = digest_key("other");
    const Id128 organization = make_uuid7(1000), user = make_uuid7(2000);
};

TEST_F(LastUsesTest, WhatWasNeverUsedHasNoTime) {
    uses.note_key(key, 5000);
    EXPECT_EQ(uses.of_key(other), 0);
    EXPECT_EQ(uses.of_member(organization, user), 0);
}

TEST_F(LastUsesTest, TheLatestTimeStandsWhereverItIs) {
    uses.note_key(key, 5000);
    uses.note_key(key, 4000);
    EXPECT_EQ(uses.of_key(key), 5000);
    store_all();
    uses.note_key(key, 4500);
    EXPECT_EQ(uses.of_key(key), 5000);
    store_all();
    EXPECT_EQ(uses.of_key(key), 5000);
    uses.note_key(key, 6000);
    EXPECT_EQ(uses.of_key(key), 6000);
}

TEST_F(LastUsesTest, AMemberIsActiveInTheOrganizationThatItIsAbout) {
    uses.note_member(organization, user, 5000);
    uses.note_member(Id128{}, user, 6000);
    uses.note_member(organization, Id128{}, 7000);
    store_all();
    EXPECT_EQ(uses.of_member(organization, user), 5000);
    EXPECT_EQ(uses.of_member(user, organization), 0);
}

TEST_F(LastUsesTest, ARestartReadsWhatWasStored) {
    uses.note_key(key, 5000);
    uses.note_member(organization, user, 5001);
    store_all();
    EXPECT_FALSE(uses.waiting());
    const LastUses again(store);
    EXPECT_EQ(again.of_key(key), 5000);
    EXPECT_EQ(again.of_member(organization, user), 5001);
}

TEST_F(LastUsesTest, WhatWasNotCommittedIsAddedAgain) {
    uses.note_key(key, 5000);
    WriteBatch lost;
    ASSERT_TRUE(uses.add_to(lost).ok());
    EXPECT_TRUE(uses.waiting());
    EXPECT_EQ(uses.of_key(key), 5000);
    uses.note_key(key, 5500);
    store_all();
    EXPECT_EQ(LastUses(store).of_key(key), 5500);
}

}  // namespace
}  // namespace tollgate
