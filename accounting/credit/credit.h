// The credit of one organization and of those who spend it, in memory: what may still be spent, and how fast. Hold
// before dispatch, grow while a long answer streams, settle once after; each is one critical section of nanoseconds,
// all or nothing over every limit of organization, project, member and key, never across I/O.
// A balance never goes below zero: available = balance - held >= 0 always.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "accounting/credit/output_history.h"
#include "accounting/credit/prompt_history.h"
#include "accounting/money/ids.h"
#include "accounting/money/limits.h"
#include "accounting/money/money.h"

namespace tollgate {

// Who spends beside the organization itself. Null: there is none (a key without a creating user has no member).
struct Spenders {
    Spender* project = nullptr;
    Spender* member = nullptr;
    Spender* key = nullptr;
};

// A generous hold is at most one of this many parts of what credit and every budget have left: a few such requests
// together do not keep others out.
inline constexpr std::int64_t kGenerousParts = 16;

struct Demand {
    NanoUsd amount;
    // Not below `amount`; where there is plenty (kGenerousParts), as much of it as that allows is held.
    std::optional<NanoUsd> generous = std::nullopt;
    std::int64_t tokens = 0;  // prompt and bounded output, for the rate of tokens
    // Requests of the organization that may run together, beside its own limit, so that others can run theirs.
    std::int64_t most_running = std::numeric_limits<std::int64_t>::max();
    std::int64_t unix_ms = 0;       // of the admission, as the request's id says: its budget windows are charged
    std::int64_t monotonic_ms = 0;  // for rates
};

// Which limit, of whom, what is left, and when that changes.
struct Refusal {
    enum class Limit : std::uint8_t {
        credit,  // of the organization
        budget,
        requests_per_minute,
        tokens_per_minute,
        concurrent_requests,
        fair_share,  // of what all organizations share
    };
    Limit limit = Limit::credit;
    LimitScope scope = LimitScope::organization;
    NanoUsd needed, available;      // credit and budget
    bool held_by_others = false;    // credit and budget: once running requests give back what they hold, it
                                    // may be enough
    std::int64_t resets_at_ms = 0;  // budget: Unix time; 0: never
    std::int64_t most = 0, asked = 0, left = 0;  // rates and concurrency
    std::int64_t retry_after_ms = 0;             // rates; concurrency: unknown, 0
};

// The rate that will be exhausted first, of all spenders that have one.
struct RateState {
    bool limited = false;
    std::int64_t most = 0, remaining = 0;
    std::int64_t full_in_ms = 0;
};

struct Admission {
    std::optional<Refusal> refusal;  // nothing was taken
    NanoUsd taken;                   // at least the demand's amount, at most its generous one
    RateState requests, tokens;
};

// What grow() took; `refusal` says why it is less than was asked.
struct Growth {
    NanoUsd taken;
    std::optional<Refusal> refusal;
};

struct Settlement {
    NanoUsd held;  // what hold() and grow() took
    NanoUsd cost;
    std::int64_t held_tokens = 0;                      // the demand's
    std::int64_t tokens = 0;                           // what it really was
    std::int64_t unix_ms = 0;                          // of the admission
    std::size_t endpoint = 0;                          // whose histories learn from it
    std::int64_t output_tokens = 0;                    // of one choice that ended by itself; 0: nothing to learn
    std::int64_t prompt_bytes = 0, prompt_tokens = 0;  // of a prompt's text, as reported; 0: nothing to learn
    std::optional<std::int64_t> reasoning_tokens = std::nullopt;  // of the whole answer, where its provider said
};

struct Charge {
    NanoUsd charged;  // taken from the organization
    NanoUsd overrun;  // cost - charged, for platform:overrun; should be 0, except with on_exhausted: owe
};

class OrganizationCredit {
  public:
    struct Snapshot {
        NanoUsd granted;  // all credit ever added, less what was taken back (total_credits)
        NanoUsd used;     // all usage charged (total_usage)
        NanoUsd held;
        NanoUsd balance() const { return granted - used; }
    };

    // `defaults`: its rates where the organization's own limits name none.
    explicit OrganizationCredit(const Id128& id, const Limits& defaults = {});
    const Id128& id() const { return id_; }
    Spender& spender() { return organization_; }  // the organization as a whole; only to name it in calls below
    const Spender& spender() const { return organization_; }

    // Takes the demand on the credit and every limit, or nothing. Any thread.
    Admission hold(const Spenders& spenders, const Demand& demand);
    // Takes more credit and budget for a request that holds: all of `most`, or what is left if that is at least
    // `least`, or nothing.
    Growth grow(const Spenders& spenders, NanoUsd most, NanoUsd least, std::int64_t unix_ms);
    // Gives part of a hold back early. Here and in grow() the time is the admission's.
    void shrink(const Spenders& spenders, NanoUsd less, std::int64_t unix_ms);
    // Replaces the hold by the real cost, once. A cost beyond the hold takes what credit and every budget still have;
    // the rest is overrun.
    Charge settle(const Spenders& spenders, const Settlement& settlement);
    // A bound that few outputs of this endpoint have passed; nullopt before enough were seen.
    std::optional<std::int64_t> usual_output(std::size_t endpoint) const;
    // Tokens per byte of this organization's prompts there; nullopt before enough were seen.
    std::optional<PromptHistory::Ratios> prompt_ratios(std::size_t endpoint) const;
    // How much answers of this endpoint reason on average; nullopt before enough were seen.
    std::optional<std::int64_t> usual_reasoning(std::size_t endpoint) const;

    // --- Credit that has expired (accounting/ledger/transactions.h)
    // Credit that expires while requests hold some of it is frozen: those requests may still spend what they hold (it
    // is promised to them), later requests may not. What they leave is promised to no request any more and out of
    // `available` immediately. Returns what is still promised. Lots that expire later are frozen with what is left
    // then.
    NanoUsd freeze_expired(std::int64_t last_expiry_ms, std::int64_t now_ms);
    NanoUsd take_expired(NanoUsd most);   // at most what is neither used nor held; what it took
    void set_expired_left(NanoUsd left);  // none: the next to expire is the first

    // Takes at most what is neither used nor held, nor has expired; what it took.
    NanoUsd take_back(NanoUsd most);
    // Gives back what was charged for usage.
    void refund_usage(NanoUsd amount);
    void grant(NanoUsd amount);                   // also recovery's; negative takes back, never below zero
    void restore(NanoUsd granted, NanoUsd used);  // recovery only: a checkpoint
    void restore_spent(Spender& spender, const SpendWindows& spent);  // recovery only
    Snapshot snapshot() const;
    // A spender of this organization as it stands, or as it would stand with other limits; its buckets are refilled.
    Spender state_of(const Spender& spender, std::int64_t monotonic_ms,
                     const std::optional<Limits>& other_limits = std::nullopt) const;
    void set_limits(Spender& spender, const Limits& limits);
    // The same if it never had any: they were made by recovery or are new.
    void set_first_limits(Spender& spender, const Limits& limits);

  private:
    using All = std::array<Spender*, 4>;
    All all(const Spenders& spenders) { return {&organization_, spenders.project, spenders.member, spenders.key}; }
    NanoUsd not_held() const;
    // Below zero while requests hold expired credit that is promised to no request.
    NanoUsd available() const;
    std::optional<Refusal> short_of_money(const All& spenders, NanoUsd amount, const WindowNumbers& at,
                                          std::int64_t unix_ms) const;
    NanoUsd room_for(const All& spenders, const WindowNumbers& at) const;  // in credit and budgets; may be below zero
    void take(const All& spenders, NanoUsd amount, const WindowNumbers& at);
    void release(const All& spenders, NanoUsd amount, const WindowNumbers& at);
    void apply(const Limits& limits, Spender& spender) const;
    void check_not_negative() const;  // with mutex_ held

    struct Expired {
        std::int64_t frozen_ms = INT64_MIN;  // requests admitted before were promised it
        NanoUsd left, promised;
        NanoUsd nobodys() const;
        void settle(NanoUsd held, NanoUsd charged);
    };

    const Id128 id_;
    const Limits defaults_;
    mutable std::mutex mutex_;
    NanoUsd granted_, used_, held_;  // guarded by mutex_, as are the next four
    Expired expired_;
    Spender organization_{LimitScope::organization};
    OutputHistory outputs_;
    PromptHistory prompts_;
};

// Owns every OrganizationCredit and Spender; their addresses are stable for the life of the process.
// Look-ups take a lock and are for start-up and management: the request path finds pointers in its key record.
class CreditTable {
  public:
    explicit CreditTable(const Limits& organization_defaults = {}) : defaults_(organization_defaults) {}

    // Made if absent: an organization with zero balance, a spender without limits.
    OrganizationCredit& organization(const Id128& id);
    Spender& project(const Id128& id);
    Spender& member(const Id128& organization, const Id128& user);
    // What a key or token spends in one organization: those that bill several count in each by itself, since an
    // organization's lock guards its spenders.
    Spender& key(const Id128& organization, const KeyDigest& digest);
    // nullptr: it has not spent and was not asked for.
    Spender* find_project(const Id128& id) const;
    Spender* find_key(const Id128& organization, const KeyDigest& digest) const;
    // Gives them a place that lives as long as the table.
    const Spenders& keep(const Spenders& spenders);
    void for_each(const std::function<void(const OrganizationCredit&)>& visit) const;
    void for_each_spender(const std::function<void(const Spender&)>& visit) const;  // organizations apart

  private:
    Spender& spender(LimitScope scope, std::string id);
    Spender* find(LimitScope scope, std::string id) const;

    const Limits defaults_;
    mutable std::mutex mutex_;
    std::unordered_map<Id128, OrganizationCredit, Id128Hash> organizations_;
    std::unordered_map<std::string, Spender> spenders_;  // by id and scope
    std::deque<Spenders> kept_;
};

}  // namespace tollgate
