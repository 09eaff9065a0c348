#include "gateway/upstream/endings.h"

#include <algorithm>

#include "gateway/exchange/token_usage.h"

namespace tollgate {
namespace {

UsageBounds bounds_of(const UsageTerms& terms, std::int64_t counted_completion) {
    return {.call = terms.call,
            .reasoning_beside = !terms.reasoning_in_completion,
            .most_prompt = terms.most_prompt,
            .most_completion = terms.most_output,
            .counted_prompt = terms.counted_prompt_tokens,
            .counted_completion = counted_completion};
}

// Puts what is billed into `ending`; `counts` names the gateway's own counting.
BilledUsage bill(const UsageTerms& terms, const ReportedUsage& report, std::int64_t counted_completion,
                 UsageSource counts, Ending& ending) {
    constexpr std::int64_t kFewTokens = 16;
    if (terms.kept_answer) return {};
    const BilledUsage billed = billed_usage(report, bounds_of(terms, counted_completion));
    ending.usage = token_usage(billed.counts);
    ending.source = billed.reported ? UsageSource::provider : counts;
    const bool zero_for_text = report.completion == 0 && !billed.reported && counted_completion > kFewTokens;
    ending.usage_contradictory = billed.refused || billed.guessed || billed.contradicts_itself || zero_for_text;
    return billed;
}

std::int64_t estimated_output(const UsageTerms& terms, std::int64_t text_bytes) {
    if (terms.call == ModelCall::embeddings) return 0;
    return counted_completion_tokens(0, text_bytes, terms.most_output);
}

// Whether the text must be looked at: to count it, or because its figure is odd for an answer of that size.
bool needs_text(const UsageTerms& terms, const PlainAnswer& answer) {
    constexpr std::int64_t kUsualStructureBytes = 200;  // of `choices`, around the text
    const auto size = static_cast<std::int64_t>(answer.choices.size());
    if (size == 0 || terms.kept_answer) return false;
    const BilledUsage billed = billed_usage(answer.usage, bounds_of(terms, 0));
    if (!answer.has_usage || !billed.reported || billed.counts.completion == 0) return true;
    const std::int64_t least = std::max<std::int64_t>(size - kUsualStructureBytes, 1);
    return contradicts(answer.usage, billed.counts, 0, {.bytes = size}) ||
           contradicts(answer.usage, billed.counts, 0, {.bytes = least});
}

}  // namespace

std::int64_t counted_output(const UsageTerms& terms, const StreamFacts& facts) {
    if (terms.kept_answer) return 0;
    return counted_completion_tokens(facts.content_events, facts.text.bytes, terms.most_output);
}

Ending stream_ending(const UsageTerms& terms, const StreamFacts& facts) {
    Ending ending;
    const ReportedUsage usage = reported_usage(facts, terms.most_output);
    const BilledUsage billed = bill(terms, usage, counted_output(terms, facts), UsageSource::counted, ending);
    const bool odd =
        facts.has_usage && !terms.kept_answer && contradicts(usage, billed.counts, facts.content_events, facts.text);
    ending.usage_contradictory = ending.usage_contradictory || odd;
    ending.finish_reason = facts.finish_reason;
    ending.upstream_id = facts.upstream_id;
    return ending;
}

Ending failed_ending(const UsageTerms& terms, const StreamFacts& facts, bool charge) {
    Ending ending;
    if (facts.content_events > 0) ending = stream_ending(terms, facts);
    ending.charge = charge;
    return ending;
}

Ending plain_ending(const UsageTerms& terms, std::string_view body, PlainAnswer& answer) {
    GeneratedText text;
    const bool looked = needs_text(terms, answer);
    if (looked) text = generated_text(body, answer);
    Ending ending;
    const std::int64_t counted = estimated_output(terms, text.bytes);
    const BilledUsage billed = bill(terms, answer.usage, counted, UsageSource::estimated, ending);
    const bool odd = looked && answer.has_usage && contradicts(answer.usage, billed.counts, 0, text);
    ending.usage_contradictory = ending.usage_contradictory || odd;
    ending.finish_reason = answer.finish_reason;
    ending.upstream_id = answer.upstream_id;
    return ending;
}

Ending large_ending(const UsageTerms& terms, const UsageScanner& scanner) {
    Ending ending;
    const std::int64_t counted = estimated_output(terms, static_cast<std::int64_t>(scanner.bytes()));
    bill(terms, scanner.usage(), counted, UsageSource::estimated, ending);
    ending.finish_reason = scanner.finish_reason();
    const std::string_view id = scanner.id();
    if (!id.empty()) ending.upstream_id = id.substr(1, id.size() - 2);
    return ending;
}

}  // namespace tollgate
