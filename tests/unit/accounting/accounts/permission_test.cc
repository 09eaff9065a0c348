#include "accounting/accounts/permission.h"

#include <gtest/gtest.h>

namespace tollgate {
namespace {

const Id128 kOwn = {.bytes = {1}}, kOther = {.bytes = {2}};

Caller caller(CallerKind kind) { return {.kind = kind, .organization = kind == CallerKind::root_key ? Id128{} : kOwn}; }

TEST(Permission, KeysMayWhatTheirKindMay) {
    struct Row {
        Permission permission;
        bool root, management, inference;
    };
    const Row rows[] = {
        {Permission::infer, false, false, true},
        {Permission::see_own_key, true, true, true},
        {Permission::see_activity, true, true, false},
        {Permission::see_billing, true, true, false},
        {Permission::see_audit, true, true, false},
        {Permission::see_settings, true, false, false},
        {Permission::manage_organizations, true, false, false},
        {Permission::manage_projects, true, false, false},
        {Permission::manage_keys, true, false, false},
        {Permission::manage_limits, true, false, false},
        {Permission::manage_settings, true, false, false},
        {Permission::move_credit, true, false, false},
    };
    static_assert(std::size(rows) == kPermissionCount);
    for (const Row& row : rows) {
        EXPECT_EQ(has_permission(caller(CallerKind::root_key), row.permission), row.root) << to_string(row.permission);
        EXPECT_EQ(has_permission(caller(CallerKind::local), row.permission), row.root) << to_string(row.permission);
        EXPECT_EQ(has_permission(caller(CallerKind::management_key), row.permission), row.management)
            << to_string(row.permission);
        EXPECT_EQ(has_permission(caller(CallerKind::inference_key), row.permission), row.inference)
            << to_string(row.permission);
    }
}

TEST(Permission, WhatMayBeDeniedSaysWhy) {
    for (std::size_t i = 0; i < kPermissionCount; ++i) {
        const auto permission = static_cast<Permission>(i);
        if (!has_permission(caller(CallerKind::inference_key), permission)) EXPECT_FALSE(denial(permission).empty());
    }
}

TEST(Permission, AnotherOrganizationIsUnknownExceptToTheOperator) {
    const Permission permission = Permission::see_billing;
    EXPECT_EQ(access_to(kOwn, caller(CallerKind::management_key), permission), Access::granted);
    EXPECT_EQ(access_to(kOther, caller(CallerKind::management_key), permission), Access::unknown_organization);
    EXPECT_EQ(access_to(kOther, caller(CallerKind::root_key), permission), Access::granted);
    EXPECT_EQ(access_to(kOwn, caller(CallerKind::inference_key), permission), Access::denied);
    EXPECT_EQ(access_to(kOther, caller(CallerKind::inference_key), permission), Access::denied);
}

TEST(Caller, IsNamedInRecordsWithoutSecrets) {
    Caller key = caller(CallerKind::management_key);
    key.key = digest_key("text");
    EXPECT_EQ(actor_of(key), "key:" + to_hex(digest_key("text")));
    EXPECT_EQ(actor_of(caller(CallerKind::root_key)), "root");
    EXPECT_EQ(actor_of(Caller{}), "local");
}

}  // namespace
}  // namespace tollgate
