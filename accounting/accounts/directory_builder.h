// What a Directory is made of, and how the next one is made from it: untouched shards are shared, touched ones copied.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "accounting/accounts/directory.h"

namespace tollgate {

// Enough of a digest to tell the keys of one instance apart, in half the room.
struct KeyPrefix {
    std::array<std::uint8_t, 16> bytes{};
    explicit KeyPrefix(const KeyDigest& digest) { std::copy_n(digest.bytes.begin(), bytes.size(), bytes.begin()); }
    bool operator==(const KeyPrefix&) const = default;
};

// The records of one shard, densely, with a table from digest to place: open addressing with linear probing, at most
// three quarters full. Digests are uniformly distributed, so their own bits are the hash.
class KeyShard {
  public:
    const KeyRecord* find(const KeyDigest& digest) const;
    const KeyRecord* find(const KeyPrefix& prefix) const;
    // True if the digest is new here; else the record is replaced. Records move: pointers into the shard end.
    bool put(KeyRecord record);
    // False if absent.
    bool erase(const KeyDigest& digest);

  private:
    static constexpr std::uint16_t kFree = 0xffff;
    struct Slot {
        std::uint16_t tag = 0;  // digest bits, so that a probe of a foreign slot reads no record
        std::uint16_t place = kFree;
    };
    // The slot of the digest, or the free one where it belongs. There must be a free slot.
    template <class Name>
    std::size_t slot_of(const Name& name) const;
    void rebuild(std::size_t slots);

    std::vector<KeyRecord> records_;
    std::vector<Slot> slots_;  // none, or a power of two
};

// An organization's keys, in chunks so that a change of a large organization copies little.
class KeyIndex {
  public:
    static constexpr std::size_t kChunk = 256;

    void add(const KeyDigest& digest);
    void remove(const KeyDigest& digest);
    std::size_t size() const;
    template <class Visit>
    void for_each(Visit visit) const {
        for (const auto& chunk : full_) {
            for (const KeyPrefix& prefix : *chunk) visit(prefix);
        }
        for (const KeyPrefix& prefix : tail_) visit(prefix);
    }

  private:
    std::vector<std::shared_ptr<const std::vector<KeyPrefix>>> full_;  // never empty ones, shared between snapshots
    std::vector<KeyPrefix> tail_;
};

struct OrganizationEntry {
    std::shared_ptr<const Organization> organization;
    std::vector<std::shared_ptr<const Project>> projects;
    KeyIndex keys;
};

using OrganizationShard = std::unordered_map<Id128, std::shared_ptr<const OrganizationEntry>, Id128Hash>;
using ProjectShard = std::unordered_map<Id128, std::shared_ptr<const Project>, Id128Hash>;

struct Directory::Root {
    static constexpr std::size_t kIdShards = 256;

    std::array<std::shared_ptr<const KeyShard>, Directory::kShards> keys;  // null: empty
    std::array<std::shared_ptr<const OrganizationShard>, kIdShards> organizations;
    std::array<std::shared_ptr<const ProjectShard>, kIdShards> projects;
    std::size_t key_count = 0;
    bool has_root_key = false;
};

// One use: put and erase, then build.
class DirectoryBuilder {
  public:
    DirectoryBuilder();                                // from nothing
    explicit DirectoryBuilder(const Directory& base);  // the base stays as it is

    // Adds or replaces. The organization of a project or key (other than the root key) must be there.
    void put(Organization organization);
    void put(Project project);
    void put(KeyRecord record);
    // Removes a key if it is there.
    void erase_key(const KeyDigest& digest);
    // What was built so far; changes with every call above.
    const Directory& view() const { return view_; }
    std::shared_ptr<const Directory> build() &&;

  private:
    KeyShard& own_key_shard(const KeyDigest& digest);
    OrganizationEntry& own_entry(const Id128& organization);

    std::shared_ptr<Directory::Root> root_;
    Directory view_;
    // What was copied or made here and may be written; the same objects are in root_.
    std::unordered_map<std::size_t, std::shared_ptr<KeyShard>> key_shards_;
    std::unordered_map<std::size_t, std::shared_ptr<OrganizationShard>> organization_shards_;
    std::unordered_map<std::size_t, std::shared_ptr<ProjectShard>> project_shards_;
    std::unordered_map<Id128, std::shared_ptr<OrganizationEntry>, Id128Hash> entries_;
};

}  // namespace tollgate
