#include "accounting/accounts/directory.h"

#include <gtest/gtest.h>

#include "accounting/accounts/directory_builder.h"

namespace tollgate {
namespace {

constexpr std::int64_t kNow = 1'700'000'000'000;

// Ids and digests from a counter; spread over shards like the real ones by hashing.
KeyRecord record_number(int number, const Id128& organization) {
    KeyRecord record;
    record.digest = digest_key(std::to_string(number));
    record.organization = organization;
    record.created_ms = number;
    return record;
}

TEST(Directory, FindsEachOfManyKeysAndThoseOfAnOrganization) {
    constexpr int kKeys = 20'000;
    constexpr int kOrganizations = 4;
    DirectoryBuilder builder;
    std::vector<Id128> organizations;
    for (int i = 0; i < kOrganizations; ++i) {
        organizations.push_back(make_uuid7(kNow + i));
        builder.put(Organization{.id = organizations.back(), .created_ms = kNow + i});
    }
    for (int i = 0; i < kKeys; ++i) builder.put(record_number(i, organizations[i % kOrganizations]));
    const auto directory = std::move(builder).build();

    EXPECT_EQ(directory->key_count(), std::size_t{kKeys});
    EXPECT_EQ(directory->organizations().size(), std::size_t{kOrganizations});
    for (int i = 0; i < kKeys; ++i) {
        const KeyRecord* record = directory->find_key(digest_key(std::to_string(i)));
        ASSERT_NE(record, nullptr) << i;
        ASSERT_EQ(record->created_ms, i);
        ASSERT_EQ(directory->find_key(digest_key("absent " + std::to_string(i))), nullptr) << i;
    }
    for (int i = 0; i < kOrganizations; ++i) {
        auto keys = directory->keys_of(organizations[i]);
        std::ranges::sort(keys, {}, &KeyRecord::created_ms);
        ASSERT_EQ(keys.size(), std::size_t{kKeys / kOrganizations});
        for (std::size_t k = 0; k < keys.size(); ++k) {
            ASSERT_EQ(keys[k]->created_ms, static_cast<std::int64_t>(k) * kOrganizations + i);
        }
    }
}

TEST(Directory, ErasingKeysOneByOneLeavesTheOthers) {
    constexpr int kKeys = 1'000;  // several chunks of the organization's index
    static_assert(kKeys > 3 * KeyIndex::kChunk);
    const Id128 id = make_uuid7(kNow);
    DirectoryBuilder builder;
    builder.put(Organization{.id = id});
    for (int i = 0; i < kKeys; ++i) builder.put(record_number(i, id));
    const auto full = std::move(builder).build();
    auto directory = full;
    for (int erased = 0; erased < kKeys; ++erased) {
        DirectoryBuilder next(*directory);
        next.erase_key(digest_key(std::to_string(erased)));
        directory = std::move(next).build();
        ASSERT_EQ(directory->find_key(digest_key(std::to_string(erased))), nullptr);
        ASSERT_EQ(directory->key_count(), static_cast<std::size_t>(kKeys - 1 - erased));
        if (erased % 100 != 99) continue;
        const auto keys = directory->keys_of(id);
        ASSERT_EQ(keys.size(), directory->key_count());
        for (const KeyRecord* record : keys) ASSERT_GT(record->created_ms, erased);
    }
    EXPECT_TRUE(directory->keys_of(id).empty());
    EXPECT_EQ(full->keys_of(id).size(), std::size_t{kKeys});
}

TEST(Directory, AChangeSharesTheShardsThatItDoesNotTouch) {
    const Id128 id = make_uuid7(kNow);
    DirectoryBuilder builder;
    builder.put(Organization{.id = id});
    for (int i = 0; i < 100; ++i) builder.put(record_number(i, id));
    const auto before = std::move(builder).build();
    DirectoryBuilder next(*before);
    KeyRecord changed = record_number(0, id);
    changed.disabled = Disabled::by_hand;
    next.put(std::move(changed));
    const auto after = std::move(next).build();
    EXPECT_EQ(after->key_count(), 100U);
    EXPECT_EQ(after->find_key(digest_key("0"))->disabled, Disabled::by_hand);
    EXPECT_EQ(before->find_key(digest_key("0"))->disabled, Disabled::no);
    EXPECT_EQ(after->find_key(digest_key("1")), before->find_key(digest_key("1")));
}

TEST(Directory, EmptyOneFindsNothing) {
    const auto directory = DirectoryBuilder().build();
    EXPECT_EQ(directory->find_key(KeyDigest{}), nullptr);
    EXPECT_EQ(directory->find_organization(Id128{}), nullptr);
    EXPECT_EQ(directory->find_project(Id128{}), nullptr);
    EXPECT_TRUE(directory->keys_of(Id128{}).empty());
    EXPECT_TRUE(directory->projects_of(Id128{}).empty());
    EXPECT_TRUE(directory->organizations().empty());
    EXPECT_EQ(directory->key_count(), 0U);
}

}  // namespace
}  // namespace tollgate
