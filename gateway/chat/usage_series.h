// The reports of usage of one streamed answer, in their order. Nearly all providers report what the answer has used so
// far; a few report what the event in hand has, so that the reports are to be added up. No provider says which, but the
// figures do, held against the text that came.
#pragma once

#include <cstdint>

#include "gateway/chat/reported_usage.h"

namespace tollgate {

class UsageSeries {
  public:
    // What came, and what was asked for.
    struct Text {
        std::int64_t tokens = 0;       // counted
        std::int64_t events = 0;       // that carried some of it
        std::int64_t most = 0;         // tokens asked for; 0: unknown
        bool hides_reasoning = false;  // tokens of reasoning are none of the text
    };

    void add(const ReportedUsage& report);
    // What the answer used: `cumulative`, which is all reports merged, or that with the completion added up. Added up
    // only where the merged figure is far too small for the text and the sum is about right. Never where most events of
    // the text have no report, where the reports grow and none is less than the one before, or where the sum is above
    // what was asked for.
    ReportedUsage read(const ReportedUsage& cumulative, const Text& text) const;

  private:
    std::int64_t last_ = 0;  // completion tokens of the last report that had some
    std::int64_t reports_ = 0;
    std::int64_t completion_ = 0, reasoning_ = 0, hidden_output_ = 0;  // sums
    bool grew_ = false, fell_ = false;                                 // from one report to the next, at least once
};

}  // namespace tollgate
