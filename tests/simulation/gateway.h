// What the gateway and its operators do with the ledger. What is held goes through the gateway's own HeldRequest, and
// what becomes of an answer is decided by its own StreamRelay. The outside of it, clients' and upstreams' will, is
// chance; each step's outcome is held against the invariants.
#pragma once

#include <cstddef>
#include <cstdint>

#include "accounting/money/money.h"
#include "tests/simulation/invariants.h"
#include "tests/simulation/world.h"

namespace tollgate::simulation {

class Gateway {
  public:
    Gateway(World& world, Invariants& invariants) : world_(world), invariants_(invariants) {}

    void begin_request();
    // One that runs: it gets a read of its answer, or ends; if none runs, one begins.
    void continue_request();
    // The shutdown: what still runs is cut at no cost.
    void stop();

    void set_limits();
    void look_up();
    void flush();
    void drop_what_is_over();

  private:
    ModelRequest some_request();
    void send(ModelRequest& request);
    void fail_over(ModelRequest& request);
    void feed(ModelRequest& request);
    void covered(ModelRequest& request, NanoUsd taken, bool may_go_on);
    void finish(ModelRequest& request);
    void cut(ModelRequest& request);
    void abandon(ModelRequest& request);
    NanoUsd settle(ModelRequest& request, const Ending& ending, NanoUsd cost);
    OrganizationCredit& credit_of(const ModelRequest& request);
    Held& held(const ModelRequest& request) { return *world_.process->held.at(request.id); }

    World& world_;
    Invariants& invariants_;
    std::uint64_t next_id_ = 0;
};

}  // namespace tollgate::simulation
