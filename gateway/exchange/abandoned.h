// An answer whose client has left before its provider said what it costs. What the provider bills is charged: known
// exactly where the answer is read on, else estimated.
//
//   - A plain answer is read on: closing it is not known to stop the billing of any provider.
//   - A stream is read on where its provider bills on (abort_stops_billing: false).
//   - Else closing a stream stops the billing of what is still to come, but not of reasoning that is done and that
//     nobody saw. Where the model may reason, the first answers are read on to learn how much that is, and later ones a
//     little, as their end may be near. A stream that still thinks is closed at once: that saves most.
//   - What is not read on to its usage is charged for what came and for the organization's usual reasoning, within what
//     the time that it thought allows. No other organization has a part in that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace tollgate {

struct Ending;
struct Exchange;

struct AbandonedAnswer {
    bool sent = false;  // the whole request is with the provider
    bool streamed = false;
    bool may_reason = false;
    bool bills_when_aborted = false;
    std::int64_t seen_tokens = 0;  // of output, counted as they came
    std::int64_t thought_ms = 0;   // from the request's dispatch to the first of them, or until now
    std::int64_t most_tokens = 0;  // of output: the bound that holds for it
    std::optional<std::int64_t> usual_reasoning = std::nullopt;  // tokens; nullopt: not learned yet
};

enum class ReadOn : std::uint8_t { not_at_all, a_little, to_its_end };

// What reading on a little may take. An event of one token has some 250 bytes.
inline constexpr std::size_t kLittleBytes = 64 * 1024;
inline constexpr std::uint32_t kLittleMs = 3000;

// Models make 50 to 200 tokens a second; reading a prompt takes a second or two.
inline constexpr std::int64_t kLeastTokensPerSecond = 50, kMostTokensPerSecond = 200, kPromptReadingMs = 2000;

ReadOn how_to_read_on(const AbandonedAnswer& answer);

// Output tokens beside those seen that the provider is thought to bill for an answer that was not read to its usage.
std::int64_t unseen_tokens(const AbandonedAnswer& answer);

// Of the attempt in hand.
AbandonedAnswer abandoned_answer(const Exchange& request, std::int64_t seen_tokens);

// `counted` with the unseen tokens, as reasoning.
Ending with_unseen(const Exchange& request, Ending counted);

}  // namespace tollgate
