// Who may call and under which policy: an immutable snapshot, sharded by key digest, replaced as a whole root when
// anything changes (one shard and the root are copied). Workers each hold a shared_ptr to the current root.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "accounting/credit/credit.h"
#include "accounting/money/ids.h"

namespace tollgate {

enum class KeyKind : std::uint8_t { inference, management, root };

// What an organization's requests obey; shared by all its keys, immutable.
struct OrganizationPolicy {
    Id128 organization;
    std::string organization_text;  // the same as a UUID, for headers and logs
    std::string name;
    std::string default_model;                    // the LLM default; empty: none
    std::string default_provider;                 // empty: any
    std::optional<std::uint8_t> retention_class;  // of its usage detail; empty: the configuration's default
    std::optional<OnExhausted> on_exhausted;      // empty: the configuration's, as is the next
    std::optional<NanoUsd> overdraft_cap;
    bool closed = false;  // deleted: its keys answer 401
};

struct KeyRecord {
    KeyDigest digest;
    std::string label;  // "sk-tg-v1-abc...123"
    std::string name;
    KeyKind kind = KeyKind::inference;
    Id128 organization, project, creator;  // nil for the root key
    bool disabled = false;
    std::int64_t expires_ms = 0;  // Unix time; 0: never
    std::int64_t created_ms = 0, updated_ms = 0;
    Limits limits;
    std::shared_ptr<const OrganizationPolicy> policy;  // null for the root key
    OrganizationCredit* credit = nullptr;              // stable; null for the root key
    Spenders spenders;                                 // stable; members of the organization
};

struct Project {
    Id128 id = {}, organization = {};
    std::string name = {};
    bool is_default = false;
    std::int64_t created_ms = 0;
    Limits limits = {};
};

struct Organization {
    Id128 id = {};
    std::string name = {}, slug = {};
    std::int64_t created_ms = 0, updated_ms = 0;
    std::shared_ptr<const OrganizationPolicy> policy = nullptr;
    OrganizationCredit* credit = nullptr;
    Limits limits = {};
};

class Directory {
  public:
    static constexpr std::size_t kShards = 4096;

    // nullptr if unknown. The record lives as long as this snapshot.
    const KeyRecord* find_key(const KeyDigest& digest) const;
    const Organization* find_organization(const Id128& id) const;
    const Project* find_project(const Id128& id) const;

    // In creation order. For management listings, not for the request path.
    std::vector<const Organization*> organizations() const;
    std::vector<const Project*> projects_of(const Id128& organization) const;
    std::vector<const KeyRecord*> keys_of(const Id128& organization) const;
    std::size_t key_count() const;  // the root key included

    struct Root;  // directory_builder.h; accounts.cc builds new ones
    explicit Directory(std::shared_ptr<const Root> root);

  private:
    friend class DirectoryBuilder;
    std::shared_ptr<const Root> root_;
};

}  // namespace tollgate
