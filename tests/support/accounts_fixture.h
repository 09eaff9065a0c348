// Accounts over a store in memory, with each operation as a change of its own.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "accounting/accounts/account_limits.h"
#include "accounting/accounts/accounts.h"
#include "accounting/accounts/change.h"
#include "accounting/accounts/permission.h"
#include "accounting/accounts/seats.h"
#include "tests/support/memory_store.h"

namespace tollgate {

class AccountsFixture : public ::testing::Test {
  protected:
    static constexpr std::int64_t kNow = 1'700'000'000'000;

    void SetUp() override { reload(); }

    void reload() {
        accounts_.reset();
        auto loaded = Accounts::load(store_, credits_);
        ASSERT_TRUE(loaded) << loaded.error().message();
        accounts_ = std::move(*loaded);
        accounts_->on_publish([this](std::shared_ptr<const Directory> next) { published_.push_back(std::move(next)); });
    }

    // What the next start says of a store in whose document `was` is `is`.
    std::string load_error_with(const std::string& document, std::string_view was, std::string_view is) {
        auto text = store_.get(Family::accounts, document);
        const std::size_t at = text ? text->find(was) : std::string::npos;
        if (at == std::string::npos) return "there is no such text in " + document;
        WriteBatch batch;
        batch.put(Family::accounts, document, text->replace(at, was.size(), is));
        if (Status status = store_.commit(batch, Durability::disk); !status.ok()) return status.message();
        const auto loaded = Accounts::load(store_, credits_);
        return loaded ? "nothing" : loaded.error().message();
    }

    // What `make` returns, a Status or a Result, or why it couldn't be committed.
    template <class Make>
    auto apply(Make make, std::int64_t now_ms = kNow, std::string action = "test")
        -> std::invoke_result_t<Make, Change&> {
        Change change(*accounts_, caller_, std::move(action), now_ms);
        auto made = make(change);
        if constexpr (std::is_same_v<decltype(made), Status>) {
            return made.ok() ? change.commit() : made;
        } else {
            if (!made) return made;
            if (Status status = change.commit(); !status.ok()) return std::unexpected(std::move(status));
            return made;
        }
    }

    Result<NewKey> make_root_key() {
        return apply([](Change& change) { return create_root_key(change); });
    }
    Result<Id128> make_organization(const std::string& name) {
        return apply([&](Change& change) { return create_organization(change, {.name = name}); });
    }
    Result<Id128> make_project(const Id128& organization, const std::string& name, std::int64_t now_ms = kNow) {
        return apply([&](Change& change) { return create_project(change, organization, name); }, now_ms);
    }
    Result<NewKey> make_key(const Id128& organization, const KeyFields& fields) {
        return apply([&](Change& change) { return create_key(change, organization, fields); });
    }
    Status update(const KeyDigest& digest, const KeyChange& fields, std::int64_t now_ms = kNow) {
        return apply([&](Change& change) { return update_key(change, digest, fields); }, now_ms);
    }
    Status remove(const KeyDigest& digest) {
        return apply([&](Change& change) { return delete_key(change, digest); });
    }
    Status set_llm(const Id128& organization, const std::string& model, const std::string& provider,
                   std::int64_t now_ms = kNow) {
        return apply(
            [&](Change& change) {
                return tollgate::set_llm(change, organization, {.settings = {.model = model, .provider = provider}});
            },
            now_ms);
    }
    Status limit(const LimitTarget& target, const Limits& limits) {
        return apply([&](Change& change) { return set_limits(change, target, limits); });
    }

    Result<Id128> make_user(const std::string& email, VerifiedBy verified_by = VerifiedBy::the_operator) {
        return apply([&](Change& change) { return create_user(change, {.email = email, .verified_by = verified_by}); });
    }
    Status add(const Id128& organization, const Id128& user, Role role = Role::member, Seat seat = Seat::taken) {
        return apply(
            [&](Change& change) { return add_member(change, organization, user, role, seat, JoinedBy::the_operator); });
    }
    Status update(const Id128& organization, const Id128& user, const MemberChange& fields) {
        return apply([&](Change& change) { return update_member(change, organization, user, fields); });
    }
    Result<std::size_t> remove(const Id128& organization, const Id128& user) {
        return apply([&](Change& change) { return remove_member(change, organization, user); });
    }

    // The same of what must succeed.
    Id128 person(const std::string& email, VerifiedBy verified_by = VerifiedBy::the_operator) {
        const auto id = make_user(email, verified_by);
        EXPECT_TRUE(id) << id.error().message();
        return id.value_or(Id128{});
    }
    Id128 member(const Id128& organization, const std::string& email, Role role = Role::member) {
        const Id128 id = person(email);
        const Status added = add(organization, id, role);
        EXPECT_TRUE(added.ok()) << added.message();
        return id;
    }
    Id128 organization(const std::string& name = "Acme") {
        const auto id = make_organization(name);
        EXPECT_TRUE(id) << id.error().message();
        return id.value_or(Id128{});
    }
    KeyDigest key(const Id128& organization, const KeyFields& fields = {.name = "a key"}) {
        const auto made = make_key(organization, fields);
        EXPECT_TRUE(made) << made.error().message();
        return made ? made->digest : KeyDigest{};
    }

    // Who calls from now on.
    void call_as(const Id128& user) {
        caller_ = {.kind = CallerKind::personal_token, .user = user, .scopes = ScopeSet::of(Scope::everything)};
    }
    void call_as_operator() { caller_ = {.kind = CallerKind::root_key, .address = "192.0.2.1"}; }

    const Membership* find(const Id128& organization, const Id128& user) {
        return accounts_->directory()->find_membership(organization, user);
    }
    const User* find_user(const Id128& id) { return accounts_->directory()->find_user(id); }
    const KeyRecord* find(const KeyDigest& digest) { return accounts_->directory()->find_key(digest); }
    const Organization* find(const Id128& id) { return accounts_->directory()->find_organization(id); }
    Id128 default_project(const Id128& organization) {
        return accounts_->directory()->projects_of(organization).at(0)->id;
    }

    MemoryStore store_;
    CreditTable credits_;
    std::unique_ptr<Accounts> accounts_;
    std::vector<std::shared_ptr<const Directory>> published_;
    Caller caller_{.kind = CallerKind::root_key, .address = "192.0.2.1"};
};

}  // namespace tollgate
