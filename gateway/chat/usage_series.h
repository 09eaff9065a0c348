// The reports of usage of one streamed answer, in their order. Nearly all providers report what the answer has used so
// far; a few report what the event in hand has, so that the reports are to be added up. No provider says which, but the
// figures do, held against the text that came.
#pragma once

#include <cstdint>

#include "gateway/chat/reported_usage.h"

namespace tollgate {

class UsageSeries {
  public:
    void add(const ReportedUsage& report);
    // What the answer used: `cumulative`, which is all reports merged, or that with the completion added up. Added up
    // only where the merged figure is far too small for the `counted` tokens of text and the sum is about right, and
    // never where the reports grow and none is less than the one before, or the sum is above `most` (0: unknown).
    // Tokens of reasoning are no text where `hides_reasoning`.
    ReportedUsage read(const ReportedUsage& cumulative, std::int64_t counted, std::int64_t most,
                       bool hides_reasoning) const;

  private:
    std::int64_t last_ = 0;  // completion tokens of the last report that had some
    std::int64_t reports_ = 0;
    std::int64_t completion_ = 0, reasoning_ = 0, hidden_output_ = 0;  // sums
    bool grew_ = false, fell_ = false;                                 // from one report to the next, at least once
};

}  // namespace tollgate
