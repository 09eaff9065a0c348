#include "accounting/accounts/directory.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <functional>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "accounting/accounts/directory_builder.h"

namespace tollgate {
namespace {

template <class Name>
std::size_t shard_of(const Name& digest) {
    static_assert(Directory::kShards == 1U << 12);
    return (std::size_t{digest.bytes[0]} << 4) | (digest.bytes[1] >> 4);
}

template <class Name>
std::uint64_t hash_of(const Name& digest) {
    std::uint64_t hash = 0;
    std::memcpy(&hash, digest.bytes.data() + 8, sizeof hash);  // not the bytes that chose the shard
    return hash;
}

// What `shards` have of the name; null if nothing.
template <class Shards, class Name>
auto* find_in(const Shards& shards, std::size_t index, const Name& name) {
    using Value = const typename Shards::value_type::mapped_type;
    const auto* const shard = shards.find(index);
    if (shard == nullptr) return static_cast<Value*>(nullptr);
    const auto found = shard->find(name);
    return found == shard->end() ? nullptr : &found->second;
}

// To what a list owns.
template <class Value, class Owners>
std::vector<const Value*> pointers_to(const Owners& owners) {
    std::vector<const Value*> all;
    all.reserve(owners.size());
    for (const auto& owner : owners) all.push_back(owner.get());
    return all;
}

}  // namespace

std::size_t key_shard_of(const KeyDigest& digest) { return shard_of(digest); }

// The last byte: the first ones of a UUIDv7 are time.
std::size_t id_shard_of(const Id128& id) {
    static_assert(Directory::Root::kIdShards == 256);
    return id.bytes.back();
}

std::size_t digest_shard_of(const KeyDigest& digest) { return digest.bytes[0]; }

std::size_t slug_shard_of(std::string_view slug) {
    return std::hash<std::string_view>()(slug) % Directory::Root::kIdShards;
}

std::size_t git_name_shard_of(std::string_view name) { return slug_shard_of(name); }

std::size_t DigestHash::operator()(const KeyDigest& digest) const { return hash_of(digest); }

KeyDigest digest_of_email(std::string_view normal_email) { return digest_key(normal_email); }

template <class Name>
std::size_t KeyShard::slot_of(const Name& name) const {
    const std::uint64_t hash = hash_of(name);
    const auto tag = static_cast<std::uint16_t>(hash >> 48);
    const std::size_t mask = slots_.size() - 1;
    std::size_t i = hash & mask;
    while (slots_[i].place != kFree && (slots_[i].tag != tag || Name(records_[slots_[i].place].digest) != name)) {
        i = (i + 1) & mask;
    }
    return i;
}

const KeyRecord* KeyShard::find(const KeyDigest& digest) const {
    if (slots_.empty()) return nullptr;
    const Slot slot = slots_[slot_of(digest)];
    return slot.place == kFree ? nullptr : &records_[slot.place];
}

const KeyRecord* KeyShard::find(const KeyPrefix& prefix) const {
    if (slots_.empty()) return nullptr;
    const Slot slot = slots_[slot_of(prefix)];
    return slot.place == kFree ? nullptr : &records_[slot.place];
}

bool KeyShard::put(KeyRecord record) {
    const std::size_t count = records_.size() + 1;
    if (count * 4 > slots_.size() * 3) rebuild(std::bit_ceil(count * 4 / 3 + 1));
    Slot& slot = slots_[slot_of(record.digest)];
    if (slot.place != kFree) {
        records_[slot.place] = std::move(record);
        return false;
    }
    if (records_.size() >= kFree) throw std::length_error("too many API keys");  // 268 million in all shards
    slot = {static_cast<std::uint16_t>(hash_of(record.digest) >> 48), static_cast<std::uint16_t>(records_.size())};
    // Grown by an eighth: with a million keys, doubling would be the largest waste of memory here.
    if (records_.size() == records_.capacity()) records_.reserve(records_.size() + records_.size() / 8 + 1);
    records_.push_back(std::move(record));
    return true;
}

bool KeyShard::erase(const KeyDigest& digest) {
    const KeyRecord* const found = find(digest);
    if (found == nullptr) return false;
    records_.erase(records_.begin() + (found - records_.data()));
    rebuild(slots_.size());  // rare and small, so no tombstones
    return true;
}

void KeyShard::rebuild(std::size_t slots) {
    slots_.assign(slots, Slot());
    for (std::size_t place = 0; place < records_.size(); ++place) {
        const KeyDigest& digest = records_[place].digest;
        std::size_t i = hash_of(digest) & (slots - 1);
        while (slots_[i].place != kFree) i = (i + 1) & (slots - 1);
        slots_[i] = {static_cast<std::uint16_t>(hash_of(digest) >> 48), static_cast<std::uint16_t>(place)};
    }
}

void KeyIndex::add(const KeyDigest& digest) {
    if (tail_.size() == tail_.capacity()) tail_.reserve(tail_.size() + tail_.size() / 4 + 1);
    tail_.push_back(KeyPrefix(digest));
    if (tail_.size() < kChunk) return;
    full_.push_back(std::make_shared<const std::vector<KeyPrefix>>(std::move(tail_)));
    tail_.clear();
}

void KeyIndex::remove(const KeyDigest& digest) {
    const KeyPrefix prefix(digest);
    if (std::erase(tail_, prefix) != 0) return;
    for (auto chunk = full_.begin(); chunk != full_.end(); ++chunk) {
        if (std::ranges::find(**chunk, prefix) == (*chunk)->end()) continue;
        auto smaller = std::make_shared<std::vector<KeyPrefix>>(**chunk);
        std::erase(*smaller, prefix);
        if (smaller->empty()) {
            full_.erase(chunk);
        } else {
            *chunk = std::move(smaller);
        }
        return;
    }
}

std::size_t KeyIndex::size() const {
    std::size_t size = tail_.size();
    for (const auto& chunk : full_) size += chunk->size();
    return size;
}

const OrganizationEntry* Directory::Root::find_entry(const Id128& organization) const {
    const auto* const found = find_in(organizations, id_shard_of(organization), organization);
    return found == nullptr ? nullptr : found->get();
}

const UserEntry* Directory::Root::find_user(const Id128& user) const {
    const auto* const found = find_in(users, id_shard_of(user), user);
    return found == nullptr ? nullptr : found->get();
}

const EmailEntry* Directory::Root::find_email(std::string_view normal_email) const {
    const KeyDigest digest = digest_of_email(normal_email);
    return find_in(emails, digest_shard_of(digest), digest);
}

Directory::Directory(std::shared_ptr<const Root> root) : root_(std::move(root)) {}

const KeyRecord* Directory::find_key(const KeyDigest& digest) const {
    const KeyShard* shard = root_->keys.find(key_shard_of(digest));
    return shard == nullptr ? nullptr : shard->find(digest);
}

const KeyRecord* Directory::find_key_of_secret(const KeyDigest& secret, std::int64_t now_ms) const {
    const KeyRecord* record = find_key(secret);
    if (record == nullptr) {
        const KeyDigest* const key = find_in(root_->secrets, digest_shard_of(secret), secret);
        if (key != nullptr) record = find_key(*key);
    }
    if (record == nullptr) return nullptr;
    const KeySecrets* const secrets = record->secrets.get();
    return secrets == nullptr || secrets->admits(secret, now_ms) ? record : nullptr;
}

const Organization* Directory::find_organization(const Id128& id) const {
    const OrganizationEntry* entry = root_->find_entry(id);
    return entry == nullptr ? nullptr : entry->organization.get();
}

const Organization* Directory::find_organization_by_slug(std::string_view slug) const {
    const Id128* const id = find_in(root_->slugs, slug_shard_of(slug), std::string(slug));
    return id == nullptr ? nullptr : find_organization(*id);
}

const Project* Directory::find_project(const Id128& id) const {
    const auto* const found = find_in(root_->projects, id_shard_of(id), id);
    return found == nullptr ? nullptr : found->get();
}

const Project* Directory::default_project(const Id128& organization) const {
    const OrganizationEntry* const entry = root_->find_entry(organization);
    if (entry == nullptr) return nullptr;
    const auto found = std::ranges::find_if(entry->projects, [](const auto& one) { return one->is_default; });
    return found == entry->projects.end() ? nullptr : found->get();
}

const User* Directory::find_user(const Id128& id) const {
    const UserEntry* const entry = root_->find_user(id);
    return entry == nullptr ? nullptr : entry->user.get();
}

const User* Directory::find_user_by_email(std::string_view normal_email) const {
    const EmailEntry* const entry = root_->find_email(normal_email);
    return entry == nullptr || entry->user.is_nil() ? nullptr : find_user(entry->user);
}

const Membership* Directory::find_membership(const Id128& organization, const Id128& user) const {
    const OrganizationEntry* const entry = root_->find_entry(organization);
    if (entry == nullptr || !entry->members) return nullptr;
    const auto found = std::ranges::lower_bound(*entry->members, user, {}, [](const auto& one) { return one->user; });
    return found == entry->members->end() || (*found)->user != user ? nullptr : found->get();
}

const Invitation* Directory::find_invitation(const Id128& organization, const Id128& id) const {
    const OrganizationEntry* const entry = root_->find_entry(organization);
    if (entry == nullptr) return nullptr;
    const auto found = std::ranges::find(entry->invitations, id, [](const auto& one) { return one->id; });
    return found == entry->invitations.end() ? nullptr : found->get();
}

const Invitation* Directory::find_invitation(const KeyDigest& token) const {
    const InvitationPlace* const place = find_in(root_->invitations, digest_shard_of(token), token);
    return place == nullptr ? nullptr : find_invitation(place->organization, place->invitation);
}

const GitClaim* Directory::find_git_claim(const Id128& organization, const Id128& id) const {
    const OrganizationEntry* const entry = root_->find_entry(organization);
    if (entry == nullptr) return nullptr;
    const auto found = std::ranges::find(entry->git_claims, id, [](const auto& one) { return one->id; });
    return found == entry->git_claims.end() ? nullptr : found->get();
}

const GitClaim* Directory::find_git_claim(const GitName& name) const {
    const std::string text = to_string(name);
    const auto* const found = find_in(root_->git_claims, git_name_shard_of(text), text);
    return found == nullptr ? nullptr : found->get();
}

const GitClaim* Directory::find_covering_claim(GitName name) const {
    while (true) {
        if (const GitClaim* const found = find_git_claim(name)) return found;
        const auto slash = name.path.rfind('/');
        if (slash == std::string::npos) return nullptr;
        name.path.erase(slash);
    }
}

std::vector<const Organization*> Directory::organizations() const {
    std::vector<const Organization*> all;
    root_->organizations.for_each([&all](const OrganizationShard& shard) {
        for (const auto& [id, entry] : shard) all.push_back(entry->organization.get());
    });
    return all;
}

std::vector<const Project*> Directory::projects_of(const Id128& organization) const {
    const OrganizationEntry* const entry = root_->find_entry(organization);
    if (entry == nullptr) return {};
    auto all = pointers_to<Project>(entry->projects);
    std::ranges::sort(all, {}, [](const Project* p) { return std::tuple(p->created_ms, !p->is_default, p->id); });
    return all;
}

std::vector<const KeyRecord*> Directory::keys_of(const Id128& organization) const {
    std::vector<const KeyRecord*> all;
    const OrganizationEntry* const entry = root_->find_entry(organization);
    if (entry == nullptr) return all;
    all.reserve(entry->keys.size());
    entry->keys.for_each(
        [&](const KeyPrefix& prefix) { all.push_back(root_->keys.find(shard_of(prefix))->find(prefix)); });
    return all;
}

std::vector<const Membership*> Directory::members_of(const Id128& organization) const {
    const OrganizationEntry* const entry = root_->find_entry(organization);
    if (entry == nullptr || entry->members == nullptr) return {};
    return pointers_to<Membership>(*entry->members);
}

std::vector<const Invitation*> Directory::invitations_of(const Id128& organization) const {
    const OrganizationEntry* const entry = root_->find_entry(organization);
    return entry == nullptr ? std::vector<const Invitation*>() : pointers_to<Invitation>(entry->invitations);
}

std::vector<const GitClaim*> Directory::git_claims_of(const Id128& organization) const {
    const OrganizationEntry* const entry = root_->find_entry(organization);
    return entry == nullptr ? std::vector<const GitClaim*>() : pointers_to<GitClaim>(entry->git_claims);
}

const Preset* Directory::find_preset(const Id128& organization, std::string_view slug) const {
    const OrganizationEntry* const entry = root_->find_entry(organization);
    if (entry == nullptr) return nullptr;
    const auto slug_of = [](const auto& one) { return std::string_view(one->slug); };
    const auto found = std::ranges::lower_bound(entry->presets, slug, {}, slug_of);
    return found == entry->presets.end() || (*found)->slug != slug ? nullptr : found->get();
}

std::vector<const Preset*> Directory::presets_of(const Id128& organization) const {
    const OrganizationEntry* const entry = root_->find_entry(organization);
    return entry == nullptr ? std::vector<const Preset*>() : pointers_to<Preset>(entry->presets);
}

const ProviderKey* Directory::find_provider_key(const Id128& organization, const Id128& id) const {
    const OrganizationEntry* const entry = root_->find_entry(organization);
    if (entry == nullptr || entry->provider_keys == nullptr) return nullptr;
    const auto found = std::ranges::find(*entry->provider_keys, id, [](const auto& one) { return one->id; });
    return found == entry->provider_keys->end() ? nullptr : found->get();
}

std::vector<const ProviderKey*> Directory::provider_keys_of(const Id128& organization) const {
    const OrganizationEntry* const entry = root_->find_entry(organization);
    if (entry == nullptr || entry->provider_keys == nullptr) return {};
    return pointers_to<ProviderKey>(*entry->provider_keys);
}

std::vector<const User*> Directory::users() const {
    std::vector<const User*> all;
    root_->users.for_each([&all](const UserShard& shard) {
        for (const auto& [id, entry] : shard) all.push_back(entry->user.get());
    });
    return all;
}

std::vector<const User*> Directory::operators() const {
    std::vector<const User*> all;
    if (root_->operators == nullptr) return all;
    for (const Id128& id : *root_->operators) {
        if (const User* const user = find_user(id); user->acts_as_operator()) all.push_back(user);
    }
    return all;
}

std::vector<Id128> Directory::organizations_of(const Id128& user) const {
    const UserEntry* const entry = root_->find_user(user);
    return entry == nullptr ? std::vector<Id128>() : entry->organizations;
}

std::vector<const KeyRecord*> Directory::tokens_of(const Id128& user) const {
    std::vector<const KeyRecord*> all;
    const UserEntry* const entry = root_->find_user(user);
    if (entry == nullptr) return all;
    for (const KeyPrefix& token : entry->tokens) all.push_back(root_->keys.find(shard_of(token))->find(token));
    return all;
}

const Session* Directory::find_session(const Id128& user, const KeyDigest& id) const {
    const UserEntry* const entry = root_->find_user(user);
    if (entry == nullptr) return nullptr;
    const auto found = std::ranges::find(entry->sessions, id, [](const auto& one) { return one->id; });
    return found == entry->sessions.end() ? nullptr : found->get();
}

std::shared_ptr<const Session> Directory::find_session_of_secret(const KeyDigest& secret) const {
    const auto* const found = find_in(root_->sessions, digest_shard_of(secret), secret);
    return found == nullptr ? nullptr : *found;
}

std::vector<const Session*> Directory::sessions_of(const Id128& user) const {
    const UserEntry* const entry = root_->find_user(user);
    return entry == nullptr ? std::vector<const Session*>() : pointers_to<Session>(entry->sessions);
}

std::vector<const Session*> Directory::sessions() const {
    std::vector<const Session*> all;
    root_->sessions.for_each([&all](const SessionShard& shard) {
        for (const auto& [secret, session] : shard) all.push_back(session.get());
    });
    return all;
}

std::vector<const Invitation*> Directory::invitations_to(std::string_view normal_email) const {
    std::vector<const Invitation*> all;
    const EmailEntry* const entry = root_->find_email(normal_email);
    if (entry == nullptr) return all;
    for (const InvitationPlace& place : entry->invitations) {
        all.push_back(find_invitation(place.organization, place.invitation));
    }
    return all;
}

std::size_t Directory::key_count() const { return root_->key_count; }
bool Directory::has_root_key() const { return root_->has_root_key; }

}  // namespace tollgate
