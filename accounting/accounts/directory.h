// Who may call and under which policy: an immutable snapshot, sharded, replaced as a whole root when anything changes
// (one shard and the root are copied, whatever the size of the organization).
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "accounting/accounts/key.h"
#include "accounting/accounts/organization.h"
#include "accounting/accounts/project.h"
#include "accounting/money/ids.h"

namespace tollgate {

class Directory {
  public:
    static constexpr std::size_t kShards = 4096;

    // nullptr if unknown. The record lives as long as this snapshot.
    const KeyRecord* find_key(const KeyDigest& digest) const;
    const Organization* find_organization(const Id128& id) const;
    const Project* find_project(const Id128& id) const;

    // For management listings, not for the request path. In no order: there may be a million, of which a page is shown.
    std::vector<const Organization*> organizations() const;
    std::vector<const KeyRecord*> keys_of(const Id128& organization) const;
    // In creation order, the default project first.
    std::vector<const Project*> projects_of(const Id128& organization) const;
    std::size_t key_count() const;  // the root key included
    bool has_root_key() const;

    struct Root;  // directory_builder.h; accounts.cc builds new ones
    explicit Directory(std::shared_ptr<const Root> root);

  private:
    friend class DirectoryBuilder;
    std::shared_ptr<const Root> root_;
};

}  // namespace tollgate
