// The accounts of a process, behind the gateway's own door and table of routes: what a call does is the program's.
#pragma once

#include <cstdint>
#include <memory>

#include "gateway/api/call.h"
#include "gateway/services.h"
#include "tests/simulation/account_model.h"

namespace tollgate::simulation {

class Office {
  public:
    // Loads the accounts that the store has. All three must outlive it.
    Office(Store& store, CreditTable& credits, const SubscriptionPlans& plans);
    ~Office();
    Office(const Office&) = delete;
    Office& operator=(const Office&) = delete;
    void serve(Ledger& ledger);  // must outlive it, too

    Accounts& accounts() { return *services_.accounts; }
    // What every worker has: published, not merely stored.
    const Directory& in_force() const { return *in_force_; }
    // Whether a request that presents this key is let in.
    Outcome<Principal> let_in(const KeyDigest& key, std::int64_t now_ms) const;
    ApiAnswer answer(const AccountCall& call, std::int64_t now_ms);

  private:
    Services services_;
    std::shared_ptr<const Directory> in_force_;
};

}  // namespace tollgate::simulation
