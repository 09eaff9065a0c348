#include "tests/simulation/simulation.h"
#include "tests/simulation/office.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tollgate::simulation {
namespace {

constexpr std::uint64_t kLeastSteps = 60, kMostSteps = 240;

}  // namespace

Simulation::Simulation(std::uint64_t seed, const std::string& slot_path, bool verbose)
    : world_(seed, slot_path, verbose),
      teller_one_in_(world_.random.one_in(3) ? 4 : 12),
      clerk_one_in_(world_.random.one_in(3) ? 4 : 16) {}

void Simulation::run() {
    const std::size_t organizations = world_.model.organizations.size();
    TRACE(world_, std::string("durability ") + (world_.options.durability == Durability::disk ? "disk" : "process") +
                      ", " + std::to_string(world_.lanes) + " lanes, " + std::to_string(world_.slots) + " slots, " +
                      std::to_string(organizations) + " organizations");
    restart(false);
    clerk_.open();
    for (std::size_t i = 0; i < organizations; ++i) {
        if (!world_.random.one_in(4)) teller_.grant_to(i, some_credit());
    }
    const std::uint64_t steps = kLeastSteps + world_.random.below(kMostSteps - kLeastSteps);
    while (world_.tally.steps < steps) {
        ++world_.tally.steps;
        one_step();
        if (!world_.machine.crashed() && world_.random.one_in(clerk_one_in_)) clerk_.act();
        if (world_.machine.crashed()) {
            TRACE(world_, "crash at " + world_.machine.crash_point());
            restart(world_.random.one_in(4));
        }
        check();
    }
    ++world_.tally.steps;
    world_.machine.arm(0);
    stop_orderly();
    invariants_.nothing_runs();
    invariants_.verify();
    account_invariants_.directory();
    account_invariants_.books();
    if (world_.random.one_in(4)) invariants_.tamper();
    world_.tally.blocks = world_.books.blocks();
}

// Often for a few requests only: what passes its hold then finds nothing more to take.
NanoUsd Simulation::some_credit() {
    Random& random = world_.random;
    return {random.one_in(2) ? random.between(1, 100'000) : random.between(100'000, 5'000'000)};
}

void Simulation::one_step() {
    Random& random = world_.random;
    const std::int64_t passed_ms = random.between(0, 3000);
    world_.now_ms += passed_ms;
    world_.monotonic_ms += passed_ms;
    world_.latest_ms = std::max(world_.latest_ms, world_.now_ms);
    if (random.one_in(teller_one_in_)) return move_credit();
    const std::uint64_t choice = random.below(100);
    if (choice < 25) return gateway_.begin_request();
    if (choice < 72) return gateway_.continue_request();
    if (choice < 83) return gateway_.flush();
    if (choice < 87) return gateway_.drop_what_is_over();
    if (choice < 90) return gateway_.set_limits();
    if (choice < 92) return gateway_.look_up();
    if (choice < 94) return move_clock();
    if (choice < 96) return world_.machine.write_back();
    break_something();
}

void Simulation::move_credit() {
    const std::uint64_t choice = world_.random.below(8);
    if (choice < 5) return teller_.transact();
    return choice < 6 ? teller_.repeat() : teller_.expire();
}

void Simulation::check() {
    invariants_.new_records();
    if (world_.process->accepting()) invariants_.transactions();
    invariants_.balances();
}

void Simulation::move_clock() {
    constexpr std::array<std::int64_t, 8> kJumps = {kHourMs, -kHourMs,     kDayMs, -kDayMs,
                                                    1000,    10 * kYearMs, -1000,  -10 * kYearMs};
    const std::int64_t before_ms =
        std::exchange(world_.now_ms, std::max<std::int64_t>(world_.now_ms + world_.random.pick(kJumps), kDayMs));
    for (ModelOrganization& organization : world_.model.organizations) {
        organization.expired.exact = organization.expired.exact && world_.now_ms > before_ms;
    }
    ++world_.tally.clock_jumps;
    TRACE(world_, "clock " + std::to_string(world_.now_ms));
}

CommitFault Simulation::some_commit_fault() {
    return world_.random.one_in(2) ? CommitFault::refused : CommitFault::unknown;
}

void Simulation::break_something() {
    Machine& machine = world_.machine;
    switch (world_.random.below(6)) {
        case 0:
            return machine.crash();
        case 1:
        case 2:
            return machine.arm(1 + world_.random.below(12));
        case 3:
            ++world_.tally.failed_commits;
            return machine.fail_next_commit(some_commit_fault());
        case 4:
            ++world_.tally.failed_commits;
            TRACE(world_, machine.full() ? "the disk has room again" : "the disk is full");
            return machine.set_full(!machine.full());
        default:
            stop_orderly();
            if (!machine.crashed()) machine.crash();
    }
}

void Simulation::stop_orderly() {
    gateway_.stop();
    if (world_.machine.crashed()) return;
    invariants_.new_records();
    if (!world_.process->accepting()) {  // then the next process books what is left
        world_.machine.crash();
        restart(false);
    }
}

void Simulation::restart(bool power_cut) {
    if (world_.process != nullptr) {
        world_.process.reset();
        ++world_.tally.restarts;
        if (power_cut) world_.machine.cut_power();
    }
    world_.tally.power_cuts += power_cut ? 1 : 0;
    world_.machine.restart();
    while (!start_process()) {
        world_.process.reset();
        const bool again = world_.random.one_in(4);
        if (again) world_.machine.cut_power();
        power_cut = power_cut || again;
        world_.machine.restart();
    }
    take_stock(power_cut);
}

bool Simulation::start_process() {
    Random& random = world_.random;
    Machine& machine = world_.machine;
    const bool trouble = world_.tally.steps > 0 && random.one_in(4);
    if (trouble && random.one_in(2))
        machine.fail_next_commit(some_commit_fault());
    else if (trouble)
        machine.arm(1 + random.below(10));
    LedgerOptions& options = world_.options;
    options.checkpoint_interval_ms = random.one_in(2) ? 0 : 1'000'000'000;
    options.max_entries_per_block = static_cast<std::uint32_t>(random.one_in(2) ? 4096 : random.between(1, 4));

    world_.process = std::make_unique<Process>();
    Process& process = *world_.process;
    auto slots = SlotFile::open(
        {.path = machine.slot_path(), .slots = world_.slots, .workers = world_.lanes, .boot_epoch = ++boot_epoch_});
    invariants_.slots_open(slots);
    process.slots = std::move(*slots);
    process.office = std::make_unique<Office>(machine, process.credits, world_.accounts.plans);
    auto ledger = Ledger::open(machine, *process.slots, process.credits, options, world_.now_ms);
    if (machine.crashed()) {
        ++world_.tally.crashes;
        TRACE(world_, "crash in recovery at " + machine.crash_point());
        return false;
    }
    invariants_.ledger_opens(ledger, trouble);
    if (!ledger) {
        TRACE(world_, "recovery fails: " + ledger.error().message());
        machine.crash();
        return false;
    }
    process.ledger = std::move(*ledger);
    process.office->serve(*process.ledger);
    machine.arm(0);
    machine.fail_next_commit(CommitFault::none);
    return true;
}

// What the new process found is held against what was promised; then the model begins anew from the journal.
void Simulation::take_stock(bool power_cut) {
    invariants_.promises_kept(power_cut);
    account_invariants_.restarted();
    world_.model.restart_from(world_.books);
    for (const ModelOrganization& organization : world_.model.organizations) {
        for (std::size_t index = 0; index < organization.spenders.size(); ++index) {
            world_.process->set_limits(organization, index);
        }
    }
    invariants_.verify();
    TRACE(world_, "started: " + std::to_string(world_.books.blocks()) + " blocks, " +
                      std::to_string(world_.books.requests().size()) + " requests" +
                      (power_cut ? ", after a power cut" : ""));
}

}  // namespace tollgate::simulation
