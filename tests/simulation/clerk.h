// Those who change accounts: the operator, owners, admins and members, and people from outside who try. What they ask
// is chance, also what they may not; sometimes they ask again, not knowing what became of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tests/simulation/account_invariants.h"
#include "tests/simulation/world.h"

namespace tollgate::simulation {

class Clerk {
  public:
    Clerk(World& world, AccountInvariants& invariants) : world_(world), invariants_(invariants) {}

    // The first of all: the operator's key, some people, an organization of theirs.
    void open();
    void act();
    void repeat();

  private:
    using Call = std::optional<AccountCall>;  // none: there is nothing of the kind to do it to
    Call some_call();
    Call about_people();
    Call about_organizations();
    Call about_projects();
    Call new_key();
    Call about_keys();
    Call about_members();
    Call about_invitations();
    Call about_settings();
    Call about_plans();

    // Chosen among what there is.
    const Organization* some_organization();
    const Project* some_project(const Organization& organization);
    const Membership* some_member(const Organization& organization);
    const User* some_user();
    KeyDigest somebody(const Organization& organization);  // who calls about it
    KeyDigest token_of(const Id128& user);
    std::string new_person();
    std::string some_name(std::string_view what);

    void perform(AccountCall call);
    void note(const AccountCall& call, const ApiAnswer& answer);

    World& world_;
    AccountInvariants& invariants_;
    std::shared_ptr<const Directory> directory_;  // what they choose from
    std::uint64_t next_name_ = 0, next_key_ = 0;
};

}  // namespace tollgate::simulation
