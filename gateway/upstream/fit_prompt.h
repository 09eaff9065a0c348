// A prompt that is too long for the attempt's endpoint, without its middle: for who asks for it, and at endpoints of a
// small context for who does not say otherwise, as at OpenRouter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gateway/config/config.h"
#include "gateway/exchange/exchange.h"
#include "gateway/off_loop.h"
#include "gateway/wire/asio.h"

namespace tollgate {

class Connection;

inline constexpr std::int64_t kSmallContextTokens = 8192;

// A body is walked through some four times.
inline constexpr std::size_t kMostBytesShortenedOnLoop = kMostBytesParsedOnLoop / 4;

// Whether fit_prompt() may have to do something at that endpoint. Nearly all requests end here.
inline bool may_be_shortened(const BodyFacts& body, const Endpoint& endpoint) {
    if (body.middle_out == MiddleOut::on) return true;
    const std::int64_t context = endpoint.context_length;
    if (context == 0 || context > kSmallContextTokens || body.middle_out == MiddleOut::off) return false;
    return body.prompt_bytes + body.prompt_extra_tokens > context / 2;  // no token is shorter than a byte
}
inline bool may_be_shortened(const Exchange& request) {
    return may_be_shortened(request.ask.body, *request.attempt.endpoint->endpoint);
}

// Makes the attempt's `prompt` what its endpoint is to be sent, and changes nothing else. A large body is read on
// the parse threads.
wire::Awaitable<void> fit_prompt(Connection& connection);
// The same at once, of the client's body, for the attempt in hand.
void fit_prompt_on_loop(std::string_view body, const CreditConfig& config, Exchange& request);

// The body that the attempt sends, or is translated from: the client's, or what is left of it.
std::string_view body_of_attempt(const Connection& connection);
inline std::string_view body_of_attempt(const Exchange& request, std::string_view clients) {
    return request.attempt.prompt == nullptr ? clients : std::string_view(request.attempt.prompt->body);
}

// What the attempt's prompt is billed as if the provider does not say.
std::int64_t counted_prompt_tokens(const Exchange& request);

// Tells the client that its prompt was shortened, or what it lost otherwise. After the request was written for the
// attempt.
void note_changed_prompt(Exchange& request);
// The same in the explanation, if there is one: of the attempt that has come to an answer, or to none.
void explain_shortened(Exchange& request);

}  // namespace tollgate
