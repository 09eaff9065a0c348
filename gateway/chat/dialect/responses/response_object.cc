#include "gateway/chat/dialect/responses/response_object.h"

#include <array>

#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

struct Repeated {
    std::string_view name;
    Json otherwise;  // where the request has none; empty: it is left out
};
constexpr std::array kRepeated = {
    Repeated{"temperature", "null"},
    Repeated{"top_p", "null"},
    Repeated{"parallel_tool_calls", "true"},
    Repeated{"tool_choice", R"("auto")"},
    Repeated{"metadata", "{}"},
    Repeated{"max_output_tokens", {}},
    Repeated{"reasoning", {}},
    Repeated{"text", {}},
    Repeated{"truncation", {}},
    Repeated{"prompt_cache_key", {}},
    Repeated{"safety_identifier", {}},
    Repeated{"user", {}},
    Repeated{"service_tier", {}},
};
constexpr std::size_t kMostRepeatedBytes = 2048;  // of one member: a larger one is not repeated

void append_member(std::string_view name, Json value, std::string& out) {
    (((out += ",\"") += name) += "\":") += value;
}

std::string_view name_of(ResponseStatus status) {
    switch (status) {
        case ResponseStatus::in_progress:
            return "in_progress";
        case ResponseStatus::completed:
            return "completed";
        case ResponseStatus::cut_by_length:
        case ResponseStatus::filtered:
            return "incomplete";
        case ResponseStatus::failed:
            return "failed";
    }
    return {};
}

Json incomplete_details(ResponseStatus status) {
    if (status == ResponseStatus::cut_by_length) return R"({"reason":"max_output_tokens"})";
    return status == ResponseStatus::filtered ? R"({"reason":"content_filter"})" : "null";
}

Json default_error(ResponseStatus status) {
    if (status != ResponseStatus::failed) return "null";
    return R"({"code":"server_error","message":"the model failed to end its answer"})";
}

}  // namespace

std::string repeated_members(Json body) {
    std::array<Json, kRepeated.size()> values{};
    each_member(body, [&](std::string_view name, Json value) {
        for (std::size_t i = 0; i < kRepeated.size(); ++i) {
            if (kRepeated[i].name == name && says_something(value)) values[i] = value;
        }
    });
    std::string members;
    for (std::size_t i = 0; i < kRepeated.size(); ++i) {
        const bool repeated = !values[i].empty() && values[i].size() <= kMostRepeatedBytes;
        const Json value = repeated ? values[i] : kRepeated[i].otherwise;
        if (!value.empty()) append_member(kRepeated[i].name, value, members);
    }
    return members;
}

ResponseStatus status_of(FinishReason reason, bool refused) {
    if (reason == FinishReason::length) return ResponseStatus::cut_by_length;
    // Of an answer that says itself why there is none, all has come.
    if (reason == FinishReason::content_filter && !refused) return ResponseStatus::filtered;
    if (reason == FinishReason::error) return ResponseStatus::failed;
    return ResponseStatus::completed;
}

void append_response(const ResponseObject& response, const AnswerOptions& options, std::string& out) {
    ((out += "{\"id\":\"") += response.id) += R"(","object":"response","created_at":)";
    append_number(out, options.created);
    ((out += ",\"status\":\"") += name_of(response.status)) += R"(","background":false,"store":false)";
    append_member("error", response.error.empty() ? default_error(response.status) : response.error, out);
    append_member("incomplete_details", incomplete_details(response.status), out);
    out += R"(,"instructions":null,"tools":[],"previous_response_id":null,"model":)";
    append_json_string(out, options.model);
    if (options.inbound->labels_answers()) {
        out += ",\"provider\":";
        append_json_string(out, options.provider);
    }
    static const std::string kNothing = repeated_members("{}");
    out += options.echo == nullptr || options.echo->members.empty() ? kNothing : options.echo->members;
    ((out += ",\"output\":[") += response.output) += "],\"usage\":";
    if (response.usage == nullptr) {
        out += "null";
    } else {
        out += usage_json(response.usage->counts, response.usage->cost, kResponsesUsage);
    }
    if (!response.cut.empty()) ((out += R"(,"tollgate":{"cut":")") += response.cut) += "\"}";
    out += '}';
}

}  // namespace tollgate
