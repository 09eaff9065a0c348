#include "accounting/accounts/directory_builder.h"

#include <algorithm>
#include <utility>

namespace tollgate {
namespace {

// The builder's own version of a shard of `table`, copied at the first call.
template <class Table, class Shard>
Shard& own(std::unordered_map<std::size_t, std::shared_ptr<Shard>>& owned, std::size_t index, Table& table) {
    std::shared_ptr<Shard>& mine = owned[index];
    if (!mine) {
        const Shard* const base = table.find(index);
        mine = base != nullptr ? std::make_shared<Shard>(*base) : std::make_shared<Shard>();
        table.put(index, mine);
    }
    return *mine;
}

std::vector<KeyDigest> tokens_of(const Invitation& invitation) {
    std::vector<KeyDigest> tokens{invitation.link};
    if (invitation.mail != KeyDigest{}) tokens.push_back(invitation.mail);
    return tokens;
}

// What a request's policy says of what is below the organization.
void say_what_is_below(OrganizationEntry& entry) {
    const OrganizationPolicy& policy = entry.organization->policy;
    const bool llm = entry.llm_settings > 0, own_keys = entry.own_key_projects > 0;
    const bool same_keys = policy.provider_keys == entry.provider_keys;
    if (policy.llm_below == llm && policy.own_keys_below == own_keys && same_keys) return;
    auto changed = std::make_shared<Organization>(*entry.organization);
    changed->policy.llm_below = llm;
    changed->policy.own_keys_below = own_keys;
    changed->policy.provider_keys = entry.provider_keys;
    entry.organization = std::move(changed);
}

// Requests see by the list's address that it is another one.
void replace_provider_keys(OrganizationEntry& entry, ProviderKeyList keys) {
    entry.provider_keys = keys.empty() ? nullptr : std::make_shared<const ProviderKeyList>(std::move(keys));
    if (entry.organization != nullptr) say_what_is_below(entry);
}

ProviderKeyList provider_keys_in(const OrganizationEntry& entry) {
    return entry.provider_keys == nullptr ? ProviderKeyList() : *entry.provider_keys;
}

}  // namespace

DirectoryBuilder::DirectoryBuilder() : root_(std::make_shared<Directory::Root>()), view_(root_) {}
DirectoryBuilder::DirectoryBuilder(const Directory& base)
    : root_(std::make_shared<Directory::Root>(*base.root_)), view_(root_) {}

void DirectoryBuilder::put(Organization organization) {
    const Id128 id = organization.id;
    const auto slug_of = [](const Organization& one) { return one.policy.closed() ? std::string() : one.slug; };
    OrganizationEntry& entry = own_entry(id);
    const std::string before = entry.organization ? slug_of(*entry.organization) : std::string();
    const std::string after = slug_of(organization);
    if (before != after && !before.empty()) own_slugs(before).erase(before);
    if (before != after && !after.empty()) own_slugs(after)[after] = id;
    organization.policy.llm_below = entry.llm_settings > 0;
    organization.policy.own_keys_below = entry.own_key_projects > 0;
    organization.policy.provider_keys = entry.provider_keys;
    entry.organization = std::make_shared<const Organization>(std::move(organization));
}

void DirectoryBuilder::put(Project project) {
    const std::size_t index = id_shard_of(project.id);
    const auto shared = std::make_shared<const Project>(std::move(project));
    own(project_shards_, index, root_->projects)[shared->id] = shared;
    auto& projects = own_entry(shared->organization).projects;
    const auto same = std::ranges::find(projects, shared->id, [](const auto& p) { return p->id; });
    count_llm_settings(shared->organization, same == projects.end() ? nullptr : (*same)->llm, shared->llm);
    count_own_keys(shared->organization, same == projects.end() ? nullptr : same->get(), shared.get());
    if (same == projects.end()) {
        projects.push_back(shared);
    } else {
        *same = shared;
    }
}

void DirectoryBuilder::put(KeyRecord record) {
    const KeyDigest digest = record.digest;
    const Id128 organization = record.organization, creator = record.creator;
    const KeyKind kind = record.kind;
    const KeyRecord* const former = view_.find_key(digest);
    const KeySecrets before = former != nullptr ? former->secrets.value() : KeySecrets();
    const KeySecrets now = record.secrets.value();
    if (before != now) replace_secrets(digest, before, now);
    if (!own_key_shard(digest).put(std::move(record))) return;
    ++root_->key_count;
    if (kind == KeyKind::root) {
        root_->has_root_key = true;
    } else if (kind == KeyKind::personal) {
        own_user(creator).tokens.push_back(KeyPrefix(digest));
    } else {
        own_entry(organization).keys.add(digest);
    }
}

void DirectoryBuilder::put(User user) {
    const Id128 id = user.id;
    UserEntry& entry = own_user(id);
    const KeyDigest address = digest_of_email(user.email);
    if (entry.user && entry.user->email != user.email) erase_address_of(*entry.user);
    const bool was_operator = entry.user != nullptr && entry.user->is_operator;
    if (was_operator != user.is_operator) list_operator(id, user.is_operator);
    entry.user = std::make_shared<const User>(std::move(user));
    own_emails(address)[address].user = id;
}

void DirectoryBuilder::put(const Membership& membership) {
    const Id128 organization = membership.organization, user = membership.user;
    MemberList& members = own_members(organization);
    auto shared = std::make_shared<const Membership>(membership);
    const auto place = std::ranges::lower_bound(members, user, {}, [](const auto& one) { return one->user; });
    const bool known = place != members.end() && (*place)->user == user;
    count_llm_settings(organization, known ? (*place)->llm : nullptr, membership.llm);
    if (known) {
        *place = std::move(shared);
        return;
    }
    members.insert(place, std::move(shared));
    std::vector<Id128>& organizations = own_user(user).organizations;
    organizations.insert(std::ranges::lower_bound(organizations, organization), organization);
}

void DirectoryBuilder::put(Invitation invitation) {
    erase_invitation(invitation.organization, invitation.id);
    const InvitationPlace place{.organization = invitation.organization, .invitation = invitation.id};
    const KeyDigest address = digest_of_email(invitation.email);
    own_emails(address)[address].invitations.push_back(place);
    for (const KeyDigest& token : tokens_of(invitation)) own_invitations(token)[token] = place;
    own_entry(place.organization).invitations.push_back(std::make_shared<const Invitation>(std::move(invitation)));
}

void DirectoryBuilder::put(GitClaim claim) {
    erase_git_claim(claim.organization, claim.id);
    const auto shared = std::make_shared<const GitClaim>(std::move(claim));
    const std::string name = to_string(shared->name);
    own_git_claims(name)[name] = shared;
    own_entry(shared->organization).git_claims.push_back(shared);
}

void DirectoryBuilder::put(Preset preset) {
    auto& presets = own_entry(preset.organization).presets;
    auto shared = std::make_shared<const Preset>(std::move(preset));
    const auto slug_of = [](const auto& one) { return std::string_view(one->slug); };
    const auto place = std::ranges::lower_bound(presets, std::string_view(shared->slug), {}, slug_of);
    if (place != presets.end() && (*place)->id == shared->id) {
        *place = std::move(shared);
    } else {
        presets.insert(place, std::move(shared));
    }
}

void DirectoryBuilder::erase_preset(const Id128& organization, const Id128& id) {
    std::erase_if(own_entry(organization).presets, [&](const auto& one) { return one->id == id; });
}

void DirectoryBuilder::put(ProviderKey key) {
    OrganizationEntry& entry = own_entry(key.organization);
    ProviderKeyList keys = provider_keys_in(entry);
    const auto same = std::ranges::find(keys, key.id, [](const auto& one) { return one->id; });
    auto shared = std::make_shared<const ProviderKey>(std::move(key));
    if (same == keys.end()) {
        keys.push_back(std::move(shared));
    } else {
        *same = std::move(shared);
    }
    replace_provider_keys(entry, std::move(keys));
}

void DirectoryBuilder::put(Session session) {
    auto shared = std::make_shared<const Session>(std::move(session));
    auto& sessions = own_user(shared->user).sessions;
    const auto same = std::ranges::find(sessions, shared->id, [](const auto& one) { return one->id; });
    if (same == sessions.end()) {
        sessions.push_back(shared);
    } else {
        own_sessions((*same)->secret).erase((*same)->secret);
        *same = shared;
    }
    own_sessions(shared->secret)[shared->secret] = std::move(shared);
}

void DirectoryBuilder::erase_session(Id128 user, KeyDigest id) {
    const Session* const erased = view_.find_session(user, id);
    if (erased == nullptr) return;
    const KeyDigest secret = erased->secret;
    own_sessions(secret).erase(secret);
    std::erase_if(own_user(user).sessions, [&](const auto& one) { return one->id == id; });
}

void DirectoryBuilder::erase_key(const KeyDigest& digest) {
    KeyShard& shard = own_key_shard(digest);
    const KeyRecord* record = shard.find(digest);
    if (record == nullptr) return;
    if (record->secrets.get() != nullptr) replace_secrets(digest, record->secrets.value(), {});
    if (record->kind == KeyKind::personal) {
        std::erase(own_user(record->creator).tokens, KeyPrefix(digest));
    } else if (record->kind != KeyKind::root) {
        own_entry(record->organization).keys.remove(digest);
    }
    shard.erase(digest);
    --root_->key_count;
}

void DirectoryBuilder::erase_user(const Id128& id) {
    const UserEntry* const entry = root_->find_user(id);
    if (entry == nullptr) return;
    erase_address_of(*entry->user);
    if (entry->user->is_operator) list_operator(id, false);
    const std::size_t index = id_shard_of(id);
    own(user_shards_, index, root_->users).erase(id);
    users_.erase(id);
}

void DirectoryBuilder::erase_project(const Id128& organization, const Id128& id) {
    if (const Project* const project = view_.find_project(id)) {
        count_llm_settings(organization, project->llm, nullptr);
        count_own_keys(organization, project, nullptr);
    }
    std::erase_if(own_entry(organization).projects, [&](const auto& one) { return one->id == id; });
    const std::size_t index = id_shard_of(id);
    own(project_shards_, index, root_->projects).erase(id);
}

void DirectoryBuilder::erase_membership(const Id128& organization, const Id128& user) {
    if (const Membership* const leaving = view_.find_membership(organization, user)) {
        count_llm_settings(organization, leaving->llm, nullptr);
    }
    MemberList& members = own_members(organization);
    std::erase_if(members, [&](const auto& one) { return one->user == user; });
    std::erase(own_user(user).organizations, organization);
}

void DirectoryBuilder::erase_invitation(Id128 organization, Id128 id) {
    const OrganizationEntry* const entry = root_->find_entry(organization);
    if (entry == nullptr) return;
    const auto is_it = [&](const auto& one) { return one->id == id; };
    const auto found = std::ranges::find_if(entry->invitations, is_it);
    if (found == entry->invitations.end()) return;
    const Invitation& erased = **found;
    const InvitationPlace place{.organization = organization, .invitation = id};
    const KeyDigest address = digest_of_email(erased.email);
    EmailShard& emails = own_emails(address);
    EmailEntry& email = emails[address];
    std::erase(email.invitations, place);
    if (email.invitations.empty() && email.user.is_nil()) emails.erase(address);
    for (const KeyDigest& token : tokens_of(erased)) own_invitations(token).erase(token);
    std::erase_if(own_entry(organization).invitations, is_it);
}

void DirectoryBuilder::erase_git_claim(Id128 organization, Id128 id) {
    const GitClaim* const erased = view_.find_git_claim(organization, id);
    if (erased == nullptr) return;
    const std::string name = to_string(erased->name);
    own_git_claims(name).erase(name);
    std::erase_if(own_entry(organization).git_claims, [&](const auto& one) { return one->id == id; });
}

void DirectoryBuilder::erase_provider_key(Id128 organization, Id128 id) {
    OrganizationEntry& entry = own_entry(organization);
    ProviderKeyList keys = provider_keys_in(entry);
    std::erase_if(keys, [&](const auto& one) { return one->id == id; });
    replace_provider_keys(entry, std::move(keys));
}

void DirectoryBuilder::erase_address_of(const User& user) {
    const KeyDigest address = digest_of_email(user.email);
    EmailShard& emails = own_emails(address);
    EmailEntry& email = emails[address];
    email.user = {};
    if (email.invitations.empty()) emails.erase(address);
}

// Few people are.
void DirectoryBuilder::list_operator(const Id128& user, bool is_one) {
    auto list = root_->operators ? *root_->operators : std::vector<Id128>();
    std::erase(list, user);
    if (is_one) list.push_back(user);
    root_->operators = std::make_shared<const std::vector<Id128>>(std::move(list));
}

void DirectoryBuilder::count_llm_settings(const Id128& organization, const SharedLlmSettings& before,
                                          const SharedLlmSettings& now) {
    if ((before == nullptr) == (now == nullptr)) return;
    OrganizationEntry& entry = own_entry(organization);
    now != nullptr ? ++entry.llm_settings : --entry.llm_settings;
    say_what_is_below(entry);
}

void DirectoryBuilder::count_own_keys(const Id128& organization, const Project* before, const Project* now) {
    const auto wants = [](const Project* one) { return one != nullptr && one->mode != ProjectMode::credits; };
    if (wants(before) == wants(now)) return;
    OrganizationEntry& entry = own_entry(organization);
    wants(now) ? ++entry.own_key_projects : --entry.own_key_projects;
    say_what_is_below(entry);
}

std::shared_ptr<const Directory> DirectoryBuilder::build() && {
    return std::make_shared<const Directory>(std::move(root_));
}

KeyShard& DirectoryBuilder::own_key_shard(const KeyDigest& digest) {
    const std::size_t index = key_shard_of(digest);
    return own(key_shards_, index, root_->keys);
}

SecretShard& DirectoryBuilder::own_secrets(const KeyDigest& secret) {
    const std::size_t index = digest_shard_of(secret);
    return own(secret_shards_, index, root_->secrets);
}

// The first secret needs nothing to lead to the key: its digest is the key's id.
void DirectoryBuilder::replace_secrets(const KeyDigest& key, const KeySecrets& before, const KeySecrets& now) {
    for (const KeyDigest& secret : {before.current, before.previous}) {
        if (secret != KeyDigest{} && secret != key) own_secrets(secret).erase(secret);
    }
    for (const KeyDigest& secret : {now.current, now.previous}) {
        if (secret != KeyDigest{} && secret != key) own_secrets(secret)[secret] = key;
    }
}

OrganizationEntry& DirectoryBuilder::own_entry(const Id128& organization) {
    std::shared_ptr<OrganizationEntry>& mine = entries_[organization];
    if (!mine) {
        const OrganizationEntry* base = root_->find_entry(organization);
        mine = base != nullptr ? std::make_shared<OrganizationEntry>(*base) : std::make_shared<OrganizationEntry>();
        const std::size_t index = id_shard_of(organization);
        own(organization_shards_, index, root_->organizations)[organization] = mine;
    }
    return *mine;
}

SlugShard& DirectoryBuilder::own_slugs(const std::string& slug) {
    const std::size_t index = slug_shard_of(slug);
    return own(slug_shards_, index, root_->slugs);
}

MemberList& DirectoryBuilder::own_members(const Id128& organization) {
    std::shared_ptr<MemberList>& mine = members_[organization];
    if (!mine) {
        OrganizationEntry& entry = own_entry(organization);
        mine = entry.members ? std::make_shared<MemberList>(*entry.members) : std::make_shared<MemberList>();
        entry.members = mine;
    }
    return *mine;
}

UserEntry& DirectoryBuilder::own_user(const Id128& user) {
    std::shared_ptr<UserEntry>& mine = users_[user];
    if (!mine) {
        const UserEntry* const base = root_->find_user(user);
        mine = base != nullptr ? std::make_shared<UserEntry>(*base) : std::make_shared<UserEntry>();
        const std::size_t index = id_shard_of(user);
        own(user_shards_, index, root_->users)[user] = mine;
    }
    return *mine;
}

EmailShard& DirectoryBuilder::own_emails(const KeyDigest& digest) {
    const std::size_t index = digest_shard_of(digest);
    return own(email_shards_, index, root_->emails);
}

SessionShard& DirectoryBuilder::own_sessions(const KeyDigest& secret) {
    const std::size_t index = digest_shard_of(secret);
    return own(session_shards_, index, root_->sessions);
}

GitClaimShard& DirectoryBuilder::own_git_claims(const std::string& name) {
    const std::size_t index = git_name_shard_of(name);
    return own(git_claim_shards_, index, root_->git_claims);
}

InvitationShard& DirectoryBuilder::own_invitations(const KeyDigest& token) {
    const std::size_t index = digest_shard_of(token);
    return own(invitation_shards_, index, root_->invitations);
}

}  // namespace tollgate
