// Privileged acts that were refused: who tried what, how often, since when. Apart from the audit of changes, and folded
// to one row for each caller, route and UTC day, so that no number of tries pushes anything out.
//
// Value in Family::changes: version u8, count u64, first and last time i64, actor, via, method, route, address, reason
// (length u8 + text each).
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "accounting/accounts/caller.h"
#include "accounting/money/ids.h"
#include "store/store.h"

namespace tollgate {

inline constexpr std::size_t kMostWaitingRefusals = 4096;  // rows in memory between two flushes
inline constexpr std::size_t kMostRefusalsOfDay = 1000;    // rows of an organization; what is beyond is one row more
inline constexpr std::uint32_t kRefusalDays = 90;          // that rows are kept
inline constexpr std::size_t kMaxRefusalPage = 200;
inline constexpr std::string_view kOtherRefusals = "others";  // the actor of the row for what is beyond

enum class RefusalReason : std::uint8_t { permission_denied, unknown_organization };
std::string_view to_string(RefusalReason reason);

struct RefusedAct {
    Id128 organization = {};              // nil: of the instance
    std::uint32_t day = 0;                // since 1970-01-01 UTC
    std::string actor = {};               // actor_of(), caller.h
    std::string via = {};                 // via_of(), of the last try
    std::string method = {}, route = {};  // a template of the table of routes
    std::string address = {};             // of the last try
    RefusalReason reason = RefusalReason::permission_denied;
    std::uint64_t count = 0;
    std::int64_t first_ms = 0, last_ms = 0;  // Unix time
};

class Refusals {
  public:
    explicit Refusals(Store& store) : store_(store) {}  // which must outlive it

    // Any thread; in memory until the next flush.
    void note(const Id128& organization, const Caller& caller, std::string_view method, std::string_view route,
              RefusalReason reason, std::int64_t at_ms);
    // Stores what waits; what could not be stored waits on. Any thread that may block.
    Status flush();

    struct Page {
        std::vector<RefusedAct> acts;     // the newest day first
        std::optional<std::string> next;  // the cursor of the next page
    };
    // What is stored; flush() first. invalid for a cursor that is none. Any thread that may block.
    Result<Page> list(const Id128& organization, const std::string& cursor, std::size_t limit) const;

  private:
    using Waiting = std::map<std::string, RefusedAct>;  // by key in the store

    void add(Waiting& to, RefusedAct act) const;
    Status store_all(const Waiting& taken);
    Status merge(const std::string& key, const RefusedAct& act, Waiting& rows,
                 std::map<std::string, std::size_t>& counts);
    Status erase_old(const std::string& day_begin, WriteBatch& batch);

    Store& store_;
    std::mutex flush_mutex_;  // held by the one that stores
    std::mutex mutex_;        // of what waits
    Waiting waiting_;
};

}  // namespace tollgate
