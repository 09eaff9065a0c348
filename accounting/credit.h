// The credit of one organization and of its keys, in memory: what may still be spent. Hold before dispatch, settle once
// after; each is one critical section of nanoseconds, all or nothing over every limit involved, never across I/O.
// A balance never goes below zero: available = balance - held >= 0 always.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "accounting/ids.h"
#include "accounting/money.h"

namespace tollgate {

// UTC windows of a key's limit; lifetime never resets. Weeks start on Monday.
enum class LimitReset : std::uint8_t { lifetime, daily, weekly, monthly };

// What was charged by UTC window. Windows are numbered so that a higher number is a reset; an amount that comes with an
// earlier time (a clock that stepped back) counts in the current window, so that no limit is passed.
struct SpendWindows {
    NanoUsd total, day, week, month;
    std::int64_t day_number = 0, week_number = 0, month_number = 0;
    void add(NanoUsd amount, std::int64_t unix_ms);
    void roll(std::int64_t unix_ms);  // zero the windows that have ended
    NanoUsd in(LimitReset window) const;
};

// Spending state of one API key. Guarded by its organization's lock. Lives as long as the process.
struct KeyCredit {
    KeyDigest key;
    std::optional<NanoUsd> limit;  // nullopt: unlimited, 0: nothing left
    LimitReset reset = LimitReset::lifetime;
    SpendWindows spent;
    NanoUsd held;
};

struct Shortage {
    enum class Limit : std::uint8_t { organization, key } limit;
    NanoUsd needed, available;
};

struct Charge {
    NanoUsd charged;  // taken from the organization
    NanoUsd overrun;  // cost - charged, for platform:overrun; should be 0
};

class OrganizationCredit {
  public:
    struct Snapshot {
        NanoUsd granted;  // all credit ever added, less what was taken back (total_credits)
        NanoUsd used;     // all usage charged (total_usage)
        NanoUsd held;
        NanoUsd balance() const { return granted - used; }
    };

    explicit OrganizationCredit(const Id128& id) : id_(id) {}
    const Id128& id() const { return id_; }

    // Takes `amount` on the organization and on the key's limit, or nothing. Any thread.
    std::optional<Shortage> hold(KeyCredit& key, NanoUsd amount, std::int64_t unix_ms);
    // Replaces the hold by the real cost, once. `held` must be what hold() took.
    Charge settle(KeyCredit& key, NanoUsd held, NanoUsd cost, std::int64_t unix_ms);

    void grant(NanoUsd amount);  // also recovery's; negative takes back, never below zero
    void replay_usage(KeyCredit& key, NanoUsd charged, std::int64_t unix_ms);  // recovery only
    void restore(NanoUsd granted, NanoUsd used);                               // recovery only: a checkpoint
    Snapshot snapshot() const;
    SpendWindows key_spend(const KeyCredit& key, std::int64_t unix_ms) const;
    void set_key_limit(KeyCredit& key, std::optional<NanoUsd> limit, LimitReset reset);

  private:
    void check_not_negative() const;  // with mutex_ held

    const Id128 id_;
    mutable std::mutex mutex_;
    NanoUsd granted_, used_, held_;  // guarded by mutex_
};

// Owns every OrganizationCredit and KeyCredit; their addresses are stable for the life of the process.
// Look-ups take a lock and are for start-up and management: the request path finds pointers in its key record.
class CreditTable {
  public:
    OrganizationCredit& organization(const Id128& id);  // made with zero balance if absent
    KeyCredit& key(const KeyDigest& digest);
    void for_each(const std::function<void(const OrganizationCredit&)>& visit) const;
    void for_each_key(const std::function<void(const KeyCredit&)>& visit) const;

  private:
    mutable std::mutex mutex_;
    std::unordered_map<std::string, std::unique_ptr<OrganizationCredit>> organizations_;
    std::unordered_map<std::string, std::unique_ptr<KeyCredit>> keys_;
};

}  // namespace tollgate
