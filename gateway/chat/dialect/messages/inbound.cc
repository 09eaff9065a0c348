// Anthropic's API as clients call it, and OpenRouter's flavour of it. Their error objects:
// https://docs.anthropic.com/en/api/errors.
#include "gateway/chat/inbound.h"

#include <algorithm>
#include <array>

#include "gateway/chat/dialect/client_dialect.h"
#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

struct ErrorType {
    int status;
    std::string_view name;
};
// SDKs choose the exception's class by the status, programs by the type.
constexpr std::array kTypes = {
    ErrorType{400, "invalid_request_error"}, ErrorType{401, "authentication_error"},
    ErrorType{402, "billing_error"},         ErrorType{403, "permission_error"},
    ErrorType{404, "not_found_error"},       ErrorType{413, "request_too_large"},
    ErrorType{429, "rate_limit_error"},      ErrorType{500, "api_error"},
    ErrorType{503, "overloaded_error"},      ErrorType{504, "timeout_error"},
    ErrorType{529, "overloaded_error"},
};

std::string_view type_of(const Error& error, int status) {
    if (const auto& provider = error.detail().provider) {
        const auto theirs = std::ranges::find(kTypes, std::string_view(provider->type), &ErrorType::name);
        // What a provider holds against the gateway's key is none of the client's fault.
        const bool of_us = theirs != kTypes.end() && theirs->status < 500 && status >= 500;
        if (theirs != kTypes.end() && !of_us) return theirs->name;
    }
    const auto known = std::ranges::find(kTypes, status, &ErrorType::status);
    if (known != kTypes.end()) return known->name;
    return status < 500 ? "invalid_request_error" : "api_error";
}

// {"type":"error","error":{"type":…,"message":…}}, and what the gateway's errors say besides.
class MessagesInbound final : public Inbound {
  public:
    explicit MessagesInbound(const Traits& traits) : Inbound(traits) {}

    std::string error_body(const Error& error, int status) const override {
        const Error::Detail& detail = error.detail();
        const bool theirs = detail.provider && !detail.provider->message.empty();
        std::string body = R"({"type":"error","error":{"type":)";
        append_json_string(body, type_of(error, status));
        body += ",\"message\":";
        append_json_string(body, theirs ? detail.provider->message : detail.message);
        body += ",\"code\":";
        if (detail.provider && !detail.provider->code.empty()) {
            body += detail.provider->code;
        } else {
            append_json_string(body, code_of(error.kind()));
        }
        const std::string& param = detail.provider ? detail.provider->param : detail.param;
        if (!param.empty()) {
            body += ",\"param\":";
            append_json_string(body, param);
        }
        if (labels_answers() && detail.provider) {
            body += ",\"provider_name\":";
            append_json_string(body, detail.provider->provider);
        }
        if (!detail.extra.empty()) body += "," + detail.extra;
        return body + (detail.beside.empty() ? "}}" : "}," + detail.beside + "}");
    }
};

}  // namespace

const Inbound& messages_inbound() {
    static const MessagesInbound kInbound(
        {.name = "messages", .always_shows_usage = true, .dialect = &messages_client()});
    return kInbound;
}

const Inbound& openrouter_messages_inbound() {
    static const MessagesInbound kInbound({.name = "openrouter_messages",
                                           .always_shows_usage = true,
                                           .labels_answers = true,
                                           .details_models = true,
                                           .dialect = &messages_client()});
    return kInbound;
}

}  // namespace tollgate
