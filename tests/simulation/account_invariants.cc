#include "tests/simulation/account_invariants.h"

#include <algorithm>

#include "accounting/accounts/change.h"
#include "accounting/accounts/seats.h"
#include "store/key_space.h"
#include "tests/simulation/directory_text.h"
#include "tests/simulation/office.h"

namespace tollgate::simulation {
namespace {

bool is_of_the_store(const ApiAnswer& answer) {
    return answer.error && answer.error.kind() == ErrorKind::store_unavailable;
}

// Whoever asks again may not be let in any more, or may not see what he asked about.
bool says_that_he_may_not(const ApiAnswer& answer) {
    if (!answer.error) return false;
    const ErrorKind kind = answer.error.kind();
    return kind == ErrorKind::permission_denied || kind == ErrorKind::invalid_api_key || kind == ErrorKind::not_found;
}

std::string told(const ApiAnswer& answer) {
    return answer.error ? answer.error.detail().message : std::to_string(answer.status) + " " + answer.body;
}

std::string first_difference(const std::string& one, const std::string& other) {
    const auto at = static_cast<std::size_t>(std::ranges::mismatch(one, other).in1 - one.begin());
    const auto line_of = [&](const std::string& text) {
        const auto begin = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
        return text.substr(begin, text.find('\n', at) - begin);
    };
    return line_of(one) + " | " + line_of(other);
}

bool is_active_owner(const Membership* member) {
    return member->role == Role::owner && member->status == MemberStatus::active;
}

}  // namespace

std::string name_of(const AccountCall& call) {
    return std::string(call.method) + " " + call.path + " " + call.body +
           (call.idempotency_key.empty() ? "" : " (" + call.idempotency_key + ")");
}

AccountInvariants::Counts AccountInvariants::count() const {
    Counts counts;
    const auto directory = world_.process->office->accounts().directory();
    for (const Organization* one : directory->organizations()) {
        counts[one->id] = {seats_of(*directory, one->id, world_.now_ms).taken(), directory->projects_of(one->id).size(),
                           directory->keys_of(one->id).size()};
    }
    return counts;
}

void AccountInvariants::begins() { before_ = count(); }

std::size_t AccountInvariants::changes_since(std::uint64_t change) const {
    std::size_t count = 0;
    (void)world_.machine.scan(Family::changes, change_key(change + 1), prefix_end(kChangePrefix), [&](auto, auto) {
        ++count;
        return true;
    });
    return count;
}

bool AccountInvariants::ended(const AccountCall& call, const ApiAnswer& answer) {
    const std::size_t changes = changes_since(world_.accounts.last_change);
    REQUIRE(changes <= (answer.error && !is_of_the_store(answer) ? 0 : 1), "I23",
            name_of(call) + " made " + std::to_string(changes) + " changes: " + told(answer));
    world_.accounts.last_change = last_stored_change(world_.machine);
    if (changes == 0 || answer.error) return false;
    // A plan may be lowered below what is there, and what an earlier call had stored is in force from this one on.
    if (!call.path.ends_with("/plan")) within_limits();
    return true;
}

// Nobody but the operator goes beyond, and the simulated one does not. What was beyond before may stay.
void AccountInvariants::within_limits() {
    const auto directory = world_.process->office->accounts().directory();
    for (const auto& [id, now] : count()) {
        const auto limits = plan_limits(world_.accounts.plans, *directory->find_organization(id));
        REQUIRE(limits.has_value(), "I26", "the plan of an organization is unknown");
        const std::array<std::optional<std::int64_t>, kinds> most = {limits->members, limits->projects, limits->keys};
        for (std::size_t kind = 0; kind < kinds; ++kind) {
            const bool grew = !before_.contains(id) || now[kind] > before_[id][kind];
            REQUIRE(!grew || !most[kind] || now[kind] <= static_cast<std::size_t>(*most[kind]), "I26",
                    std::to_string(now[kind]) + " of kind " + std::to_string(kind) +
                        " in an organization that may have " + std::to_string(most[kind].value_or(0)));
        }
    }
}

void AccountInvariants::repeated(MadeCall& known, const ApiAnswer& answer) {
    REQUIRE(changes_since(world_.accounts.last_change) == 0, "I24",
            name_of(known.call) + " has a second effect: " + told(answer));
    if (says_that_he_may_not(answer)) return;
    REQUIRE(!answer.error, "I24", name_of(known.call) + ", repeated, is refused: " + told(answer));
    REQUIRE(!known.answered || (answer.status == known.status && answer.body == known.body), "I24",
            name_of(known.call) + " is answered " + told(answer) + ", at first " + known.body);
    known.answered = true;
    known.status = answer.status;
    known.body = answer.body;
}

void AccountInvariants::reused(const MadeCall& known, const ApiAnswer& answer) {
    REQUIRE(changes_since(world_.accounts.last_change) == 0, "I24",
            name_of(known.call) + " changes something with other content");
    REQUIRE(says_that_he_may_not(answer) || (answer.error && answer.error.kind() == ErrorKind::conflict), "I24",
            name_of(known.call) + ": its idempotency key with other content: " + told(answer));
}

void AccountInvariants::rules() {
    AccountModel& model = world_.accounts;
    const Directory& in_force = world_.process->office->in_force();
    for (const Organization* one : in_force.organizations()) {
        has_owner(*one);
        for (const KeyRecord* key : in_force.keys_of(one->id)) model.keys.insert(key->digest);
    }
    for (const User* one : in_force.users()) {
        for (const KeyRecord* token : in_force.tokens_of(one->id)) model.tokens.insert(token->digest);
    }
    for (const KeyDigest& key : model.keys) let_in_rightly(key);
    for (const KeyDigest& token : model.tokens) let_in_rightly(token);
}

void AccountInvariants::has_owner(const Organization& organization) {
    const Directory& in_force = world_.process->office->in_force();
    const auto members = in_force.members_of(organization.id);
    if (organization.policy.closed()) {
        REQUIRE(members.empty() && in_force.invitations_of(organization.id).empty(), "I27",
                "a deleted organization has members or invitations");
        return;
    }
    REQUIRE(std::ranges::any_of(members, is_active_owner), "I27", organization.name + " has no owner");
    REQUIRE(organization.kind == OrganizationKind::team || members.size() == 1, "I27",
            "a personal organization has " + std::to_string(members.size()) + " members");
}

void AccountInvariants::let_in_rightly(const KeyDigest& key) {
    if (!world_.process->office->let_in(key, world_.now_ms)) return;
    // As the last change left it, whatever is in force.
    const auto directory = world_.process->office->accounts().directory();
    const std::string what = "the key " + to_hex(key).substr(0, 12) + " is let in, ";
    REQUIRE(!world_.accounts.revoked.contains(key), "I28", what + "but was revoked");
    const KeyRecord* const record = directory->find_key(key);
    REQUIRE(record != nullptr, "I28", what + "but is deleted");
    if (record->kind == KeyKind::root) return;
    if (record->kind == KeyKind::personal) {
        const User* const user = directory->find_user(record->creator);
        REQUIRE(user != nullptr && user->status == UserStatus::active, "I28", what + "but its person is not");
        return;
    }
    REQUIRE(!directory->find_organization(record->organization)->policy.closed(), "I28",
            what + "but its organization is deleted");
    const Project* const project = directory->find_project(record->project);
    REQUIRE(record->project.is_nil() || (project != nullptr && !project->archived()), "I28",
            what + "but its project is archived or deleted");
    const Membership* const creator = directory->find_membership(record->organization, record->creator);
    const bool by_an_admin = record->creator.is_nil() || world_.accounts.given_back.contains(key);
    REQUIRE(by_an_admin || (creator != nullptr && creator->status == MemberStatus::active), "I28",
            what + "but whoever made it is no member any more");
}

void AccountInvariants::directory() {
    if (world_.machine.read_only()) return;
    Accounts& accounts = world_.process->office->accounts();
    {
        const Change settled(accounts, {}, {}, world_.now_ms);
    }  // what was unsure is known
    CreditTable credits;
    const auto loaded = Accounts::load(world_.machine, credits, world_.accounts.plans);
    REQUIRE(loaded.has_value(), "I25", "the accounts do not load: " + loaded.error().message());
    const std::string kept = text_of(world_.process->office->in_force()), stored = text_of(*(*loaded)->directory());
    REQUIRE(kept == stored, "I25", "what is in force is not what is stored: " + first_difference(kept, stored));
}

void AccountInvariants::books() { books_.read(world_.machine); }

void AccountInvariants::restarted() {
    AccountModel& model = world_.accounts;
    const std::uint64_t last = last_stored_change(world_.machine);
    REQUIRE(last >= model.last_change, "I23", "a change that was acknowledged is lost");
    const std::size_t more = changes_since(model.last_change);
    REQUIRE(more <= (model.unknown ? 1 : 0), "I23", std::to_string(more) + " changes are there that nobody asked for");
    if (more > 0 && !model.unknown->call.idempotency_key.empty()) model.stored.push_back(*model.unknown);
    model.unknown.reset();
    model.last_change = last;
    books();
    rules();
}

}  // namespace tollgate::simulation
