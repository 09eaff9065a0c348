// An attempt that may be made beside the one in hand, as the connection sees it: its timer begins it, and what the
// request waits for may be it.
#pragma once

#include "gateway/wire/clock.h"

namespace tollgate {

class AttemptBeside {
  public:
    virtual void tick(wire::Clock::time_point now) = 0;
    // What the request waits for is given up.
    virtual void upstream_cancelled() = 0;

  protected:
    AttemptBeside() = default;
    AttemptBeside(const AttemptBeside&) = default;
    AttemptBeside& operator=(const AttemptBeside&) = default;
    ~AttemptBeside() = default;  // never deleted through this class
};

}  // namespace tollgate
