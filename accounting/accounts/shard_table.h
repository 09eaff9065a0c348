// Shards that snapshots share, in groups: a copy of the table copies a pointer for each group, whatever stands in it.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <utility>

namespace tollgate {

template <class Shard, std::size_t kShards, std::size_t kShardsOfAGroup>
class ShardTable {
  public:
    using value_type = Shard;

    // Null: there is none.
    const Shard* find(std::size_t index) const {
        const auto& group = groups_[index / kShardsOfAGroup];
        return group ? (*group)[index % kShardsOfAGroup].get() : nullptr;
    }
    // The shard's group is copied: other tables may share it.
    void put(std::size_t index, std::shared_ptr<const Shard> shard) {
        auto& place = groups_[index / kShardsOfAGroup];
        auto group = place ? std::make_shared<Group>(*place) : std::make_shared<Group>();
        (*group)[index % kShardsOfAGroup] = std::move(shard);
        place = std::move(group);
    }
    template <class Visit>
    void for_each(Visit visit) const {
        for (const auto& group : groups_) {
            if (!group) continue;
            for (const auto& shard : *group) {
                if (shard) visit(*shard);
            }
        }
    }

  private:
    using Group = std::array<std::shared_ptr<const Shard>, kShardsOfAGroup>;
    static_assert(kShards % kShardsOfAGroup == 0);

    std::array<std::shared_ptr<const Group>, kShards / kShardsOfAGroup> groups_;
};

}  // namespace tollgate
