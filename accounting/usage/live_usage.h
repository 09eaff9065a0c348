// The newest requests of organizations that somebody watches, as the usage index takes them in. Nothing is kept of an
// organization that nobody watches. Who reads too slowly loses the oldest ones, and is told how many.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "accounting/ledger/ledger.h"
#include "accounting/money/ids.h"
#include "store/journal.h"

namespace tollgate {

inline constexpr std::size_t kMostLiveRequests = 512;  // kept of one organization
inline constexpr std::size_t kMostWatchers = 256;      // of all organizations
inline constexpr std::size_t kMostWatchersOfOrganization = 16;

class LiveUsage {
  public:
    // One who watches: sees what comes after it was made. Of one thread at a time; the LiveUsage must outlive it.
    class Watcher {
      public:
        ~Watcher();
        Watcher(const Watcher&) = delete;
        Watcher& operator=(const Watcher&) = delete;

        struct Taken {
            std::vector<StoredRequest> requests;  // the oldest first
            std::uint64_t lost = 0;               // that came before them, and are kept no more
        };
        // What came since the last call.
        Taken take();
        bool waiting() const;  // whether something did

      private:
        friend class LiveUsage;
        Watcher(LiveUsage& live, const Id128& organization) : live_(live), organization_(organization) {}

        LiveUsage& live_;
        const Id128 organization_;
        std::uint64_t seen_ = 0;  // requests of the organization's channel
    };

    // nullptr: there are as many as may be. Any thread.
    std::unique_ptr<Watcher> watch(const Id128& organization);
    // By the usage index. A row that nobody watches costs one load.
    void add(const Id128& organization, const UsageRow& row);

  private:
    struct Channel {
        std::deque<StoredRequest> newest;
        std::uint64_t count = 0;  // of all that came
        std::size_t watchers = 0;
    };

    mutable std::mutex mutex_;
    std::unordered_map<Id128, Channel, Id128Hash> channels_;
    std::atomic<std::size_t> watchers_{0};
};

}  // namespace tollgate
