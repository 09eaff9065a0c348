// What a Directory is made of, and how the next one is made from it: untouched shards are shared, touched ones copied.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "accounting/accounts/directory.h"
#include "accounting/accounts/shard_table.h"

namespace tollgate {

// Where in a Directory what is named so stands.
std::size_t key_shard_of(const KeyDigest& digest);
std::size_t id_shard_of(const Id128& id);
std::size_t digest_shard_of(const KeyDigest& digest);
std::size_t slug_shard_of(std::string_view slug);
std::size_t git_name_shard_of(std::string_view name);
KeyDigest digest_of_email(std::string_view normal_email);

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

using MemberList = std::vector<std::shared_ptr<const Membership>>;  // by the person's id

struct OrganizationEntry {
    std::shared_ptr<const Organization> organization;
    std::vector<std::shared_ptr<const Project>> projects;
    std::shared_ptr<const MemberList> members;  // null: nobody; shared between snapshots until it changes
    std::vector<std::shared_ptr<const Invitation>> invitations;
    std::vector<std::shared_ptr<const GitClaim>> git_claims;
    std::vector<std::shared_ptr<const Preset>> presets;  // by slug
    SharedProviderKeys provider_keys;                    // null: none; another list after each change
    KeyIndex keys;
    std::size_t llm_settings = 0;      // projects and members that have some
    std::size_t own_key_projects = 0;  // whose mode is another than credits
};

struct UserEntry {
    std::shared_ptr<const User> user;
    std::vector<Id128> organizations;  // that he is a member of, in order
    std::vector<KeyPrefix> tokens;
    std::vector<std::shared_ptr<const Session>> sessions;  // in the order in which they began
};

struct InvitationPlace {
    Id128 organization, invitation;
    bool operator==(const InvitationPlace&) const = default;
};
struct EmailEntry {
    Id128 user = {};  // nil: nobody's here
    std::vector<InvitationPlace> invitations;
};

// Of digests, which are uniformly distributed: their own bits are the hash.
struct DigestHash {
    std::size_t operator()(const KeyDigest& digest) const;
};

using OrganizationShard = std::unordered_map<Id128, std::shared_ptr<const OrganizationEntry>, Id128Hash>;
using SlugShard = std::unordered_map<std::string, Id128>;  // of organizations that are not closed
using ProjectShard = std::unordered_map<Id128, std::shared_ptr<const Project>, Id128Hash>;
using UserShard = std::unordered_map<Id128, std::shared_ptr<const UserEntry>, Id128Hash>;
using EmailShard = std::unordered_map<KeyDigest, EmailEntry, DigestHash>;                // by the address's digest
using GitClaimShard = std::unordered_map<std::string, std::shared_ptr<const GitClaim>>;  // by to_string(GitName)
using SecretShard =
    std::unordered_map<KeyDigest, KeyDigest, DigestHash>;  // to the key's id, by a later secret's digest
using SessionShard =
    std::unordered_map<KeyDigest, std::shared_ptr<const Session>, DigestHash>;       // by its secret's digest
using InvitationShard = std::unordered_map<KeyDigest, InvitationPlace, DigestHash>;  // by each token's digest

struct Directory::Root {
    static constexpr std::size_t kIdShards = 256;
    template <class Shard>
    using Table = ShardTable<Shard, kIdShards, 16>;

    ShardTable<KeyShard, Directory::kShards, 64> keys;
    Table<SecretShard> secrets;
    Table<OrganizationShard> organizations;
    Table<SlugShard> slugs;
    Table<ProjectShard> projects;
    Table<UserShard> users;
    Table<EmailShard> emails;
    Table<InvitationShard> invitations;
    Table<SessionShard> sessions;
    Table<GitClaimShard> git_claims;
    std::size_t key_count = 0;
    bool has_root_key = false;
    std::shared_ptr<const std::vector<Id128>> operators;  // who may be suspended; null: nobody

    const OrganizationEntry* find_entry(const Id128& organization) const;  // null if unknown, as are the next two
    const UserEntry* find_user(const Id128& user) const;
    const EmailEntry* find_email(std::string_view normal_email) const;
};

// One use: put and erase, then build.
class DirectoryBuilder {
  public:
    DirectoryBuilder();                                // from nothing
    explicit DirectoryBuilder(const Directory& base);  // the base stays as it is

    // Adds or replaces. The organization of a project, membership, invitation, preset or key must be there, and the
    // person of a personal token, session or membership. A preset keeps its slug.
    void put(Organization organization);
    void put(Project project);
    void put(KeyRecord record);
    void put(User user);
    void put(const Membership& membership);
    void put(Invitation invitation);
    void put(GitClaim claim);  // its name never changes
    void put(Preset preset);
    void put(ProviderKey key);
    void put(Session session);
    // Removes what is there; nothing happens if it isn't. A person's memberships, tokens and sessions must be gone
    // before.
    void erase_key(const KeyDigest& digest);
    void erase_user(const Id128& id);
    void erase_project(const Id128& organization, const Id128& id);  // its keys must be gone before
    void erase_membership(const Id128& organization, const Id128& user);
    void erase_invitation(Id128 organization, Id128 id);
    void erase_git_claim(Id128 organization, Id128 id);
    void erase_preset(const Id128& organization, const Id128& id);
    void erase_provider_key(Id128 organization, Id128 id);
    void erase_session(Id128 user, KeyDigest id);
    // What was built so far; changes with every call above.
    const Directory& view() const { return view_; }
    std::shared_ptr<const Directory> build() &&;

  private:
    KeyShard& own_key_shard(const KeyDigest& digest);
    SecretShard& own_secrets(const KeyDigest& secret);
    // What leads to the key follows its secrets.
    void replace_secrets(const KeyDigest& key, const KeySecrets& before, const KeySecrets& now);
    OrganizationEntry& own_entry(const Id128& organization);
    SlugShard& own_slugs(const std::string& slug);
    MemberList& own_members(const Id128& organization);
    UserEntry& own_user(const Id128& user);
    EmailShard& own_emails(const KeyDigest& digest);
    InvitationShard& own_invitations(const KeyDigest& token);
    SessionShard& own_sessions(const KeyDigest& secret);
    GitClaimShard& own_git_claims(const std::string& name);
    void erase_address_of(const User& user);
    void list_operator(const Id128& user, bool is_one);
    // One of the organization's projects or members had settings before, or has some now.
    void count_llm_settings(const Id128& organization, const SharedLlmSettings& before, const SharedLlmSettings& now);
    void count_own_keys(const Id128& organization, const Project* before, const Project* now);  // null: none

    std::shared_ptr<Directory::Root> root_;
    Directory view_;
    // What was copied or made here and may be written; the same objects are in root_.
    std::unordered_map<std::size_t, std::shared_ptr<KeyShard>> key_shards_;
    std::unordered_map<std::size_t, std::shared_ptr<SecretShard>> secret_shards_;
    std::unordered_map<std::size_t, std::shared_ptr<OrganizationShard>> organization_shards_;
    std::unordered_map<std::size_t, std::shared_ptr<SlugShard>> slug_shards_;
    std::unordered_map<std::size_t, std::shared_ptr<ProjectShard>> project_shards_;
    std::unordered_map<std::size_t, std::shared_ptr<UserShard>> user_shards_;
    std::unordered_map<std::size_t, std::shared_ptr<EmailShard>> email_shards_;
    std::unordered_map<std::size_t, std::shared_ptr<InvitationShard>> invitation_shards_;
    std::unordered_map<std::size_t, std::shared_ptr<SessionShard>> session_shards_;
    std::unordered_map<std::size_t, std::shared_ptr<GitClaimShard>> git_claim_shards_;
    std::unordered_map<Id128, std::shared_ptr<OrganizationEntry>, Id128Hash> entries_;
    std::unordered_map<Id128, std::shared_ptr<MemberList>, Id128Hash> members_;
    std::unordered_map<Id128, std::shared_ptr<UserEntry>, Id128Hash> users_;
};

}  // namespace tollgate
