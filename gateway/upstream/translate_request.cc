#include "gateway/upstream/translate_request.h"

#include <algorithm>
#include <array>
#include <optional>

#include "gateway/chat/canonical/tool_names.h"
#include "gateway/chat/dialect/chat/request_reader.h"
#include "gateway/chat/dialect/chat/translation_need.h"
#include "gateway/chat/dialect/gemini/embeddings.h"
#include "gateway/client/connection.h"
#include "gateway/off_loop.h"
#include "gateway/routing/preference_denials.h"
#include "gateway/routing/uncovered.h"
#include "gateway/upstream/fetch_media.h"
#include "gateway/upstream/fit_prompt.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

const UpstreamDialect& dialect_of(const Provider& provider) {
    return provider.dialect == nullptr ? chat_upstream() : *provider.dialect;
}

// As the catalogue has it; where it says nothing, what the dialect's models mostly take.
ReasoningControl reasoning_of(const Model& model, const Provider& provider) {
    switch (model.reasoning.kind) {
        case ReasoningKind::budget:
            return ReasoningControl::budget;
        case ReasoningKind::adaptive:
            return ReasoningControl::adaptive;
        case ReasoningKind::effort:
            return ReasoningControl::effort;
        case ReasoningKind::level:
            return ReasoningControl::level;
        case ReasoningKind::none:
            break;
    }
    if (!model.may_reason) return ReasoningControl::none;
    const bool by_effort = provider.dialect == nullptr || provider.dialect == &responses_upstream();
    return by_effort ? ReasoningControl::effort : ReasoningControl::budget;
}

}  // namespace

Target target_of(const Exchange& request) {
    const CatalogueEndpoint& endpoint = *request.attempt.endpoint;
    const Provider& provider = *endpoint.provider;
    return {
        .model = endpoint.endpoint->upstream_model,
        .stream = request.ask.body.stream,
        .output_bound = request.choice.output_bound > 0 ? request.choice.output_bound : request.terms.sent_output_bound,
        .longest_output = endpoint.endpoint->max_completion_tokens,
        .reasoning = reasoning_of(*endpoint.model, provider),
        .continues_answers = endpoint.model->prefill,
        .max_completion_tokens = provider.output_bound_parameter == OutputBoundParameter::max_completion_tokens,
        .host = provider.claude_host,
        .quirks = provider.quirks,
    };
}

namespace {

// Tools that Codex declares in every request, whether or not they are used: where the endpoint has no price for one,
// the request goes without it.
bool leaves_out_tools(const Exchange& request) {
    return request.ask.api == ApiType::responses && !request.ask.body.extras.server_tools.empty() &&
           !covers(*request.attempt.endpoint, request.ask.body.extras);
}

// Of a history, which is no parameter.
bool is_of_the_prompt(std::string_view name) {
    return name.starts_with("messages") || name == "reasoning_details" || name.starts_with("input") ||
           name.starts_with("contents");
}

// The first of a list of names that is a parameter's; empty: there is none.
std::string_view first_parameter(std::string_view names) {
    while (!names.empty()) {
        const std::string_view name = names.substr(0, names.find(','));
        if (!is_of_the_prompt(name)) return name;
        names.remove_prefix(name.size());
        names.remove_prefix(std::min(names.size(), names.find_first_not_of(", ")));
    }
    return {};
}

// Where every parameter must have its effect, none may be left out.
Error check_required_parameters(const Exchange& request) {
    const std::string_view missing = first_parameter(request.attempt.translation->notes.dropped.text());
    const PreferenceRules rules{.organization = *request.principal.policy,
                                .preset = request.choice.preset,
                                .request = request.choice.provider.get()};
    if (missing.empty() || !requires_parameters(rules)) return {};
    Error error(ErrorKind::invalid_request,
                "provider " + request.attempt.endpoint->provider->name + " cannot be told " + std::string(missing) +
                    ", and require_parameters is set",
                std::string(missing));
    error.set_retry(Retry::elsewhere);
    return error;
}

// Of OpenAI's embeddings, which only Google's API answers otherwise.
Error translate_embeddings(std::string_view body, Exchange& request, UpstreamBody& upstream_body) {
    VectorFormat format = VectorFormat::numbers;
    std::string& out = upstream_body.whole();
    Error error = write_gemini_embeddings(body, request.attempt.endpoint->endpoint->upstream_model, format, out,
                                          request.attempt.translation->notes);
    upstream_body.set_whole();
    request.attempt.translation->base64_vectors = format == VectorFormat::base64;
    return error;
}

Error write(const ChatRequest& chat, Exchange& request, UpstreamBody& upstream_body) {
    TranslatedRequest& translation = *request.attempt.translation;
    const UpstreamDialect& dialect = dialect_of(*request.attempt.endpoint->provider);
    const bool foreign = request.head.inbound->dialect().name() != dialect.name();
    const auto renamed = foreign ? with_tool_names_for(dialect.name(), chat) : std::nullopt;
    const ChatRequest& told = renamed ? *renamed : chat;
    Error error = dialect.write_request(told, target_of(request), upstream_body.whole(), translation.notes);
    upstream_body.set_whole();
    if (!error) error = check_required_parameters(request);
    translation.echo = told.echo;
    return error;
}

}  // namespace

Error translate_on_loop(std::string_view body, Exchange& request, ClientChat& client, UpstreamBody& upstream_body) {
    request.attempt.translation = std::make_shared<TranslatedRequest>();
    if (request.ask.api == ApiType::embeddings) return translate_embeddings(body, request, upstream_body);
    const AddedMembers added{.members = request.choice.members, .first_message = request.choice.first_message};
    const bool puts_data = client.has_media() && takes_data_only(*request.attempt.endpoint->provider);
    Error error = client.read(request, body);
    if (!error && added.empty() && !puts_data) return write(client.chat(), request, upstream_body);
    ChatRequest chat;
    if (!error) {
        chat = client.chat();
        error = add_members(added, chat);
    }
    if (!error && puts_data) client.media().put_into(chat);
    if (!error) return write(chat, request, upstream_body);
    error.set_retry(Retry::elsewhere);  // an endpoint of the client's dialect may understand it
    return error;
}

bool translates_request(const Exchange& request, std::string_view body) {
    const Provider& provider = *request.attempt.endpoint->provider;
    const UpstreamDialect* const dialect = provider.dialect;
    const Inbound& inbound = *request.head.inbound;
    if (inbound.speaks_chat()) {
        return dialect != nullptr || (request.ask.api == ApiType::chat && needs_translation(provider.quirks, body));
    }
    if (dialect == nullptr || inbound.dialect().name() != dialect->name()) return true;
    if (provider.claude_host != ClaudeHost::anthropic) return true;
    return leaves_out_tools(request);
}

wire::Awaitable<Error> translate_request(Connection& connection, ClientChat& client) {
    Exchange& request = connection.request;
    const std::string_view body = body_of_attempt(connection);
    Error error;
    if (may_name_addresses(request, *request.attempt.endpoint->provider)) {
        error = co_await fetch_media(connection, client, body);
        if (error) co_return error;
    }
    const std::size_t fetched = client.has_media() ? client.media().bytes() : 0;
    if (body.size() + fetched <= kMostBytesParsedOnLoop) {
        co_return translate_on_loop(body, request, client, request.upstream_body);
    }
    co_await off_loop(connection, [&] { error = translate_on_loop(body, request, client, request.upstream_body); });
    co_return error;
}

}  // namespace tollgate
