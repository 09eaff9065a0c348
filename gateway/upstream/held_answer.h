// Memory of an answer that is held, until the client has it: counted against `limits.max_buffered_answer_bytes`.
#pragma once

#include <cstddef>

#include "gateway/client/connection.h"
#include "gateway/memory_budget.h"
#include "gateway/worker.h"

namespace tollgate {

class HeldAnswer {
  public:
    explicit HeldAnswer(Connection& connection)
        : budget_(*connection.worker().services().answers), organization_(connection.request.principal.organization) {}
    ~HeldAnswer() { budget_.give_back(organization_, bytes_); }
    HeldAnswer(const HeldAnswer&) = delete;
    HeldAnswer& operator=(const HeldAnswer&) = delete;
    // False: there is no memory for so much.
    bool hold(std::size_t bytes) { return budget_.grow_to(organization_, bytes_, bytes); }

  private:
    MemoryBudget& budget_;
    const Id128 organization_;
    std::size_t bytes_ = 0;
};

}  // namespace tollgate
