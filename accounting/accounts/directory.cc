#include "accounting/accounts/directory.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <tuple>
#include <utility>

#include "accounting/accounts/directory_builder.h"

namespace tollgate {
namespace {

std::size_t key_shard_of(const KeyDigest& digest) {
    static_assert(Directory::kShards == 1U << 12);
    return (std::size_t{digest.bytes[0]} << 4) | (digest.bytes[1] >> 4);
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

std::uint64_t KeyShard::tag_of(const KeyDigest& digest) {
    std::uint64_t tag = 0;
    std::memcpy(&tag, digest.bytes.data() + 8, sizeof tag);  // not the bytes that chose the shard
    return tag;
}

std::size_t KeyShard::slot_of(const KeyDigest& digest) const {
    const std::uint64_t tag = tag_of(digest);
    const std::size_t mask = slots_.size() - 1;
    std::size_t i = tag & mask;
    while (slots_[i].record && (slots_[i].tag != tag || slots_[i].record->digest != digest)) i = (i + 1) & mask;
    return i;
}

const KeyRecord* KeyShard::find(const KeyDigest& digest) const {
    return slots_.empty() ? nullptr : slots_[slot_of(digest)].record.get();
}

bool KeyShard::put(Record record) {
    if ((count_ + 1) * 4 > slots_.size() * 3) rebuild(std::bit_ceil((count_ + 1) * 4 / 3 + 1), nullptr);
    Slot& slot = slots_[slot_of(record->digest)];
    const bool added = !slot.record;
    slot.tag = tag_of(record->digest);
    slot.record = std::move(record);
    if (added) ++count_;
    return added;
}

bool KeyShard::erase(const KeyDigest& digest) {
    if (find(digest) == nullptr) return false;
    rebuild(slots_.size(), &digest);  // rare and small, so no tombstones
    return true;
}

void KeyShard::rebuild(std::size_t slots, const KeyDigest* without) {
    std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(slots));
    count_ = 0;
    for (Slot& slot : old) {
        if (!slot.record || (without != nullptr && slot.record->digest == *without)) continue;
        slots_[slot_of(slot.record->digest)] = std::move(slot);
        ++count_;
    }
}

void KeyIndex::add(const KeyDigest& digest) {
    tail_.push_back(digest);
    if (tail_.size() < kChunk) return;
    full_.push_back(std::make_shared<const std::vector<KeyDigest>>(std::move(tail_)));
    tail_.clear();
}

void KeyIndex::remove(const KeyDigest& digest) {
    if (std::erase(tail_, digest) != 0) return;
    for (auto chunk = full_.begin(); chunk != full_.end(); ++chunk) {
        if (std::ranges::find(**chunk, digest) == (*chunk)->end()) continue;
        auto smaller = std::make_shared<std::vector<KeyDigest>>(**chunk);
        std::erase(*smaller, digest);
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
    std::ranges::sort(all, {}, [](const Organization* o) { return std::tuple(o->created_ms, o->id); });
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
    entry->keys.for_each([&](const KeyDigest& digest) { all.push_back(find_key(digest)); });
    std::ranges::sort(all, {}, [](const KeyRecord* k) { return std::tuple(k->created_ms, k->digest); });
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
    const auto shared = std::make_shared<const KeyRecord>(std::move(record));
    if (!own_key_shard(shared->digest).put(shared)) return;
    ++root_->key_count;
    if (shared->kind == KeyKind::root) {
        root_->has_root_key = true;
    } else {
        own_entry(shared->organization).keys.add(shared->digest);
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
