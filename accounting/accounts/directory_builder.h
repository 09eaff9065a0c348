// What a Directory is made of, and how the next one is made from it: untouched shards are shared, touched ones copied.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "accounting/accounts/directory.h"

namespace tollgate {

// Records by digest: open addressing with linear probing, at most three quarters full. Digests are uniformly
// distributed, so their own bits are the hash.
class KeyShard {
  public:
    using Record = std::shared_ptr<const KeyRecord>;

    const KeyRecord* find(const KeyDigest& digest) const;
    // True if the digest is new here; else the record is replaced.
    bool put(Record record);
    // False if absent.
    bool erase(const KeyDigest& digest);

  private:
    struct Slot {
        std::uint64_t tag = 0;  // digest bits, so that a probe of a foreign slot stays in the slots' memory
        Record record;
    };
    static std::uint64_t tag_of(const KeyDigest& digest);
    // The slot of the digest, or the free one where it belongs. There must be a free slot.
    std::size_t slot_of(const KeyDigest& digest) const;
    void rebuild(std::size_t slots, const KeyDigest* without);

    std::vector<Slot> slots_;  // none, or a power of two
    std::size_t count_ = 0;
};

// The digests of an organization's keys, in chunks so that a change of a large organization copies little.
class KeyIndex {
  public:
    static constexpr std::size_t kChunk = 256;

    void add(const KeyDigest& digest);
    void remove(const KeyDigest& digest);
    std::size_t size() const;
    template <class Visit>
    void for_each(Visit visit) const {
        for (const auto& chunk : full_) {
            for (const KeyDigest& digest : *chunk) visit(digest);
        }
        for (const KeyDigest& digest : tail_) visit(digest);
    }

  private:
    std::vector<std::shared_ptr<const std::vector<KeyDigest>>> full_;  // never empty ones, shared between snapshots
    std::vector<KeyDigest> tail_;
};

struct OrganizationEntry {
    std::shared_ptr<const Organization> organization;
    std::vector<std::shared_ptr<const Project>> projects;
    KeyIndex keys;
};

using OrganizationShard = std::map<Id128, std::shared_ptr<const OrganizationEntry>>;
using ProjectShard = std::map<Id128, std::shared_ptr<const Project>>;

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
    std::map<Id128, std::shared_ptr<OrganizationEntry>> entries_;
};

}  // namespace tollgate
