// When each key was last used, and each person was last active in an organization: by requests, and by calls of the
// API. What is noted waits in memory for the usage index's next flush, which stores it in its own commit. Requests that
// a crash forgets are noted again from the journal; calls of the API within the last minute before a kill are lost.
//
// Value in Family::system: Unix ms, u64.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

#include "accounting/money/ids.h"
#include "store/store.h"

namespace tollgate {

class LastUses {
  public:
    explicit LastUses(Store& store) : store_(store) {}  // which must outlive it

    // --- Any thread. Times are Unix ms; an earlier one changes nothing.
    void note_key(const KeyDigest& key, std::int64_t at_ms);
    void note_member(const Id128& organization, const Id128& user, std::int64_t at_ms);

    // --- Any thread that may block. 0: never, or what the store has cannot be read.
    std::int64_t of_key(const KeyDigest& key) const;
    std::int64_t of_member(const Id128& organization, const Id128& user) const;

    // --- By one thread.
    bool waiting() const;  // something is not in the store
    // Puts what waits into the batch. It waits until committed(); after a commit that failed it is added again.
    Status add_to(WriteBatch& batch);
    void committed();

  private:
    using Times = std::unordered_map<std::string, std::int64_t>;  // by key in the store

    void note(std::string key, std::int64_t at_ms);
    std::int64_t find(const std::string& key) const;

    Store& store_;
    mutable std::mutex mutex_;
    Times fresh_, added_;  // noted since the last add_to(), and before it
};

}  // namespace tollgate
