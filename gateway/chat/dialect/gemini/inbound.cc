// The errors of Google's APIs: https://cloud.google.com/apis/design/errors, which Google's clients know by their
// status.
#include <array>

#include "gateway/chat/canonical/json_text.h"
#include "gateway/chat/dialect/client_dialect.h"
#include "gateway/chat/inbound.h"
#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

struct NamedStatus {
    int status;
    std::string_view name;
};
// https://cloud.google.com/apis/design/errors#handling_errors; the rest is by the hundreds.
constexpr std::array kStatuses = {
    NamedStatus{401, "UNAUTHENTICATED"},     NamedStatus{402, "FAILED_PRECONDITION"},
    NamedStatus{403, "PERMISSION_DENIED"},   NamedStatus{404, "NOT_FOUND"},
    NamedStatus{408, "DEADLINE_EXCEEDED"},   NamedStatus{409, "ABORTED"},
    NamedStatus{412, "FAILED_PRECONDITION"}, NamedStatus{429, "RESOURCE_EXHAUSTED"},
    NamedStatus{499, "CANCELLED"},           NamedStatus{500, "INTERNAL"},
    NamedStatus{501, "UNIMPLEMENTED"},       NamedStatus{504, "DEADLINE_EXCEEDED"},
};

std::string_view status_name(int status) {
    for (const NamedStatus& row : kStatuses) {
        if (row.status == status) return row.name;
    }
    return status < 500 ? "INVALID_ARGUMENT" : "UNAVAILABLE";
}

// What the provider said beside its message, if it was Google.
Json provider_details(const Error::Detail& detail, std::string& members) {
    if (!detail.provider || detail.provider->members.empty()) return {};
    members = "{" + detail.provider->members + "}";
    const Json details = member(members, "details");
    return is_array(details) ? details : Json();
}

void append_details(const Error& error, std::string& body) {
    const Error::Detail& detail = error.detail();
    const std::string& param = detail.provider ? detail.provider->param : detail.param;
    body += R"([{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":)";
    if (detail.provider && is_text(detail.provider->code)) {
        body += detail.provider->code;
    } else {
        append_json_string(body, code_of(error.kind()));
    }
    body += R"(,"domain":"tollgate"})";
    if (!param.empty()) {
        body += R"(,{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":)";
        append_json_string(body, param);
        body += "}]}";
    }
    body += ']';
}

// {"error":{"code":<status>,"message":…,"status":"…","details":[…]}}
class GeminiInbound final : public Inbound {
  public:
    GeminiInbound()
        : Inbound({.name = "gemini", .always_shows_usage = true, .sign_of_life = "\n", .dialect = &gemini_client()}) {}

    std::string error_body(const Error& error, int status) const override {
        const Error::Detail& detail = error.detail();
        const bool provider_words = detail.provider && !detail.provider->message.empty();
        std::string body = "{\"error\":{\"code\":" + std::to_string(status) + ",\"message\":";
        append_json_string(body, provider_words ? detail.provider->message : detail.message);
        (body += ",\"status\":\"") += status_name(status);
        body += "\",\"details\":";
        std::string members;
        if (const Json details = provider_details(detail, members); !details.empty()) {
            body += details;
        } else {
            append_details(error, body);
        }
        if (!detail.extra.empty()) (body += ',') += detail.extra;
        return body + "}}";
    }
};

}  // namespace

const Inbound& gemini_inbound() {
    static const GeminiInbound kInbound;
    return kInbound;
}

}  // namespace tollgate
