#include "gateway/api/mutation.h"

#include <utility>

#include "gateway/worker.h"

namespace tollgate {

ApiAnswer mutate(Services& services, const ApiRequest& request, std::string action,
                 const std::function<ApiAnswer(Change&)>& make) {
    Change change(*services.accounts, request.caller, std::move(action), request.now_ms);
    if (!request.idempotency_key.empty()) {
        const auto earlier = change.find_answer({.key = request.idempotency_key,
                                                 .actor = actor_of(request.caller),
                                                 .route = request.method + " " + request.path,
                                                 .body = request.body});
        if (!earlier) return api_error(earlier.error());
        if (const auto& stored = *earlier) {
            ApiAnswer answer;
            answer.status = stored->status;
            answer.body = stored->body;
            return answer;
        }
    }
    ApiAnswer answer = make(change);
    if (answer.error) return answer;
    const bool secret = !answer.secret_of.empty();
    change.set_answer({answer.status, secret ? answer.secret_of : answer.body, secret});
    if (const Status status = change.commit(); !status.ok()) return api_error(status);
    return answer;
}

}  // namespace tollgate
