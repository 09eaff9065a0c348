// The plan of a request in hand: what it asks for, what it must obey and what is known of the endpoints, put together.
#pragma once

#include <cstdint>
#include <string_view>

#include "gateway/routing/plan.h"

namespace tollgate {

class Worker;
struct Exchange;

PlanSight sight_of(Worker& worker);
std::uint64_t draw_of(const Exchange& request);  // random bits of the request's own
ConversationFacts conversation_of(const Exchange& request, std::string_view body);

// `body` is the request's text. Fills request.explanation where the client asks for one; an error has it, too. Errors:
// those of make_plan().
Outcome<Plan> plan_request(Exchange& request, std::string_view body, const PlanSight& sight);

// Puts the explanation, where there is one, beside the error.
void explain(const Exchange& request, Error& error);

}  // namespace tollgate
