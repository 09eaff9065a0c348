// What an attempt tells those who choose endpoints, and who asked why.
#pragma once

#include "gateway/routing/plan.h"
#include "gateway/text/error.h"

namespace tollgate {

class Connection;
struct UpstreamAnswer;

// The head of an answer is in hand: an endpoint that had failed is back, however long its answer takes.
void note_upstream_head(Connection& connection, const UpstreamAnswer& answer);

// That it was the stream options that an endpoint refused is known when it answers without them, as it does now. All
// tenants' streams go without them then, and without the usage that they bring: so for a while only.
void learn_refused_stream_options(Connection& connection);

// The attempt in hand, at that candidate of the plan, has come to its end.
void note_attempt(Connection& connection, const Plan& plan, std::size_t candidate, const Error& error);

}  // namespace tollgate
