#include "gateway/chat/reported_usage.h"

#include <algorithm>

namespace tollgate {
namespace {

constexpr std::int64_t kAbsent = ReportedUsage::kAbsent;
constexpr std::int64_t kMostTokens = 20'000'000;  // where no bound is known: twice the largest context on offer

std::int64_t or_zero(std::int64_t count) { return std::max<std::int64_t>(count, 0); }

// What prompt and completion are in the gateway's terms; kAbsent where the report leaves them open.
struct Sums {
    std::int64_t prompt = kAbsent;
    std::int64_t completion = kAbsent;
    std::int64_t reasoning = 0;
};

bool cache_is_beside(const ReportedUsage& report) {
    if (!report.cache_beside) return false;
    // Parts are no more than the whole: older LiteLLM names Anthropic's input `prompt_tokens`.
    if (or_zero(report.cache_read) + or_zero(report.written()) > or_zero(report.prompt)) return true;
    if (report.whole_prompt) return false;
    return report.total == kAbsent || report.total != or_zero(report.prompt) + or_zero(report.completion);
}

Sums named_sums(const ReportedUsage& report, const UsageBounds& bounds) {
    Sums sums{.prompt = report.prompt, .completion = report.completion, .reasoning = or_zero(report.reasoning)};
    if (report.prompt != kAbsent) {
        if (cache_is_beside(report)) sums.prompt += or_zero(report.cache_read) + or_zero(report.written());
        sums.prompt += or_zero(report.tool_prompt);
    }
    const bool beside = bounds.reasoning_beside || report.reasoning_beside || sums.reasoning > report.completion;
    if (report.completion != kAbsent || report.reasoning_beside) {
        sums.completion = or_zero(report.completion) + (beside ? sums.reasoning : 0);
    }
    // No request is without a prompt; but who says in the total too that it costs nothing is believed.
    const bool confirmed = report.prompt == 0 && report.total > 0 && report.total == report.completion;
    const bool generated = sums.completion != 0 || bounds.counted_completion > 0;
    if (sums.prompt == 0 && generated && !confirmed) sums.prompt = kAbsent;
    return sums;
}

// Reasoning that stands nowhere but in the total is what the total has beyond its parts.
void fill_from_total(const ReportedUsage& report, const UsageBounds& bounds, Sums& sums) {
    if (report.total <= 0) return;
    if (bounds.call == ModelCall::embeddings) {
        sums.prompt = std::max(sums.prompt, report.total - or_zero(sums.completion));
        return;
    }
    if (sums.prompt == kAbsent && sums.completion == kAbsent) return;
    if (sums.prompt == kAbsent) {
        if (report.total > sums.completion) sums.prompt = report.total - sums.completion;
        return;
    }
    const std::int64_t rest = report.total - sums.prompt;
    if (rest < or_zero(sums.completion)) return;  // the parts are nearer to the matter than their sum
    const bool fits = bounds.most_completion == 0 || rest <= bounds.most_completion;
    if (sums.completion != kAbsent && !fits) return;
    if (report.reasoning == kAbsent && sums.completion > 0) sums.reasoning = rest - sums.completion;
    sums.completion = rest;
}

// Whether most of what is billed as completion stands in the total only, and nothing says that it is reasoning.
bool is_guess(const ReportedUsage& report, const UsageBounds& bounds, const Sums& sums) {
    constexpr std::int64_t kFewTokens = 16;
    if (report.completion <= 0 || report.reasoning != kAbsent || bounds.reasoning_beside) return false;
    return sums.completion - report.completion > 4 * report.completion + kFewTokens;
}

bool believable(const ReportedUsage& report, const UsageBounds& bounds, const Sums& sums) {
    if (report.unreadable) return false;
    const std::int64_t most_prompt = bounds.most_prompt > 0 ? bounds.most_prompt : kMostTokens;
    const std::int64_t most_completion = bounds.most_completion > 0 ? bounds.most_completion : kMostTokens;
    // A provider whose reasoning stands beside the completion may count it beside the bound as well.
    const std::int64_t bounded = sums.completion - (bounds.reasoning_beside ? sums.reasoning : 0);
    return sums.prompt <= most_prompt && bounded <= most_completion && sums.completion <= kMostTokens;
}

void keep_parts_within(const ReportedUsage& report, const Sums& sums, TokenCounts& counts) {
    counts.cache_read = std::min(or_zero(report.cache_read), counts.prompt);
    // Who names only what is kept for an hour has written that.
    const bool all = report.cache_write != kAbsent;
    const std::int64_t written =
        all ? report.cache_write : std::max(or_zero(report.split_write), or_zero(report.cache_write_1h));
    counts.cache_write = std::min(written, counts.prompt - counts.cache_read);
    counts.cache_write_1h = std::min(or_zero(report.cache_write_1h), counts.cache_write);
    counts.reasoning = std::min(sums.reasoning, counts.completion);
}

}  // namespace

void ReportedUsage::merge(const ReportedUsage& later) {
    // -1 and its like say that nothing is known yet, or no more: they spoil no report that can be read.
    if (readable() && later.unreadable) {
        unreadable_part = true;
        return;
    }
    if (unreadable && later.readable()) {
        *this = later;
        unreadable_part = true;
        return;
    }
    for (std::int64_t ReportedUsage::* const count :
         {&ReportedUsage::prompt, &ReportedUsage::completion, &ReportedUsage::total, &ReportedUsage::cache_read,
          &ReportedUsage::cache_write, &ReportedUsage::cache_write_1h, &ReportedUsage::split_write,
          &ReportedUsage::reasoning, &ReportedUsage::tool_prompt, &ReportedUsage::hidden_output}) {
        this->*count = std::max(this->*count, later.*count);
    }
    for (bool ReportedUsage::* const flag :
         {&ReportedUsage::whole_prompt, &ReportedUsage::cache_beside, &ReportedUsage::reasoning_beside,
          &ReportedUsage::unreadable, &ReportedUsage::unreadable_part}) {
        this->*flag = this->*flag || later.*flag;
    }
}

void ReportedUsage::add_choice(const ReportedUsage& choice) {
    const ReportedUsage before = *this;
    const std::int64_t own = choice.completion > 0 ? choice.completion : choice.total - or_zero(choice.prompt);
    merge(choice);
    for (std::int64_t ReportedUsage::* const count :
         {&ReportedUsage::completion, &ReportedUsage::reasoning, &ReportedUsage::hidden_output}) {
        if (before.*count > 0 && choice.*count > 0) this->*count = before.*count + choice.*count;
    }
    if (before.total > 0 && choice.total > 0) total = before.total + or_zero(own);
}

BilledUsage billed_usage(const ReportedUsage& report, const UsageBounds& bounds) {
    BilledUsage billed{.counts = {.prompt = bounds.counted_prompt, .completion = bounds.counted_completion}};
    if (bounds.most_prompt > 0) billed.counts.prompt = std::min(billed.counts.prompt, bounds.most_prompt);
    if (bounds.most_completion > 0)
        billed.counts.completion = std::min(billed.counts.completion, bounds.most_completion);
    Sums sums = named_sums(report, bounds);
    fill_from_total(report, bounds, sums);
    // No text has no tokens; a report without it is as much as not filled in.
    if (sums.completion == 0 && bounds.counted_completion > 0) sums.completion = kAbsent;
    if (bounds.call == ModelCall::embeddings && sums.completion == kAbsent) sums.completion = 0;
    billed.refused = !believable(report, bounds, sums);
    billed.reported = !billed.refused && sums.prompt != kAbsent && sums.completion != kAbsent;
    if (billed.refused) return billed;
    billed.guessed = is_guess(report, bounds, sums);
    billed.contradicts_itself = report.writes_contradict();
    if (sums.prompt != kAbsent) billed.counts.prompt = sums.prompt;
    if (sums.completion != kAbsent) billed.counts.completion = sums.completion;
    keep_parts_within(report, sums, billed.counts);
    return billed;
}

}  // namespace tollgate
