// What one run is made of. The gateway's steps, the faults and the checks all work on it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "accounting/ledger/ledger.h"
#include "tests/simulation/account_model.h"
#include "tests/simulation/books.h"
#include "tests/simulation/held.h"
#include "tests/simulation/machine.h"
#include "tests/simulation/model.h"
#include "tests/simulation/random.h"

namespace tollgate::simulation {

inline constexpr std::int64_t kHourMs = 3'600'000, kDayMs = 24 * kHourMs, kYearMs = 365 * kDayMs;

struct Tally {  // what a run had in it, to show that it is worth something
    std::uint64_t steps = 0, requests = 0, completed = 0, refused = 0, transactions = 0, expiries = 0, blocks = 0,
                  restarts = 0, grown = 0, cut = 0, dropped = 0, crashes = 0, power_cuts = 0, failed_commits = 0,
                  orphans = 0, clock_jumps = 0, failovers = 0, account_calls = 0, account_changes = 0,
                  account_repeats = 0;
    void add(const Tally& other);
};

class Office;

// A process's accounting.
struct Process {
    Process();
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    std::unique_ptr<SlotFile> slots;
    CreditTable credits;
    std::unique_ptr<Ledger> ledger;
    std::unique_ptr<Office> office;
    std::map<Id128, std::unique_ptr<Held>> held;  // goes first: it owes settlements

    OrganizationCredit& credit_of(const ModelOrganization& organization) {
        return credits.organization(organization.id);
    }
    Spender& credit_of(const ModelOrganization& organization, std::size_t spender);
    Spenders spenders_of(const ModelOrganization& organization, const ModelKey& key);
    void set_limits(const ModelOrganization& organization, std::size_t spender);  // as the model has it
    bool accepting() const { return ledger->accepting(); }
};

struct World {
    World(std::uint64_t seed, const std::string& slot_path, bool verbose);
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    void trace(const std::string& what) const;

    Random random;
    Random secrets;  // what is random in the program
    const bool verbose;
    Machine machine;
    std::int64_t now_ms;            // the wall clock, which jumps
    std::int64_t latest_ms = 0;     // that it ever showed
    std::int64_t monotonic_ms = 0;  // the other, which does not
    LedgerOptions options;
    CreditConfig credit_config;
    RetentionPolicy retention;
    std::uint32_t lanes, slots;
    std::unique_ptr<Process> process;

    Model model;
    AccountModel accounts;
    Books books;
    Tally tally;
};

// The text is made only if it is printed.
#define TRACE(world, ...)                                \
    do {                                                 \
        if ((world).verbose) (world).trace(__VA_ARGS__); \
    } while (false)

}  // namespace tollgate::simulation
