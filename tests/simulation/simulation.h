// One seed, one run: some hundred steps of a gateway's accounting on a machine that fails, every step held against the
// model and the journal. Single-threaded; the same seed does the same, everywhere.
#pragma once

#include <cstdint>
#include <string>

#include "tests/simulation/clerk.h"
#include "tests/simulation/gateway.h"
#include "tests/simulation/invariants.h"
#include "tests/simulation/teller.h"
#include "tests/simulation/world.h"

namespace tollgate::simulation {

class Simulation {
  public:
    // `slot_path`: a file of its own, on a memory file system if speed matters.
    Simulation(std::uint64_t seed, const std::string& slot_path, bool verbose);
    // Throws Violation.
    void run();
    std::uint64_t step() const { return world_.tally.steps; }
    const Tally& tally() const { return world_.tally; }

  private:
    NanoUsd some_credit();
    void one_step();
    void move_credit();
    void check();

    // --- Faults
    void move_clock();
    void break_something();
    CommitFault some_commit_fault();

    // --- Ends and beginnings of processes
    void stop_orderly();
    void restart(bool power_cut);
    bool start_process();  // false: it crashed or failed while it recovered, as it was made to
    void take_stock(bool power_cut);

    World world_;
    Invariants invariants_{world_};
    Gateway gateway_{world_, invariants_};
    Teller teller_{world_, invariants_};
    AccountInvariants account_invariants_{world_};
    Clerk clerk_{world_, account_invariants_};
    const std::uint64_t teller_one_in_, clerk_one_in_;  // of the steps
    std::uint64_t boot_epoch_ = 0;
};

}  // namespace tollgate::simulation
