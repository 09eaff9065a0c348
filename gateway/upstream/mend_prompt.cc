#include "gateway/upstream/mend_prompt.h"

#include <memory>

#include "gateway/chat/dialect/mended_history.h"
#include "gateway/chat/dialect/messages/claude_reasoning.h"
#include "gateway/off_loop.h"
#include "gateway/upstream/fit_prompt.h"
#include "gateway/upstream/translate_request.h"

namespace tollgate {
namespace {

// Others that speak Claude's API sign nothing, and want to read again what they thought.
bool wants_signed_reasoning(const CatalogueEndpoint& endpoint) {
    return is_claude(endpoint.endpoint->upstream_model) || is_claude(endpoint.model->id);
}

HistoryReader reader_of(const Exchange& request) {
    const CatalogueEndpoint& endpoint = *request.attempt.endpoint;
    switch (request.ask.api) {
        case ApiType::messages:
            return {.wants_signed_reasoning = wants_signed_reasoning(endpoint)};
        case ApiType::responses:
            return {.wants_signed_reasoning = !endpoint.provider->quirks.has(Quirk::reasoning_content)};
        case ApiType::gemini:
            return {.wants_signed_calls = target_of(request).reasoning == ReasoningControl::level};
        default:
            return {};
    }
}

MendHistory* mender_of(ApiType api) {
    switch (api) {
        case ApiType::messages:
            return mend_messages_history;
        case ApiType::responses:
            return mend_responses_history;
        case ApiType::gemini:
            return mend_gemini_history;
        default:
            return nullptr;
    }
}

bool looks_at_history(const PromptFaults& faults, const HistoryReader& reader) {
    return faults.history || (faults.unsigned_parts && (reader.wants_signed_reasoning || reader.wants_signed_calls));
}

bool looks_at_instructions(const Exchange& request) {
    return request.ask.body.faults.blank_instructions && request.ask.api == ApiType::messages;
}

std::string_view clients_body(const Connection& connection) {
    return connection.in.view().substr(0, connection.request.received.bytes);
}

}  // namespace

bool may_be_mended(const Exchange& request) {
    const PromptFaults& faults = request.ask.body.faults;
    if (!faults.history && !faults.unsigned_parts && !faults.blank_instructions) return false;
    if (mender_of(request.ask.api) == nullptr) return false;
    return looks_at_instructions(request) || looks_at_history(faults, reader_of(request));
}

void mend_prompt_on_loop(std::string_view body, Exchange& request) {
    const BodyFacts& facts = request.ask.body;
    const HistoryReader reader = reader_of(request);
    auto prompt = request.attempt.prompt == nullptr ? std::make_shared<ChangedPrompt>()
                                                    : std::make_shared<ChangedPrompt>(*request.attempt.prompt);
    const bool shortened = request.attempt.prompt != nullptr;
    const Json list = shortened ? prompt->messages.of(prompt->body) : facts.messages_value.of(body);
    std::optional<std::string> history;
    if (is_array(list) && looks_at_history(facts.faults, reader)) {
        history = mender_of(request.ask.api)(list, reader, prompt->removed);
    }
    if (looks_at_instructions(request)) {
        const Json instructions = facts.instructions_value.of(body);
        std::string mended = mend_messages_system(instructions);
        if (mended != instructions) prompt->instructions = std::move(mended);
    }
    if (!history && !prompt->instructions) return;
    const TextSpan& span = facts.messages_value;
    const std::string messages = history ? *std::move(history) : std::string(list);
    prompt->messages = {.begin = span.begin, .end = span.begin + static_cast<std::uint32_t>(messages.size())};
    prompt->body = std::string(body.substr(0, span.begin)) + messages + std::string(body.substr(span.end));
    request.attempt.prompt = std::move(prompt);
}

wire::Awaitable<void> mend_prompt(Connection& connection) {
    Exchange& request = connection.request;
    const std::string_view body = clients_body(connection);
    if (body.size() <= kMostBytesShortenedOnLoop) co_return mend_prompt_on_loop(body, request);
    co_await off_loop(connection, [&] { mend_prompt_on_loop(body, request); });
}

}  // namespace tollgate
