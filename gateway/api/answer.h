// Everything that is answered without a model: OPTIONS, models, account and management routes.
#pragma once

#include "gateway/net/asio.h"
#include "gateway/request/error.h"

namespace tollgate {

class Connection;

// Answers, or returns the error to answer.
net::Awaitable<Error> answer_api(Connection& connection);

}  // namespace tollgate
