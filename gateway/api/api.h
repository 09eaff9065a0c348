// What an API handler takes and gives. Handlers of account and management routes run on the API thread and may block.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>

#include "accounting/accounts/permission.h"
#include "gateway/exchange/request_context.h"
#include "gateway/text/json_writer.h"

namespace tollgate {

struct ApiRequest {
    std::string method, path, query, body;
    std::string idempotency_key;
    const Inbound* inbound = &openai_inbound();
    Principal principal;
    Caller caller;
    std::int64_t now_ms = 0;  // Unix time
};

struct ApiAnswer {
    int status = 200;
    std::string body;
    std::string headers;  // further lines, with CRLF
    std::string_view content_type = "application/json";
    std::string secret_of;  // set if the body holds a secret: what it belongs to. Such a body is stored nowhere
    Error error;            // if set, it is the answer
};

inline ApiAnswer api_error(ErrorKind kind, std::string message, std::string param = {}) {
    ApiAnswer answer;
    answer.error = Error{kind, std::move(message), std::move(param)};
    return answer;
}
// A store's or ledger's status as the caller should see it.
ApiAnswer api_error(const Status& status);

// The next segment of a path, taken off its front; empty at the end.
std::string_view take_segment(std::string_view& path);

// The answer whose body the text is; it is empty afterwards.
ApiAnswer json_answer(JsonWriter& json, int status = 200);

struct Services;
// Whether the caller may do this in the organization: permission_denied, or not_found for one that does not exist or is
// another's.
Error check_access(const Services& services, const Caller& caller, Permission permission,
                   const std::optional<Id128>& organization);

}  // namespace tollgate
