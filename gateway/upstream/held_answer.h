// Memory of an answer that is held, until the client has it: counted against `limits.max_buffered_answer_bytes`.
#pragma once

#include <cstddef>

#include "gateway/client/connection.h"
#include "gateway/memory_budget.h"
#include "gateway/worker.h"

namespace tollgate {

// Of each answer as much is held even if there is no memory for it, uncounted: so errors and the beginnings that tell
// what an answer is are always read, whatever other organizations hold. Less than an answer takes as it passes.
inline constexpr std::size_t kHeldAnywayBytes = 64 * 1024;

class HeldAnswer {
  public:
    explicit HeldAnswer(Connection& connection)
        : budget_(*connection.worker().services().answers), organization_(connection.request.principal.organization) {}
    ~HeldAnswer() { budget_.give_back(organization_, bytes_); }
    HeldAnswer(const HeldAnswer&) = delete;
    HeldAnswer& operator=(const HeldAnswer&) = delete;
    // What is held of an answer in so many copies. False: there is no memory for so much.
    bool hold(std::size_t bytes, std::size_t copies = 1) {
        return budget_.grow_to(organization_, bytes_, copies * bytes) || bytes <= kHeldAnywayBytes;
    }

  private:
    MemoryBudget& budget_;
    const Id128 organization_;
    std::size_t bytes_ = 0;
};

}  // namespace tollgate
