#include "accounting/accounts/project.h"

#include <gtest/gtest.h>

#include "store/key_space.h"
#include "tests/support/accounts_fixture.h"

namespace tollgate {
namespace {

class ProjectTest : public AccountsFixture {
  protected:
    void SetUp() override {
        AccountsFixture::SetUp();
        acme_ = organization();
        owner_ = member(acme_, "owner@example.com", Role::owner);
        shop_ = project("shop");
    }

    Id128 project(const std::string& name) {
        const auto id = make_project(acme_, name);
        EXPECT_TRUE(id) << id.error().message();
        return id.value_or(Id128{});
    }
    Status change(const Id128& id, const ProjectChange& fields) {
        return apply([&](Change& one) { return update_project(one, id, fields); });
    }
    Status make_default(const Id128& id) {
        return apply([&](Change& one) { return make_default_project(one, id); });
    }
    Status erase(const Id128& id) {
        return apply([&](Change& one) { return delete_project(one, id); });
    }
    Disabled state(const KeyDigest& digest) { return find(digest)->disabled; }
    const Project* found(const Id128& id) { return accounts_->directory()->find_project(id); }

    Id128 acme_, owner_, shop_;
};

TEST_F(ProjectTest, ItIsRenamedAndSameValuesMakeNoVersion) {
    ASSERT_TRUE(change(shop_, {.name = "shop 2"}).ok());
    EXPECT_EQ(found(shop_)->name, "shop 2");
    EXPECT_EQ(found(shop_)->version, 2);
    ASSERT_TRUE(change(shop_, {.name = "shop 2", .archived = false}).ok());
    EXPECT_EQ(found(shop_)->version, 2);
    EXPECT_EQ(change(shop_, {.name = ""}).code(), StatusCode::invalid);
}

TEST_F(ProjectTest, Row28ANameIsOneProjectsUntilThatIsDeleted) {
    EXPECT_EQ(make_project(acme_, "shop").error().reason(), "name_taken");
    const Id128 other = project("other");
    EXPECT_EQ(change(other, {.name = "shop"}).reason(), "name_taken");
    ASSERT_TRUE(change(shop_, {.archived = true}).ok());
    EXPECT_EQ(make_project(acme_, "shop").error().reason(), "name_taken") << "it can be taken back";
    ASSERT_TRUE(erase(shop_).ok());
    EXPECT_TRUE(make_project(acme_, "shop"));
    EXPECT_TRUE(make_project(organization("Other"), "shop")) << "another organization's";
}

TEST_F(ProjectTest, ArchivingDisablesItsKeysAndTakingItBackEnablesThem) {
    const KeyDigest own = key(acme_, {.name = "a", .project = shop_}), elsewhere = key(acme_);
    const KeyDigest off = key(acme_, {.name = "b", .project = shop_});
    ASSERT_TRUE(update(off, {.disabled = true}).ok());
    ASSERT_TRUE(change(shop_, {.archived = true}).ok());
    for (const bool reloaded : {false, true}) {
        if (reloaded) reload();
        EXPECT_TRUE(found(shop_)->archived());
        EXPECT_EQ(state(own), Disabled::project_archived);
        EXPECT_EQ(state(off), Disabled::by_hand);
        EXPECT_EQ(state(elsewhere), Disabled::no);
    }
    EXPECT_EQ(update(own, {.disabled = false}).reason(), "project_archived");
    EXPECT_EQ(update(off, {.disabled = false}).reason(), "project_archived");
    EXPECT_EQ(make_key(acme_, {.name = "c", .project = shop_}).error().code(), StatusCode::conflict);
    ASSERT_TRUE(change(shop_, {.archived = false}).ok());
    EXPECT_EQ(state(own), Disabled::no);
    EXPECT_EQ(state(off), Disabled::by_hand);
}

TEST_F(ProjectTest, AKeyThatIsDisabledByHandMeanwhileStaysSo) {
    const KeyDigest own = key(acme_, {.name = "a", .project = shop_});
    const KeyDigest renamed = key(acme_, {.name = "b", .project = shop_});
    ASSERT_TRUE(change(shop_, {.archived = true}).ok());
    ASSERT_TRUE(update(own, {.disabled = true}).ok());
    ASSERT_TRUE(update(renamed, {.name = "c"}).ok());
    ASSERT_TRUE(change(shop_, {.archived = false}).ok());
    EXPECT_EQ(state(own), Disabled::by_hand);
    EXPECT_EQ(state(renamed), Disabled::no);
}

TEST_F(ProjectTest, WhoLeftOrIsSuspendedMeanwhileGetsNoKeyBack) {
    const Id128 ann = member(acme_, "ann@example.com"), bob = member(acme_, "bob@example.com");
    const KeyDigest hers = key(acme_, {.name = "a", .project = shop_, .creator = ann});
    const KeyDigest his = key(acme_, {.name = "b", .project = shop_, .creator = bob});
    ASSERT_TRUE(update(acme_, bob, {.status = MemberStatus::suspended}).ok());
    ASSERT_TRUE(change(shop_, {.archived = true}).ok());
    ASSERT_TRUE(remove(acme_, ann));
    ASSERT_TRUE(update(acme_, bob, {.status = MemberStatus::active}).ok());
    EXPECT_EQ(state(his), Disabled::project_archived) << "its project still is";
    ASSERT_TRUE(update(acme_, bob, {.status = MemberStatus::suspended}).ok());
    ASSERT_TRUE(change(shop_, {.archived = false}).ok());
    EXPECT_EQ(state(hers), Disabled::member_left);
    EXPECT_EQ(state(his), Disabled::member_suspended);
    ASSERT_TRUE(update(acme_, bob, {.status = MemberStatus::active}).ok());
    EXPECT_EQ(state(his), Disabled::no);
}

TEST_F(ProjectTest, OneIsTheDefaultAndAnotherMayBecomeIt) {
    const Id128 first = default_project(acme_);
    EXPECT_EQ(change(first, {.archived = true}).reason(), "default_project");
    EXPECT_EQ(erase(first).reason(), "default_project");
    ASSERT_TRUE(make_default(shop_).ok());
    for (const bool reloaded : {false, true}) {
        if (reloaded) reload();
        EXPECT_TRUE(found(shop_)->is_default);
        EXPECT_FALSE(found(first)->is_default);
    }
    EXPECT_EQ(find(key(acme_))->project, shop_);
    const std::int64_t version = found(shop_)->version;
    ASSERT_TRUE(make_default(shop_).ok());
    EXPECT_EQ(found(shop_)->version, version);
    ASSERT_TRUE(change(first, {.archived = true}).ok());
    EXPECT_EQ(make_default(first).reason(), "project_archived");
}

TEST_F(ProjectTest, ItIsArchivedBeforeItIsDeletedAndItsKeysGoWithIt) {
    const KeyDigest own = key(acme_, {.name = "till", .project = shop_}), elsewhere = key(acme_);
    EXPECT_EQ(erase(shop_).reason(), "not_archived");
    ASSERT_TRUE(change(shop_, {.archived = true}).ok());
    ASSERT_TRUE(erase(shop_).ok());
    for (const bool reloaded : {false, true}) {
        if (reloaded) reload();
        EXPECT_EQ(found(shop_), nullptr);
        EXPECT_EQ(find(own), nullptr);
        EXPECT_NE(find(elsewhere), nullptr);
        EXPECT_EQ(accounts_->directory()->projects_of(acme_).size(), 1U);
        EXPECT_EQ(name_of_project(*accounts_->directory(), store_, shop_), "shop") << "reports name it";
        EXPECT_EQ(names_of_key(*accounts_->directory(), store_, own)->name, "till");
    }
    EXPECT_EQ(erase(shop_).code(), StatusCode::not_found);
    EXPECT_EQ(name_of_project(*accounts_->directory(), store_, make_uuid7(kNow)).error().code(), StatusCode::not_found);
}

TEST_F(ProjectTest, PeopleMakeTenAndTheOperatorMore) {
    call_as(owner_);
    for (std::size_t used = 2; used < *PlanLimits{}.projects; ++used) project("p" + std::to_string(used));
    const auto refused = make_project(acme_, "one more");
    EXPECT_EQ(refused.error().code(), StatusCode::conflict);
    EXPECT_EQ(refused.error().reason(), "limit_reached");
    call_as_operator();
    EXPECT_TRUE(make_project(acme_, "one more"));
    call_as(owner_);
    ASSERT_TRUE(change(shop_, {.archived = true}).ok());
    ASSERT_TRUE(erase(shop_).ok());
    EXPECT_EQ(make_project(acme_, "another").error().reason(), "limit_reached") << "there are ten again";
}

TEST_F(ProjectTest, PeopleMakeTwoHundredKeysAndTheOperatorMore) {
    for (std::size_t used = 0; used < *PlanLimits{}.keys; ++used) key(acme_);
    call_as(owner_);
    EXPECT_EQ(make_key(acme_, {.name = "one more"}).error().reason(), "limit_reached");
    call_as_operator();
    EXPECT_TRUE(make_key(acme_, {.name = "one more"}));
}

}  // namespace
}  // namespace tollgate
