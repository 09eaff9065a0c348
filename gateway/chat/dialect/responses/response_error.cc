#include "gateway/chat/dialect/responses/response_error.h"

#include "gateway/chat/canonical/json_text.h"

namespace tollgate {
namespace {

constexpr int kTooManyRequests = 429;

// Of what the provider said, else ours.
std::string_view message_of(const Error::Detail& detail) {
    return detail.provider && !detail.provider->message.empty() ? detail.provider->message : detail.message;
}

std::string code_json(const Error& error) {
    const auto& provider = error.detail().provider;
    if (provider && is_text(provider->code)) return provider->code;
    return "\"" + std::string(code_of(error.kind())) + "\"";
}

}  // namespace

void append_error_members(const Error& error, EventFrame& frame) {
    const Error::Detail& detail = error.detail();
    const std::string_view param = detail.provider ? detail.provider->param : detail.param;
    frame.value("code", code_json(error)).text("message", spell(message_of(detail)));
    if (param.empty()) {
        frame.value("param", "null");
    } else {
        frame.text("param", spell(param));
    }
}

std::string response_error(const Error& error) {
    const bool limited = status_of(error) == kTooManyRequests;
    return "{\"code\":\"" + std::string(limited ? "rate_limit_exceeded" : "server_error") + "\",\"message\":\"" +
           spell(message_of(error.detail())) + "\"}";
}

}  // namespace tollgate
