#include "gateway/chat/usage_series.h"

#include <algorithm>

namespace tollgate {

void UsageSeries::add(const ReportedUsage& report) {
    if (report.completion <= 0 || report.unreadable) return;
    grew_ = grew_ || (reports_ > 0 && report.completion > last_);
    fell_ = fell_ || report.completion < last_;
    last_ = report.completion;
    ++reports_;
    completion_ += report.completion;
    reasoning_ += std::max<std::int64_t>(report.reasoning, 0);
    hidden_output_ += std::max<std::int64_t>(report.hidden_output, 0);
}

ReportedUsage UsageSeries::read(const ReportedUsage& cumulative, const Text& text) const {
    constexpr std::int64_t kFewTokens = 4;  // of end marks and the like
    const std::int64_t counted = text.tokens;
    const std::int64_t unseen = text.hides_reasoning ? std::max<std::int64_t>(cumulative.reasoning, 0) : 0;
    const std::int64_t unseen_sum = text.hides_reasoning ? reasoning_ : 0;
    const std::int64_t shown = cumulative.completion - unseen, shown_sum = completion_ - unseen_sum;
    const bool too_few = 2 * (shown + kFewTokens) < counted;
    const bool sum_fits = counted <= 2 * (shown_sum + kFewTokens) && shown_sum <= counted + counted / 2 + kFewTokens;
    const bool cumulates = reports_ < 2 || 2 * reports_ < text.events || (grew_ && !fell_);
    if (cumulates || !too_few || !sum_fits || (text.most > 0 && completion_ > text.most)) return cumulative;
    ReportedUsage added = cumulative;
    added.completion = completion_;
    if (reasoning_ > 0) added.reasoning = reasoning_;
    if (hidden_output_ > 0) added.hidden_output = hidden_output_;
    added.total = ReportedUsage::kAbsent;  // of one event
    added.openai_text = false;
    return added;
}

}  // namespace tollgate
