// A provider's report of what an answer used, as it stands: providers name some counts, leave others to follow, and
// some write what cannot be. What is billed of it is decided in billed_usage().
#pragma once

#include <cstdint>

#include "gateway/chat/model_call.h"
#include "gateway/chat/token_counts.h"

namespace tollgate {

struct ReportedUsage {
    static constexpr std::int64_t kAbsent = -1;

    std::int64_t prompt = kAbsent;
    std::int64_t completion = kAbsent;
    std::int64_t total = kAbsent;
    std::int64_t cache_read = kAbsent;
    std::int64_t cache_write = kAbsent;
    std::int64_t cache_write_1h = kAbsent;  // of cache_write: kept for an hour
    std::int64_t split_write = kAbsent;     // the sum of what was written by how long it stays
    std::int64_t reasoning = kAbsent;
    std::int64_t tool_prompt = kAbsent;    // prompt tokens of tools' results, beside `prompt`
    std::int64_t hidden_output = kAbsent;  // completion tokens that are no text: sound, pictures, rejected predictions
    bool whole_prompt = false;             // `prompt` has a name that includes what came from the cache
    bool cache_beside = false;             // the cache's figures have names that stand beside the prompt's
    bool reasoning_beside = false;         // `reasoning` has a name that stands beside the completion's
    bool unreadable = false;               // a count of prompt or completion that can be none
    bool unreadable_part = false;          // a part of them that can be none: it is as good as absent
    bool openai_text = true;  // counts under OpenAI's names and as plain digits, and no cost: see usage_json.h

    bool names_count() const { return prompt != kAbsent || completion != kAbsent || total != kAbsent; }
    bool readable() const { return names_count() && !unreadable; }
    // What was written to the cache: the figure for all of it, or without one the sum of its parts.
    std::int64_t written() const { return cache_write != kAbsent ? cache_write : split_write; }
    bool writes_contradict() const {
        return cache_write != kAbsent && (split_write > cache_write || cache_write_1h > cache_write);
    }
    // Reports of one answer are cumulative: the larger figure is the later one, and what a later report leaves out
    // stays. Of a report that can be read and one that can't, the former counts.
    void merge(const ReportedUsage& later);
    // The report of a further choice of the answer: choices share the prompt and have completions of their own.
    void add_choice(const ReportedUsage& choice);
    bool operator==(const ReportedUsage&) const = default;
};

// What a report is read against.
struct UsageBounds {
    ModelCall call = ModelCall::chat;
    bool reasoning_beside = false;  // the provider's completion tokens leave its reasoning tokens out
    std::int64_t most_prompt = 0;   // tokens that the model's context holds; 0: unknown
    std::int64_t most_completion =
        0;  // tokens that were asked for or that the model can give, of all choices; 0: unknown
    std::int64_t counted_prompt = 0;      // by the gateway
    std::int64_t counted_completion = 0;  // by the gateway; 0: there is no text
};

struct BilledUsage {
    TokenCounts counts;    // completion tokens include reasoning tokens
    bool reported = true;  // all of it follows from the report; else some is the gateway's own count
    bool refused = false;  // the report can't be true: all is the gateway's own count
    bool guessed = false;  // most of the completion stands in the total only, and nothing says that it is reasoning
    bool contradicts_itself = false;  // parts of what was written to the cache are more than all of it, which is billed
};

// Whoever bills by a report bills by this. Absent counts follow from the total; without one they are counted here. A
// report of more than could be asked for is refused.
BilledUsage billed_usage(const ReportedUsage& report, const UsageBounds& bounds);

}  // namespace tollgate
