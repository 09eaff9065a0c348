#include "gateway/upstream/fit_prompt.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "gateway/chat/dialect/prompt_measure.h"
#include "gateway/chat/dialect/shorten_history.h"
#include "gateway/client/connection.h"
#include "gateway/exchange/hold_estimate.h"
#include "gateway/exchange/route_explanation.h"
#include "gateway/off_loop.h"
#include "gateway/routing/model_call_of.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

// Anthropic's API takes no longer lists.
constexpr std::size_t kMostMessagesOfClaude = 1000;
// Of the context, kept free for an answer whose length nobody names: a part, but not more than so many tokens.
constexpr std::int64_t kPartForAnswer = 8, kMostForAnswer = 1024;

std::string_view clients_body(const Connection& connection) {
    return connection.in.view().substr(0, connection.request.received.bytes);
}

// Tokens of the prompt that the endpoint takes; 0: nobody knows.
std::int64_t longest_prompt(const Exchange& request) {
    const Endpoint& endpoint = *request.attempt.endpoint->endpoint;
    const std::int64_t context = endpoint.context_length, most = endpoint.max_prompt_tokens;
    if (context == 0) return most;
    std::int64_t answer = std::max(request.ask.body.output_bound, request.terms.sent_output_bound);
    answer = answer > 0 ? std::min(answer, context / 2) : std::min(context / kPartForAnswer, kMostForAnswer);
    return most > 0 ? std::min(context - answer, most) : context - answer;
}

// Who did not ask for it loses something only where the prompt is probably too long.
HistoryExcess excess_of(const Exchange& request, const CreditConfig& config) {
    const PromptEstimate estimate = estimate_prompt(request, *request.attempt.endpoint, config);
    const bool asked = request.ask.body.middle_out == MiddleOut::on;
    const std::int64_t longest = longest_prompt(request);
    HistoryExcess excess{.text_tokens = estimate.cautious - request.ask.body.prompt_extra_tokens,
                         .text_bytes = request.ask.body.prompt_bytes};
    if (excess.text_tokens <= 0 || excess.text_bytes <= 0) excess.text_tokens = excess.text_bytes = 1;
    const bool too_long = longest > 0 && (asked ? estimate.cautious : estimate.usual) > longest;
    if (too_long) excess.tokens = estimate.cautious - longest;
    const UpstreamDialect* const dialect = request.attempt.endpoint->provider->dialect;
    if (asked && dialect == &messages_upstream()) excess.most_messages = kMostMessagesOfClaude;
    return excess;
}

bool may_have_too_many(const Exchange& request, std::size_t most_messages) {
    const auto most = static_cast<std::int64_t>(most_messages) * kTokensPerMessage;
    return most_messages > 0 && request.ask.body.prompt_extra_tokens > most;
}

void shorten(std::string_view body, const HistoryExcess& excess, Exchange& request) {
    const TextSpan& span = request.ask.body.messages_value;
    auto shortened = shorten_history(span.of(body), excess);
    if (!shortened || (shortened->left_out == 0 && shortened->truncated == 0)) return;
    auto prompt = std::make_shared<ChangedPrompt>();
    prompt->left_out = shortened->left_out;
    prompt->truncated = shortened->truncated;
    prompt->messages = {.begin = span.begin, .end = span.begin + static_cast<std::uint32_t>(shortened->list.size())};
    prompt->body.append(body.substr(0, span.begin)).append(shortened->list).append(body.substr(span.end));
    request.attempt.prompt = std::move(prompt);
}

// None: the prompt fits as it is, or is none that could be shortened.
std::optional<HistoryExcess> needed(const Exchange& request, const CreditConfig& config) {
    const bool chats = model_call_of(request.ask.api) == ModelCall::chat;
    if (!chats || request.ask.body.messages_value.size() == 0) return std::nullopt;
    const HistoryExcess excess = excess_of(request, config);
    if (excess.tokens <= 0 && !may_have_too_many(request, excess.most_messages)) return std::nullopt;
    return excess;
}

}  // namespace

void fit_prompt_on_loop(std::string_view body, const CreditConfig& config, Exchange& request) {
    if (const auto excess = needed(request, config)) shorten(body, *excess, request);
}

wire::Awaitable<void> fit_prompt(Connection& connection) {
    Exchange& request = connection.request;
    const auto excess = needed(request, connection.worker().config().credit);
    if (!excess) co_return;
    const std::string_view body = clients_body(connection);
    if (body.size() <= kMostBytesShortenedOnLoop) co_return shorten(body, *excess, request);
    co_await off_loop(connection, [&] { shorten(body, *excess, request); });
}

std::string_view body_of_attempt(const Connection& connection) {
    return body_of_attempt(connection.request, clients_body(connection));
}

std::int64_t counted_prompt_tokens(const Exchange& request) {
    const std::int64_t counted = request.terms.counted_prompt_tokens;
    if (request.attempt.prompt == nullptr || !request.attempt.prompt->is_shortened()) return counted;
    const std::int64_t longest = longest_prompt(request);
    return longest > 0 ? std::min(counted, longest) : counted;
}

void note_changed_prompt(Exchange& request) {
    const ChangedPrompt* const prompt = request.attempt.prompt.get();
    if (prompt == nullptr || !(prompt->is_shortened() || !prompt->removed.empty())) return;
    auto& translation = request.attempt.translation;
    if (translation == nullptr) translation = std::make_shared<TranslatedRequest>();
    if (prompt->is_shortened()) translation->notes.changed.add(body_names_of(request.ask.api).prompt);
    translation->notes.dropped.add(prompt->removed);
}

void explain_shortened(Exchange& request) {
    if (request.explanation == nullptr) return;
    const ChangedPrompt* const prompt = request.attempt.prompt.get();
    if (prompt == nullptr || !prompt->is_shortened()) return request.explanation->not_shortened();
    request.explanation->shortened(prompt->left_out, prompt->truncated);
}

}  // namespace tollgate
