#include "gateway/exchange/ending_facts.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "gateway/exchange/held_request.h"
#include "gateway/routing/model_call_of.h"

namespace tollgate {

std::int64_t natural_output(const Exchange& request, const Ending& ending) {
    if (request.reply.cancelled || ending.finish_reason.empty() || ending.finish_reason == "cancelled") return 0;
    const std::int64_t choices = std::max<std::int64_t>(request.ask.body.choices, 1);
    const std::int64_t sent = request.terms.sent_output_bound;
    if (sent > 0 && (choices > 1 || request.ask.api == ApiType::completions)) return 0;
    const std::int64_t output = ending.usage.completion / choices;
    if (ending.finish_reason != "length") return output;
    return sent > 0 && output >= sent ? output + 1 : 0;
}

std::optional<std::int64_t> known_reasoning(const Exchange& request, const CatalogueEndpoint& used,
                                            const Ending& ending) {
    const bool says = ending.source == UsageSource::provider && ending.usage.completion > 0;
    if (!says || model_call_of(request.ask.api) != ModelCall::chat || !used.model->may_reason) return std::nullopt;
    return ending.usage.reasoning;
}

std::int64_t text_tokens(const Exchange& request, const Ending& ending) {
    constexpr std::int64_t kLeastBytesPerExtraToken = 32;
    const BodyFacts& body = request.ask.body;
    const bool is_clients_text = body.prompt_is_text && request.attempt.prompt == nullptr;
    if (ending.source != UsageSource::provider || ending.usage_contradictory || !is_clients_text) return 0;
    if (body.prompt_bytes < kLeastBytesPerExtraToken * body.prompt_extra_tokens) return 0;
    return ending.usage.prompt - body.prompt_extra_tokens;
}

bool ended_empty(const Exchange& request, const Ending& ending) {
    const ApiType api = request.ask.api;
    if (request.reply.cancelled || api == ApiType::embeddings || passes_through(api)) return false;
    return ending.finish_reason == "error" || (ending.usage.completion == 0 && ending.finish_reason.empty());
}

bool ended_by_model(const Exchange& request, const Ending& ending) {
    static constexpr std::array<std::string_view, 3> kByItself = {"stop", "tool_calls", "function_call"};
    if (ending.source == UsageSource::none || request.ask.body.choices > 1) return false;
    if (request.ask.api == ApiType::embeddings) return true;
    return ending.usage.completion > 0 && std::ranges::find(kByItself, ending.finish_reason) != kByItself.end();
}

}  // namespace tollgate
