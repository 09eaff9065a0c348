// From a request at a worker to the handler of its operation, on the thread where that runs, and back.
#pragma once

#include "gateway/text/error.h"
#include "gateway/wire/asio.h"

namespace tollgate {

class Connection;

// Answers whatever does not go to a model, or returns the error to answer. Its caller is known and may call.
wire::Awaitable<Error> answer_api(Connection& connection);

}  // namespace tollgate
