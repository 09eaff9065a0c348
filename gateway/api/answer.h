// Everything that is answered without a model: OPTIONS, models, account and management routes.
#pragma once

#include "gateway/text/error.h"
#include "gateway/wire/asio.h"

namespace tollgate {

class Connection;

// Answers, or returns the error to answer.
wire::Awaitable<Error> answer_api(Connection& connection);

}  // namespace tollgate
