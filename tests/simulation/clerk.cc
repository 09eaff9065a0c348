#include "tests/simulation/clerk.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "accounting/accounts/change.h"
#include "tests/simulation/office.h"

namespace tollgate::simulation {
namespace {

constexpr std::string_view kPost = "POST", kPut = "PUT", kPatch = "PATCH", kDelete = "DELETE";
constexpr std::array kRoles = {"owner", "admin", "member", "member"};

std::string path_of(const Organization& organization, const std::string& rest = {}) {
    return "/api/organizations/" + to_uuid(organization.id) + rest;
}

std::string text(std::string_view name, std::string_view value) {
    return "\"" + std::string(name) + "\":\"" + std::string(value) + "\"";
}

std::string json(const std::string& members) { return "{" + members + "}"; }

template <class Entities>
auto some(Random& random, Entities entities) -> typename Entities::value_type {
    if (entities.empty()) return {};
    std::ranges::sort(entities, {}, [](const auto* one) { return std::pair(one->created_ms, one->id); });
    return random.pick(entities);
}

// The key that a call is about; nullopt: about none.
std::optional<KeyDigest> key_of(const AccountCall& call) {
    constexpr std::string_view kKeys = "/keys/";
    const auto at = call.path.find(kKeys);
    if (at == std::string::npos) return std::nullopt;
    return parse_key_digest(std::string_view(call.path).substr(at + kKeys.size()));
}

bool gives_back(const AccountCall& call) { return call.body.find("\"disabled\":false") != std::string::npos; }
// A key that was disabled for another reason already stays so for that one, and comes back when it is over.
bool is_revoked(const Directory& directory, const KeyDigest& key) {
    const KeyRecord* const record = directory.find_key(key);
    return record == nullptr || record->disabled == Disabled::by_hand;
}

}  // namespace

void Clerk::open() {
    Accounts& accounts = world_.process->office->accounts();
    {
        Change change(accounts, {}, "instance.initialize", world_.now_ms);
        world_.accounts.root = create_root_key(change)->digest;
        const Status status = change.commit();
        REQUIRE(status.ok(), "I23", status.message());
    }
    world_.accounts.last_change = accounts.last_change();
    for (int i = 0; i < 3; ++i) {
        perform({kPost, "/api/users", new_person(), world_.accounts.root});
    }
    directory_ = accounts.directory();
    perform({kPost, "/api/organizations", json(text("name", some_name("Team "))), token_of(some_user()->id)});
}

std::string Clerk::new_person() {
    const std::string name = some_name("p");
    return json(text("email", name + "@example.org") + "," + text("name", name) +
                R"(,"verified":true,"token":{"name":"t"})");
}

std::string Clerk::some_name(std::string_view what) { return std::string(what) + std::to_string(++next_name_); }

const Organization* Clerk::some_organization() {
    std::vector<const Organization*> all = directory_->organizations();
    const bool teams = !world_.random.one_in(8);
    std::erase_if(all, [&](const Organization* one) {
        return teams && (one->kind != OrganizationKind::team || one->policy.closed());
    });
    return some(world_.random, std::move(all));
}

const Project* Clerk::some_project(const Organization& organization) {
    return some(world_.random, directory_->projects_of(organization.id));
}

const Membership* Clerk::some_member(const Organization& organization) {
    auto members = directory_->members_of(organization.id);
    return members.empty() ? nullptr : world_.random.pick(members);
}

const User* Clerk::some_user() { return some(world_.random, directory_->users()); }

KeyDigest Clerk::token_of(const Id128& user) {
    auto tokens = directory_->tokens_of(user);
    if (tokens.empty()) return world_.accounts.root;
    return std::ranges::min(tokens, {}, [](const KeyRecord* one) { return one->digest; })->digest;
}

// Mostly one of its owners, who may.
KeyDigest Clerk::somebody(const Organization& organization) {
    Random& random = world_.random;
    const User* const outsider = random.one_in(8) ? some_user() : nullptr;
    if (outsider != nullptr) return token_of(outsider->id);
    std::vector<const Membership*> members = directory_->members_of(organization.id);
    if (!random.one_in(4)) std::erase_if(members, [](const Membership* one) { return one->role != Role::owner; });
    return members.empty() ? world_.accounts.root : token_of(random.pick(members)->user);
}

Clerk::Call Clerk::some_call() {
    using Make = Call (Clerk::*)();
    constexpr std::array<Make, 13> kKinds = {&Clerk::about_people,      &Clerk::about_organizations,
                                             &Clerk::about_projects,    &Clerk::about_projects,
                                             &Clerk::new_key,           &Clerk::new_key,
                                             &Clerk::about_keys,        &Clerk::about_keys,
                                             &Clerk::about_invitations, &Clerk::about_invitations,
                                             &Clerk::about_members,     &Clerk::about_settings,
                                             &Clerk::about_plans};
    return (this->*world_.random.pick(kKinds))();
}

Clerk::Call Clerk::about_people() {
    const User* const user = some_user();
    const KeyDigest& root = world_.accounts.root;
    const std::string path = user == nullptr ? "" : "/api/users/" + to_uuid(user->id);
    switch (world_.random.below(user == nullptr ? 2 : 8)) {
        case 0:
        case 1:
            return AccountCall{kPost, "/api/users", new_person(), root};
        case 2:
            return AccountCall{kPost, path + "/tokens", json(text("name", some_name("t"))), root};
        case 3:
            return AccountCall{kPatch, path, json(text("status", "suspended")), root};
        case 4:
            return AccountCall{kPatch, path, json(text("status", "active")), root};
        case 5:
            return AccountCall{kPatch, "/api/me", json(text("name", some_name("Somebody "))), token_of(user->id)};
        case 6:
            return AccountCall{kPatch, path, json(text("email", some_name("q") + "@example.org")), root};
        default:
            return AccountCall{kDelete, path, {}, root};
    }
}

Clerk::Call Clerk::about_organizations() {
    const Organization* const one = some_organization();
    const User* const user = some_user();
    if (one == nullptr || world_.random.one_in(3)) {
        if (user == nullptr) return {};
        return AccountCall{kPost, "/api/organizations", json(text("name", some_name("Team "))), token_of(user->id)};
    }
    if (!world_.random.one_in(4)) {
        return AccountCall{kPatch, path_of(*one), json(text("name", some_name("Team "))), somebody(*one)};
    }
    return AccountCall{kDelete, path_of(*one), json(text("confirm", one->name) + ",\"forfeit\":true"), somebody(*one)};
}

Clerk::Call Clerk::about_projects() {
    const Organization* const one = some_organization();
    if (one == nullptr) return {};
    const Project* const project = some_project(*one);
    const KeyDigest caller = somebody(*one);
    if (project == nullptr || world_.random.one_in(2)) {
        return AccountCall{kPost, path_of(*one, "/projects"), json(text("name", some_name("project "))), caller};
    }
    const std::string path = path_of(*one, "/projects/" + to_uuid(project->id));
    switch (world_.random.below(6)) {
        case 0:
        case 1:
            return AccountCall{kPatch, path, R"({"archived":true})", caller};
        case 2:
            return AccountCall{kPatch, path, R"({"archived":false})", caller};
        case 3:
            return AccountCall{kDelete, path, {}, caller};
        case 4:
            return AccountCall{kPost, path + "/default", {}, caller};
        default:
            return AccountCall{kPut, path + "/limits", R"({"limit":3,"requests_per_minute":50})", caller};
    }
}

// In any project, for any member.
Clerk::Call Clerk::new_key() {
    Random& random = world_.random;
    const Organization* const one = some_organization();
    if (one == nullptr) return {};
    const Project* const project = some_project(*one);
    const Membership* const creator = some_member(*one);
    std::string body = text("name", some_name("key "));
    if (project != nullptr && !random.one_in(3)) body += "," + text("project_id", to_uuid(project->id));
    const bool named = creator != nullptr && random.one_in(2);
    if (named) body += "," + text("creator_user_id", to_uuid(creator->user));
    if (random.one_in(4)) body += R"(,"limit":0.5,"limit_reset":"daily")";
    // For another one only the operator or an owner makes a key.
    return AccountCall{kPost, path_of(*one, "/keys"), json(body), named ? token_of(creator->user) : somebody(*one)};
}

Clerk::Call Clerk::about_keys() {
    Random& random = world_.random;
    const Organization* const one = some_organization();
    if (one == nullptr) return {};
    auto keys = directory_->keys_of(one->id);
    if (keys.empty()) return new_key();
    std::ranges::sort(keys, {}, [](const KeyRecord* key) { return key->digest; });
    const std::string path = path_of(*one, "/keys/" + to_hex(random.pick(keys)->digest));
    constexpr std::array kChanges = {R"({"disabled":true})", R"({"disabled":true})", R"({"disabled":false})",
                                     R"({"limit":0.25})", R"({"rules":{"deny_models":["a/b"]}})"};
    if (random.one_in(4)) return AccountCall{kDelete, path, {}, somebody(*one)};
    if (random.one_in(5)) return AccountCall{kPost, path + "/rotate", R"({"grace_seconds":60})", somebody(*one)};
    const Membership* const heir = some_member(*one);
    if (heir != nullptr && random.one_in(6)) {
        return AccountCall{kPatch, path, json(text("creator_user_id", to_uuid(heir->user))), somebody(*one)};
    }
    return AccountCall{kPatch, path, random.pick(kChanges), somebody(*one)};
}

Clerk::Call Clerk::about_members() {
    Random& random = world_.random;
    const Organization* const one = some_organization();
    const Membership* const member = one == nullptr ? nullptr : some_member(*one);
    if (member == nullptr) return {};
    const KeyDigest caller = random.one_in(5) ? token_of(member->user) : somebody(*one);  // he may leave
    const std::string path = path_of(*one, "/members/" + to_uuid(member->user));
    switch (random.below(7)) {
        case 0:
            return AccountCall{kDelete, path, {}, caller};
        case 1:
            return AccountCall{kPatch, path, json(text("status", "suspended")), caller};
        case 2:
            return AccountCall{kPatch, path, json(text("status", "active")), caller};
        case 3:
            return AccountCall{kPut, path + "/limits", R"({"limit":1})", caller};
        case 4: {
            const User* const user = some_user();  // there is one: the member
            return AccountCall{kPost, path_of(*one, "/members"),
                               json(text("user_id", to_uuid(user->id)) + "," + text("role", random.pick(kRoles))),
                               world_.accounts.root};
        }
        default:
            return AccountCall{kPatch, path, json(text("role", random.pick(kRoles))), caller};
    }
}

Clerk::Call Clerk::about_invitations() {
    Random& random = world_.random;
    auto& tokens = world_.accounts.invitation_tokens;
    const Organization* const one = some_organization();
    const User* const user = some_user();
    if (one == nullptr || user == nullptr) return {};
    if (!tokens.empty() && random.one_in(2)) {  // mostly the newest, by whom it is for
        const std::string token = random.one_in(4) ? random.pick(tokens) : tokens.back();
        const Invitation* const open = directory_->find_invitation(digest_key(token));
        const User* const invited = open == nullptr ? nullptr : directory_->find_user_by_email(open->email);
        return AccountCall{kPost, "/api/invitations/accept", json(text("token", token)),
                           token_of(invited == nullptr ? user->id : invited->id)};
    }
    const Invitation* const waits = some(random, directory_->invitations_of(one->id));
    if (waits == nullptr || random.one_in(2)) {
        return AccountCall{kPost, path_of(*one, "/invitations"),
                           json(text("email", user->email) + "," + text("role", random.pick(kRoles))), somebody(*one)};
    }
    const std::string path = path_of(*one, "/invitations/" + to_uuid(waits->id));
    if (random.one_in(2)) return AccountCall{kDelete, path, {}, somebody(*one)};
    return AccountCall{kPost, path + "/resend", {}, somebody(*one)};
}

Clerk::Call Clerk::about_settings() {
    Random& random = world_.random;
    const Organization* const one = some_organization();
    const Project* const project = one == nullptr ? nullptr : some_project(*one);
    if (project == nullptr) return {};
    constexpr std::array kSettings = {R"({"model":null,"parameters":{"temperature":0.5}})",
                                      R"({"model":null,"parameters":{"temperature":1,"seed":7}})", R"({"model":null})"};
    const std::string settings = random.pick(kSettings);
    switch (random.below(4)) {
        case 0:
            return AccountCall{kPut, path_of(*one, "/llm"), settings, somebody(*one)};
        case 1:
            return AccountCall{kPut, path_of(*one, "/members/me/llm"), settings, somebody(*one)};
        case 2:
            return AccountCall{kPut, path_of(*one, "/limits"), R"({"requests_per_minute":100})", somebody(*one)};
        default:
            return AccountCall{kPut, path_of(*one, "/projects/" + to_uuid(project->id) + "/llm"), settings,
                               somebody(*one)};
    }
}

// Small ones, so that they are reached.
Clerk::Call Clerk::about_plans() {
    const Organization* const one = some_organization();
    if (one == nullptr) return {};
    const auto few = [&](std::string_view name, std::int64_t least) {
        return "\"" + std::string(name) + "\":" + std::to_string(world_.random.between(least, least + 3));
    };
    return AccountCall{kPut, path_of(*one, "/plan"),
                       json("\"plan\":\"pro\"," + few("members", 1) + "," + few("projects", 1) + "," + few("keys", 1)),
                       world_.accounts.root};
}

void Clerk::act() {
    directory_ = world_.process->office->accounts().directory();
    const bool again = world_.random.one_in(6);
    if (again) return repeat();
    Call call = some_call();
    if (!call) return;
    if (world_.random.one_in(2)) call->idempotency_key = "call " + std::to_string(++next_key_);
    perform(std::move(*call));
    if (!world_.machine.crashed() && world_.random.one_in(4)) {
        invariants_.directory();
        invariants_.books();
    }
}

void Clerk::perform(AccountCall call) {
    AccountModel& model = world_.accounts;
    invariants_.begins();
    ++world_.tally.account_calls;
    const ApiAnswer answer = world_.process->office->answer(call, world_.now_ms);
    if (const auto key = key_of(call); key && gives_back(call)) {  // also if nobody was told so
        model.revoked.erase(*key);
        model.given_back.insert(*key);
    }
    TRACE(world_, name_of(call) + ": " +
                      (world_.machine.crashed() ? "?"
                       : answer.error           ? answer.error.detail().message
                                                : std::to_string(answer.status)));
    if (world_.machine.crashed()) {
        model.unknown = MadeCall{.call = std::move(call), .at_ms = world_.now_ms};
        return;
    }
    const bool changed = invariants_.ended(call, answer);
    if (!answer.error) note(call, answer);
    if (changed) {
        ++world_.tally.account_changes;
        if (!call.idempotency_key.empty()) {
            model.stored.push_back({std::move(call), world_.now_ms, true, answer.status, answer.body});
        }
    }
    invariants_.rules();
}

void Clerk::note(const AccountCall& call, const ApiAnswer& answer) {
    AccountModel& model = world_.accounts;
    const auto now = world_.process->office->accounts().directory();
    if (const auto key = key_of(call); key && is_revoked(*now, *key)) model.revoked.insert(*key);
    constexpr std::string_view kLink = "/#/invitation?token=";
    const auto link = answer.body.find(kLink);
    if (link == std::string::npos) return;
    const auto begin = link + kLink.size();
    model.invitation_tokens.push_back(answer.body.substr(begin, answer.body.find('"', begin) - begin));
}

void Clerk::repeat() {
    std::deque<MadeCall>& stored = world_.accounts.stored;
    const std::int64_t latest_ms = std::max(world_.latest_ms, world_.now_ms);
    std::erase_if(stored, [&](const MadeCall& one) { return one.at_ms + kAnswerLifetimeMs <= latest_ms; });
    if (stored.empty()) return;
    MadeCall& known = world_.random.pick(stored);
    AccountCall call = known.call;
    const bool another = world_.random.one_in(4);
    if (another) call.body += " ";
    const ApiAnswer answer = world_.process->office->answer(call, world_.now_ms);
    ++world_.tally.account_repeats;
    TRACE(world_, "again " + name_of(call) + (another ? ", changed" : ""));
    if (world_.machine.crashed() || world_.machine.read_only()) return;
    another ? invariants_.reused(known, answer) : invariants_.repeated(known, answer);
    invariants_.rules();
}

}  // namespace tollgate::simulation
