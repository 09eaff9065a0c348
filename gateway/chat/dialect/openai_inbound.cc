// OpenAI's API and OpenRouter's flavour of it. Their error objects: https://platform.openai.com/docs/guides/error-codes
// and https://openrouter.ai/docs/api-reference/errors.
#include "gateway/chat/inbound.h"
#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

// {"error":{"message":…,"type":…,"param":…,"code":"…"}}
class OpenAiInbound final : public Inbound {
  public:
    OpenAiInbound() : Inbound({.name = "openai"}) {}

    std::string error_body(const Error& error, int /*status*/) const override {
        const Error::Detail& detail = error.detail();
        std::string body = "{\"error\":{\"message\":";
        append_json_string(body, detail.message);
        body += ",\"type\":";
        append_json_string(body, openai_type_of(error.kind()));
        body += ",\"param\":";
        if (detail.param.empty()) {
            body += "null";
        } else {
            append_json_string(body, detail.param);
        }
        body += ",\"code\":";
        append_json_string(body, code_of(error.kind()));
        if (!detail.extra.empty()) body += "," + detail.extra;
        return body + "}}";
    }

    std::string error_body(const UpstreamError& error) const override { return std::string(error.body); }
};

// {"error":{"message":…,"code":<status>,"metadata":{…}}}
class OpenRouterInbound final : public Inbound {
  public:
    OpenRouterInbound()
        : Inbound({.name = "openrouter", .always_shows_usage = true, .labels_answers = true, .details_models = true}) {}

    std::string error_body(const Error& error, int status) const override {
        const Error::Detail& detail = error.detail();
        std::string body = "{\"error\":{\"message\":";
        append_json_string(body, detail.message);
        body += ",\"code\":" + std::to_string(status) + ",\"metadata\":{\"error_type\":";
        append_json_string(body, openrouter_type_of(error.kind()));
        body += ",\"code\":";
        append_json_string(body, code_of(error.kind()));
        if (!detail.extra.empty()) body += "," + detail.extra;
        return body + "}}}";
    }

    std::string error_body(const UpstreamError& error) const override {
        std::string body = "{\"error\":{\"message\":\"" + std::string(error.message) +
                           "\",\"code\":" + std::to_string(error.status) + ",\"metadata\":{\"provider_name\":";
        append_json_string(body, error.provider);
        return body + ",\"raw\":" + std::string(error.error) + "}}}";
    }
};

}  // namespace

const Inbound& openai_inbound() {
    static const OpenAiInbound kInbound;
    return kInbound;
}

const Inbound& openrouter_inbound() {
    static const OpenRouterInbound kInbound;
    return kInbound;
}

}  // namespace tollgate
