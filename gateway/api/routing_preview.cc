#include "gateway/api/routing_preview.h"

#include <simdjson.h>

#include "gateway/api/request_routing.h"
#include "gateway/exchange/resolve_model.h"
#include "gateway/exchange/route_explanation.h"
#include "gateway/own_catalogue.h"
#include "gateway/plan_request.h"
#include "gateway/services.h"

namespace tollgate {
namespace {

// A preview needs no prompt.
constexpr std::string_view kNoMessages = R"("messages":[{"role":"user","content":""}])";

// The request as infer() would have it, up to its plan. `text` is its body, with room behind it.
Error resolve(Call& call, std::string_view text, Exchange& request) {
    const Organization& organization = call.organization();
    request.principal.organization = organization.id;
    request.principal.policy = std::shared_ptr<const OrganizationPolicy>(call.directory, &organization.policy);
    request.principal.directory = call.directory.get();
    request.principal.creator = call.request.principal.creator;
    const Project* const project = call.directory->default_project(organization.id);
    if (project != nullptr) request.principal.project = project->id;
    request.catalogue = call.services.catalogue.get();
    request.head.id = make_uuid7(call.request.now_ms);
    request.head.explain = true;
    JsonParser parser;
    Error error = parse_body(parser, text, call.services.config.limits.max_json_depth, kChatNames, request.ask.body);
    if (!error) error = resolve_routing(text, request);
    if (!error) error = resolve_model(request, text, call.services.config.llm);
    if (error) return error;
    request.choice.mode = mode_of(request.principal);
    see_own_endpoints(call.services, request);
    return {};
}

}  // namespace

ApiAnswer preview_routing(Call& call) {
    std::string text = call.request.body;
    if (!call.body.has("messages")) append_last_member(kNoMessages, text);
    text.reserve(text.size() + simdjson::SIMDJSON_PADDING);
    Exchange request;
    if (Error error = resolve(call, text, request)) return api_error(std::move(error));
    const PlanSight sight{.health = call.services.health.get(),
                          .worker = PlanSight::kNoWorker,
                          .sticky = &call.services.sticky_routes,
                          .now_ms = wire::monotonic_ms(wire::Clock::now())};
    const auto plan = plan_request(request, text, sight);
    JsonWriter json;
    json.object();
    request.explanation->write_members(json);
    json.key("error");
    if (plan) {
        json.null();
    } else {
        json.object().key("code").text(code_of(plan.error().kind()));
        json.key("message").text(plan.error().detail().message).end();
    }
    json.end();
    return json_answer(json);
}

}  // namespace tollgate
