#include "accounting/accounts/permission.h"

#include <gtest/gtest.h>

#include <set>

#include "accounting/accounts/passkey.h"
#include "tests/support/accounts_fixture.h"

namespace tollgate {
namespace {

class PermissionTest : public AccountsFixture {
  protected:
    void SetUp() override {
        AccountsFixture::SetUp();
        own_ = organization();
        other_ = organization("Other");
        owner_ = member(own_, "owner@example.com", Role::owner);
        admin_ = member(own_, "admin@example.com", Role::admin);
        member_ = member(own_, "member@example.com");
    }

    Caller by_key(CallerKind kind, const Id128& creator = {}) const {
        return {.kind = kind, .user = creator, .organization = own_};
    }
    static Caller by_person(const Id128& user, ScopeSet scopes = ScopeSet::of(Scope::everything)) {
        return {.kind = CallerKind::personal_token, .user = user, .scopes = scopes};
    }
    Permit ask(const Caller& caller, Permission permission) {
        return permit(*accounts_->directory(), caller, own_, permission);
    }
    Access access(const Caller& caller, Permission permission) { return ask(caller, permission).access; }
    Access access_to_other(const Caller& caller, Permission permission) {
        return permit(*accounts_->directory(), caller, other_, permission).access;
    }

    // What a cell of the table comes to.
    static Permit of(Right right) {
        if (right == Right::no) return {};
        return {.access = Access::granted, .own_only = right == Right::own};
    }
    void expect(const Caller& caller, const PermissionRow& row, Right right) {
        const Permit permitted = ask(caller, row.permission), expected = of(right);
        EXPECT_EQ(permitted.access, expected.access) << row.name << ' ' << to_string(caller.kind);
        EXPECT_EQ(permitted.own_only, expected.own_only) << row.name << ' ' << to_string(caller.kind);
    }

    Id128 own_, other_, owner_, admin_, member_;
};

TEST_F(PermissionTest, EveryCellHoldsInTheCallersOrganization) {
    for (const PermissionRow& row : permissions()) {
        expect({.kind = CallerKind::root_key}, row, row.operators);
        expect({.kind = CallerKind::local}, row, row.operators);
        expect(by_key(CallerKind::management_key), row, row.management_key);
        expect(by_key(CallerKind::inference_key), row, row.inference_key);
        expect(by_key(CallerKind::service_key), row, row.service_key);
        expect(by_person(admin_), row, row.of_organization ? row.admin : row.member);
        expect(by_person(owner_), row, row.of_organization ? row.owner : row.member);
        expect(by_person(member_), row, row.member);
        expect({.kind = CallerKind::nobody}, row, Right::no);
    }
}

TEST_F(PermissionTest, AnotherOrganizationIsUnknownExceptToTheOperator) {
    for (const PermissionRow& row : permissions()) {
        if (!row.of_organization) continue;
        for (const Caller& caller : {by_person(owner_), by_key(CallerKind::management_key, owner_)}) {
            const bool ever = may_ever(caller.kind, row.permission);
            EXPECT_EQ(access_to_other(caller, row.permission), ever ? Access::unknown_organization : Access::denied)
                << row.name;
        }
    }
    EXPECT_EQ(access_to_other({.kind = CallerKind::root_key}, Permission::see_billing), Access::granted);
}

TEST_F(PermissionTest, AManagementKeyMayWhatItsCreatorMayToday) {
    const Caller key = by_key(CallerKind::management_key, admin_);
    EXPECT_EQ(access(key, Permission::manage_projects), Access::granted);
    ASSERT_TRUE(update(own_, admin_, {.role = Role::member}).ok());
    EXPECT_EQ(access(key, Permission::manage_projects), Access::denied);
    EXPECT_TRUE(ask(key, Permission::see_keys).own_only);
    EXPECT_EQ(access(key, Permission::see_settings), Access::granted);
    ASSERT_TRUE(remove(own_, admin_));
    EXPECT_EQ(access(key, Permission::see_keys), Access::denied);
}

TEST_F(PermissionTest, ASuspendedMemberMayNothingAndARemovedOneKnowsNothing) {
    ASSERT_TRUE(update(own_, admin_, {.status = MemberStatus::suspended}).ok());
    EXPECT_EQ(access(by_person(admin_), Permission::see_organization), Access::denied_suspended);
    EXPECT_EQ(denial_of(Permission::see_organization, Access::denied_suspended).reason(), "member_suspended");
    ASSERT_TRUE(remove(own_, admin_));
    EXPECT_EQ(access(by_person(admin_), Permission::see_organization), Access::unknown_organization);
    EXPECT_EQ(access(by_person(admin_), Permission::see_profile), Access::granted);
}

TEST_F(PermissionTest, AKeyOfASuspendedPersonMayWhatAnybodysMay) {
    const Caller key = by_key(CallerKind::management_key, admin_);
    ASSERT_TRUE(
        apply([&](Change& change) { return update_user(change, admin_, {.status = UserStatus::suspended}); }).ok());
    EXPECT_EQ(access(key, Permission::manage_projects), Access::denied);
    EXPECT_EQ(access(key, Permission::see_settings), Access::granted);
}

TEST_F(PermissionTest, AnOwnerWithoutADemandedSecondFactorIsAMemberUntilHeHasOne) {
    caller_ = {.kind = CallerKind::root_key};
    const auto demand = [&] {
        return apply([&](Change& change) { return set_owners_need_second_factor(change, own_, true); });
    };
    ASSERT_TRUE(demand().ok());
    for (const CallerKind kind : {CallerKind::personal_token, CallerKind::session}) {
        Caller owner = by_person(owner_);
        owner.kind = kind;
        for (const PermissionRow& row : permissions()) {
            if (!row.of_organization) continue;
            const Permit permitted = ask(owner, row.permission), as_member = of(row.member);
            const Access denied = row.owner == Right::no ? Access::denied : Access::denied_without_second_factor;
            EXPECT_EQ(permitted.access, row.member == Right::no ? denied : Access::granted) << row.name;
            EXPECT_EQ(permitted.own_only, as_member.own_only) << row.name;
        }
        const Standing standing = standing_of(*accounts_->directory(), owner, own_);
        EXPECT_FALSE(may_touch(standing, owner, Role::owner));
    }
    EXPECT_EQ(denial_of(Permission::delete_organization, Access::denied_without_second_factor).reason(),
              kSecondFactorNeeded);
    // Others, and what acts without him, are as before.
    EXPECT_EQ(access(by_person(admin_), Permission::manage_settings), Access::granted);
    EXPECT_EQ(access(by_key(CallerKind::management_key, owner_), Permission::manage_settings), Access::granted);

    const auto added = apply([&](Change& change) {
        return add_passkey(change,
                           {.user = owner_, .name = "key", .credential_id = "id", .cose_key = "k", .rp_id = "a.test"});
    });
    ASSERT_TRUE(added) << added.error().message();
    EXPECT_EQ(access(by_person(owner_), Permission::delete_organization), Access::granted);
    reload();
    EXPECT_EQ(access(by_person(owner_), Permission::delete_organization), Access::granted);
}

TEST_F(PermissionTest, OwnersDemandASecondFactorWhenTheyHaveOne) {
    call_as(owner_);
    const auto demand = [&] {
        return apply([&](Change& change) { return set_owners_need_second_factor(change, own_, true); });
    };
    EXPECT_EQ(demand().reason(), kSecondFactorNeeded);
    ASSERT_TRUE(apply([&](Change& change) {
        return add_passkey(change,
                           {.user = owner_, .name = "key", .credential_id = "id", .cose_key = "k", .rp_id = "a.test"});
    }));
    EXPECT_TRUE(demand().ok());
    EXPECT_TRUE(find(own_)->policy.owners_need_second_factor);
}

TEST_F(PermissionTest, ATokenMayNoMoreThanItsScopes) {
    const Caller reader = by_person(owner_, ScopeSet::of(Scope::organization_read));
    for (const PermissionRow& row : permissions()) {
        if (row.owner == Right::no) continue;
        const bool in_scope = row.scope == Scope::organization_read || row.scope == Scope::always;
        EXPECT_EQ(access(reader, row.permission), in_scope ? Access::granted : Access::denied_by_scope) << row.name;
    }
    const Status why = denial_of(Permission::see_billing, Access::denied_by_scope);
    EXPECT_EQ(why.reason(), "scope_missing");
    EXPECT_NE(why.message().find("'billing:read'"), std::string::npos) << why.message();
}

TEST_F(PermissionTest, NobodyTouchesAnOwnerButAnOwnerOrTheOperator) {
    const auto may = [&](const Caller& caller, Role target) {
        return may_touch(standing_of(*accounts_->directory(), caller, own_), caller, target);
    };
    EXPECT_TRUE(may(by_person(owner_), Role::owner));
    EXPECT_FALSE(may(by_person(admin_), Role::owner));
    EXPECT_TRUE(may(by_person(admin_), Role::admin));
    EXPECT_FALSE(may(by_key(CallerKind::management_key, owner_), Role::owner));
    EXPECT_TRUE(may({.kind = CallerKind::root_key}, Role::owner));
}

TEST(PermissionTable, WhatMayBeDeniedSaysWhyAndNamesAreUnique) {
    std::set<std::string_view> names;
    for (const PermissionRow& row : permissions()) {
        EXPECT_TRUE(names.insert(row.name).second) << row.name;
        if (row.inference_key == Right::no) EXPECT_FALSE(row.denial.empty()) << row.name;
    }
}

TEST(Role, NamesAreExact) {
    Role role = Role::admin;
    EXPECT_TRUE(parse("developer", role));
    EXPECT_EQ(role, Role::member);
    for (const char* const bad : {"none", "Owner", "", " admin", "root"}) EXPECT_FALSE(parse(bad, role)) << bad;
    EXPECT_EQ(role, Role::member);
}

TEST(ScopeSet, AreNamedAndRead) {
    const auto set = parse_token_scopes({"keys:read", "billing:write"});
    ASSERT_TRUE(set);
    EXPECT_EQ(set->names(), (std::vector<std::string>{"keys:read", "billing:write"}));
    EXPECT_FALSE(set->contains(Scope::keys_write));
    EXPECT_TRUE(set->contains(Scope::always));
    EXPECT_TRUE(ScopeSet::of(Scope::everything).covers(*set));
    EXPECT_FALSE(set->covers(ScopeSet::of(Scope::everything)));
    EXPECT_EQ(parse_token_scopes({"keys:read", "keys"}).error().code(), StatusCode::invalid);
    EXPECT_FALSE(parse_token_scopes({"always"}));
    EXPECT_FALSE(parse_token_scopes({"git:attribute"}));
    EXPECT_TRUE(parse_service_scopes({"git:attribute"})->contains(Scope::git_attribute));
    EXPECT_FALSE(parse_service_scopes({"*"}));
}

TEST(Caller, IsNamedInRecordsWithoutSecrets) {
    const Caller key{.kind = CallerKind::management_key, .key = digest_key("text")};
    const Caller person{.kind = CallerKind::personal_token, .key = digest_key("token"), .user = {.bytes = {1}}};
    EXPECT_EQ(actor_of(key), "key:" + to_hex(digest_key("text")));
    EXPECT_EQ(via_of(key), actor_of(key));
    EXPECT_EQ(actor_of(person), "user:" + to_uuid(person.user));
    EXPECT_EQ(via_of(person), "token:" + to_hex(digest_key("token")));
    EXPECT_EQ(actor_of({.kind = CallerKind::root_key}), "root");
    EXPECT_EQ(actor_of(Caller{}), "local");
    EXPECT_EQ(via_of(Caller{}), "command");
}

}  // namespace
}  // namespace tollgate
