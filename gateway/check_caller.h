// Whether a request may be served at all, by its head alone.
#pragma once

#include "gateway/exchange/exchange.h"
#include "gateway/text/error.h"

namespace tollgate {

class Connection;
class Worker;

inline bool reads_body(const Head& head) { return head.operation != nullptr && head.operation->guard.reads_body(); }

// Whether the route takes the method; HEAD is GET without a body.
Error check_method(const Head& head);
// Who asks, where the route wants to know: request.principal.
Error check_caller(Worker& worker, Exchange& request);
// A call of anybody's may come without a key, but not from one address all the time.
Error check_anybody(Connection& connection);

}  // namespace tollgate
