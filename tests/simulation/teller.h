// Those who move credit apart from usage: operators, payment providers, the ledger's own expiry. What they ask is
// chance, also what may not be; sometimes they ask again, not knowing what became of it.
#pragma once

#include <map>

#include "tests/simulation/invariants.h"
#include "tests/simulation/world.h"

namespace tollgate::simulation {

class Teller {
  public:
    Teller(World& world, Invariants& invariants) : world_(world), invariants_(invariants) {}

    void grant_to(std::size_t organization, NanoUsd amount);
    void transact();  // of any kind
    void repeat();
    void expire();

  private:
    bool all_is_booked();
    void perform(const TransactionRequest& request);
    TransactionRequest some_request();
    std::map<Id128, Purchase> lost_purchases() const;
    Id128 some_purchase();
    void refer(TransactionRequest& request);

    World& world_;
    Invariants& invariants_;
    std::uint64_t next_key_ = 0;
};

}  // namespace tollgate::simulation
