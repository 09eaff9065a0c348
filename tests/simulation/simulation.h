// One seed, one run: some hundred steps of a gateway's accounting on a machine that fails, every step held against the
// model and the journal. Single-threaded; the same seed does the same, everywhere.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "accounting/ledger.h"
#include "tests/simulation/books.h"
#include "tests/simulation/machine.h"
#include "tests/simulation/model.h"
#include "tests/simulation/random.h"

namespace tollgate::simulation {

struct Tally {  // what a run had in it, to show that it is worth something
    std::uint64_t steps = 0, requests = 0, completed = 0, refused = 0, grants = 0, blocks = 0, restarts = 0,
                  crashes = 0, power_cuts = 0, failed_commits = 0, orphans = 0, clock_jumps = 0;
    void add(const Tally& other);
};

class Simulation {
  public:
    // `slot_path`: a file of its own, on a memory file system if speed matters.
    Simulation(std::uint64_t seed, const std::string& slot_path, bool verbose);
    // Throws Violation.
    void run();
    std::uint64_t step() const { return tally_.steps; }
    const Tally& tally() const { return tally_; }

  private:
    // A process's accounting.
    struct Process {
        std::unique_ptr<SlotFile> slots;
        CreditTable credits;
        std::unique_ptr<Ledger> ledger;
    };

    // --- Steps
    void one_step();
    void begin_request();
    void feed_upstream(ModelRequest& request);
    void finish_request(ModelRequest& request);
    void abandon_request(ModelRequest& request);
    void settle(ModelRequest& request, const RequestSettled& facts);
    void grant_to(std::size_t organization, NanoUsd amount);
    void repeat_grant();
    void resize_hold(ModelRequest& request);
    void set_limits();
    void look_up();
    void flush();
    void move_clock();
    void break_something();
    void stop_orderly();

    // --- Ends and beginnings of processes
    void restart(bool power_cut);
    bool start_process();  // false: it crashed or failed while it recovered, as it was made to
    void take_stock(bool power_cut);
    void rebuild_model();

    // --- Checks
    void check();
    void check_new_records();
    void check_record(const ModelRequest& request, const BookedRequest& record, bool may_be_orphan) const;
    void check_balances();
    void check_spender(const ModelOrganization& organization, std::size_t index);
    void check_after_restart(ModelRequest& request, bool power_cut);
    void check_grants();
    void verify();
    void tamper();

    // Whether credit and all budgets cover the amount. Looking at a budget enters its window.
    bool covered(ModelOrganization& organization, const ModelKey& key, NanoUsd amount, std::int64_t at_ms);
    void check_admission(ModelOrganization& organization, const ModelKey& key, const ModelRequest& request,
                         const Admission& admission);
    void hold(ModelOrganization& organization, const ModelKey& key, NanoUsd more);
    Spender& credit_of(const ModelOrganization& organization, std::size_t spender);
    Spenders spenders_of(const ModelOrganization& organization, const ModelKey& key);
    OrganizationCredit& credit_of(const ModelOrganization& organization) {
        return process_->credits.organization(organization.id);
    }
    ModelRequest* pick_running();
    bool accepting() const { return process_->ledger->accepting(); }
    void trace(const std::string& what) const;
    std::string name_of(const ModelRequest& request) const;

    Random random_;
    const bool verbose_;
    Machine machine_;
    std::int64_t now_ms_;            // the wall clock, which jumps
    std::int64_t monotonic_ms_ = 0;  // the other, which does not
    LedgerOptions options_;
    std::uint32_t lanes_, slots_;
    std::uint64_t boot_epoch_ = 0;
    std::uint64_t next_id_ = 0;
    std::unique_ptr<Process> process_;

    std::vector<ModelOrganization> organizations_;
    std::deque<ModelRequest> requests_;  // all, in the order they began
    std::map<Id128, ModelRequest*> by_id_;
    std::vector<ModelRequest*> live_;  // opening to settled
    std::vector<ModelGrant> grants_;
    Books books_;
    Tally tally_;
};

}  // namespace tollgate::simulation
