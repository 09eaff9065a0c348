#include "gateway/upstream/translate_request.h"

#include "gateway/chat/dialect/chat/request_reader.h"
#include "gateway/client/connection.h"
#include "gateway/off_loop.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

Target target_of(const Exchange& request) {
    const CatalogueEndpoint& endpoint = *request.attempt.endpoint;
    const Provider& provider = *endpoint.provider;
    return {
        .model = endpoint.endpoint->upstream_model,
        .stream = request.ask.body.stream,
        .output_bound = request.choice.output_bound > 0 ? request.choice.output_bound : request.terms.sent_output_bound,
        .longest_output = endpoint.endpoint->max_completion_tokens,
        .reasoning = endpoint.model->may_reason ? ReasoningControl::budget : ReasoningControl::none,
        .max_completion_tokens = provider.output_bound_parameter == OutputBoundParameter::max_completion_tokens,
    };
}

Error translate(std::string_view body, Exchange& request) {
    ChatRequest chat;
    Error error = request.head.inbound->dialect().read_request(body, chat);
    const Choice& choice = request.choice;
    if (!error) error = add_members({.members = choice.members, .first_message = choice.first_message}, chat);
    if (error) {
        error.set_retry(Retry::elsewhere);  // an endpoint of the client's dialect may understand it
        return error;
    }
    std::string& out = request.upstream_body.whole();
    error = request.attempt.endpoint->provider->dialect->write_request(chat, target_of(request), out,
                                                                       request.attempt.notes);
    request.upstream_body.set_whole();
    return error;
}

}  // namespace

wire::Awaitable<Error> translate_request(Connection& connection) {
    Exchange& request = connection.request;
    const std::string_view body = connection.in.view().substr(0, request.received.bytes);
    if (body.size() <= kMostBytesParsedOnLoop) co_return translate(body, request);
    Error error;
    co_await off_loop(connection, [&] { error = translate(body, request); });
    co_return error;
}

}  // namespace tollgate
