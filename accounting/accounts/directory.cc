#include "accounting/accounts/directory.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "accounting/accounts/directory_builder.h"

namespace tollgate {
namespace {

template <class Name>
std::size_t key_shard_of(const Name& digest) {
    static_assert(Directory::kShards == 1U << 12);
    return (std::size_t{digest.bytes[0]} << 4) | (digest.bytes[1] >> 4);
}

template <class Name>
std::uint64_t hash_of(const Name& digest) {
    std::uint64_t hash = 0;
    std::memcpy(&hash, digest.bytes.data() + 8, sizeof hash);  // not the bytes that chose the shard
    return hash;
}

// The last byte: the first ones of a UUIDv7 are time.
std::size_t id_shard_of(const Id128& id) {
    static_assert(Directory::Root::kIdShards == 256);
    return id.bytes.back();
}

// The builder's own version of what `place` points to, copied at the first call.
template <class Shard>
Shard& own(std::unordered_map<std::size_t, std::shared_ptr<Shard>>& owned, std::size_t index,
           std::shared_ptr<const Shard>& place) {
    std::shared_ptr<Shard>& mine = owned[index];
    if (!mine) {
        mine = place ? std::make_shared<Shard>(*place) : std::make_shared<Shard>();
        place = mine;
    }
    return *mine;
}

const OrganizationEntry* find_entry(const Directory::Root& root, const Id128& id) {
    const auto& shard = root.organizations[id_shard_of(id)];
    if (!shard) return nullptr;
    const auto found = shard->find(id);
    return found == shard->end() ? nullptr : found->second.get();
}

}  // namespace

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

Directory::Directory(std::shared_ptr<const Root> root) : root_(std::move(root)) {}

const KeyRecord* Directory::find_key(const KeyDigest& digest) const {
    const KeyShard* shard = root_->keys[key_shard_of(digest)].get();
    return shard == nullptr ? nullptr : shard->find(digest);
}

const Organization* Directory::find_organization(const Id128& id) const {
    const OrganizationEntry* entry = find_entry(*root_, id);
    return entry == nullptr ? nullptr : entry->organization.get();
}

const Project* Directory::find_project(const Id128& id) const {
    const auto& shard = root_->projects[id_shard_of(id)];
    if (!shard) return nullptr;
    const auto found = shard->find(id);
    return found == shard->end() ? nullptr : found->second.get();
}

std::vector<const Organization*> Directory::organizations() const {
    std::vector<const Organization*> all;
    for (const auto& shard : root_->organizations) {
        if (!shard) continue;
        for (const auto& [id, entry] : *shard) all.push_back(entry->organization.get());
    }
    return all;
}

std::vector<const Project*> Directory::projects_of(const Id128& organization) const {
    std::vector<const Project*> all;
    const OrganizationEntry* entry = find_entry(*root_, organization);
    if (entry == nullptr) return all;
    for (const auto& project : entry->projects) all.push_back(project.get());
    std::ranges::sort(all, {}, [](const Project* p) { return std::tuple(p->created_ms, !p->is_default, p->id); });
    return all;
}

std::vector<const KeyRecord*> Directory::keys_of(const Id128& organization) const {
    std::vector<const KeyRecord*> all;
    const OrganizationEntry* entry = find_entry(*root_, organization);
    if (entry == nullptr) return all;
    all.reserve(entry->keys.size());
    entry->keys.for_each(
        [&](const KeyPrefix& prefix) { all.push_back(root_->keys[key_shard_of(prefix)]->find(prefix)); });
    return all;
}

std::size_t Directory::key_count() const { return root_->key_count; }
bool Directory::has_root_key() const { return root_->has_root_key; }

DirectoryBuilder::DirectoryBuilder() : root_(std::make_shared<Directory::Root>()), view_(root_) {}
DirectoryBuilder::DirectoryBuilder(const Directory& base)
    : root_(std::make_shared<Directory::Root>(*base.root_)), view_(root_) {}

void DirectoryBuilder::put(Organization organization) {
    const Id128 id = organization.id;
    own_entry(id).organization = std::make_shared<const Organization>(std::move(organization));
}

void DirectoryBuilder::put(Project project) {
    const std::size_t index = id_shard_of(project.id);
    const auto shared = std::make_shared<const Project>(std::move(project));
    own(project_shards_, index, root_->projects[index])[shared->id] = shared;
    auto& projects = own_entry(shared->organization).projects;
    const auto same = std::ranges::find(projects, shared->id, [](const auto& p) { return p->id; });
    if (same == projects.end()) {
        projects.push_back(shared);
    } else {
        *same = shared;
    }
}

void DirectoryBuilder::put(KeyRecord record) {
    const KeyDigest digest = record.digest;
    const Id128 organization = record.organization;
    const bool root = record.kind == KeyKind::root;
    if (!own_key_shard(digest).put(std::move(record))) return;
    ++root_->key_count;
    if (root) {
        root_->has_root_key = true;
    } else {
        own_entry(organization).keys.add(digest);
    }
}

void DirectoryBuilder::erase_key(const KeyDigest& digest) {
    KeyShard& shard = own_key_shard(digest);
    const KeyRecord* record = shard.find(digest);
    if (record == nullptr) return;
    if (record->kind != KeyKind::root) own_entry(record->organization).keys.remove(digest);
    shard.erase(digest);
    --root_->key_count;
}

std::shared_ptr<const Directory> DirectoryBuilder::build() && {
    return std::make_shared<const Directory>(std::move(root_));
}

KeyShard& DirectoryBuilder::own_key_shard(const KeyDigest& digest) {
    const std::size_t index = key_shard_of(digest);
    return own(key_shards_, index, root_->keys[index]);
}

OrganizationEntry& DirectoryBuilder::own_entry(const Id128& organization) {
    std::shared_ptr<OrganizationEntry>& mine = entries_[organization];
    if (!mine) {
        const OrganizationEntry* base = find_entry(*root_, organization);
        mine = base != nullptr ? std::make_shared<OrganizationEntry>(*base) : std::make_shared<OrganizationEntry>();
        const std::size_t index = id_shard_of(organization);
        own(organization_shards_, index, root_->organizations[index])[organization] = mine;
    }
    return *mine;
}

}  // namespace tollgate
