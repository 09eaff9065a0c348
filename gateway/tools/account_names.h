// What people call the organizations, projects and keys in a store, beside their ids in exports.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "accounting/money/ids.h"
#include "store/store.h"

namespace tollgate {

class AccountNames {
  public:
    explicit AccountNames(Store& store) : store_(store) {}  // which must outlive it

    // Empty for what is nil or was never there: an export is about money and goes on. A deleted key has its name. Valid
    // until the next call.
    const std::string& organization(const Id128& id);
    const std::string& project(const Id128& id);
    const std::string& key(const KeyDigest& digest);

  private:
    // What was looked up is kept; beyond this it is forgotten and looked up again.
    static constexpr std::size_t kMostKept = 100'000;
    template <class Id, class Find>
    const std::string& look_up(std::map<Id, std::string>& kept, const Id& id, Find find);

    Store& store_;
    std::map<Id128, std::string> organizations_, projects_;
    std::map<KeyDigest, std::string> keys_;
};

}  // namespace tollgate
