// OpenAI's API and OpenRouter's flavour of it. Their error objects: https://platform.openai.com/docs/guides/error-codes
// and https://openrouter.ai/docs/api-reference/errors.
#include "gateway/chat/dialect/client_dialect.h"
#include "gateway/chat/inbound.h"
#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

// Of what the provider said, else ours.
std::string_view message_of(const Error::Detail& detail) {
    return detail.provider && !detail.provider->message.empty() ? detail.provider->message : detail.message;
}

std::string_view param_of(const Error::Detail& detail) {
    return detail.provider ? detail.provider->param : detail.param;
}

void append_type(const Error& error, std::string& body) {
    const auto& provider = error.detail().provider;
    append_json_string(body, provider && !provider->type.empty() ? provider->type : openai_type_of(error));
}

void append_code(const Error& error, std::string& body) {
    const auto& provider = error.detail().provider;
    if (provider && !provider->code.empty()) {
        body += provider->code;
    } else {
        append_json_string(body, code_of(error.kind()));
    }
}

// {"error":{"message":…,"type":…,"param":…,"code":"…"}}
class OpenAiInbound final : public Inbound {
  public:
    explicit OpenAiInbound(const Traits& traits) : Inbound(traits) {}

    std::string error_body(const Error& error, int /*status*/) const override {
        return "{\"error\":" + error_object(error) + beside(error) + "}";
    }

    static std::string beside(const Error& error) {
        const std::string& members = error.detail().beside;
        return members.empty() ? std::string() : "," + members;
    }

    static std::string error_object(const Error& error) {
        const Error::Detail& detail = error.detail();
        std::string body = "{\"message\":";
        append_json_string(body, message_of(detail));
        body += ",\"type\":";
        append_type(error, body);
        body += ",\"param\":";
        if (param_of(detail).empty()) {
            body += "null";
        } else {
            append_json_string(body, param_of(detail));
        }
        body += ",\"code\":";
        append_code(error, body);
        if (detail.provider && !detail.provider->members.empty()) body += "," + detail.provider->members;
        if (!detail.extra.empty()) body += "," + detail.extra;
        return body + "}";
    }
};

// {"error":{"message":…,"code":<status>,"metadata":{…}}}
class OpenRouterInbound final : public Inbound {
  public:
    explicit OpenRouterInbound(std::string_view name, const ClientDialect* dialect = nullptr)
        : Inbound({.name = name,
                   .always_shows_usage = true,
                   .labels_answers = true,
                   .details_models = true,
                   .dialect = dialect}) {}

    std::string error_body(const Error& error, int status) const override {
        const Error::Detail& detail = error.detail();
        std::string body = "{\"error\":{\"message\":";
        append_json_string(body, message_of(detail));
        body += ",\"code\":" + std::to_string(status) + ",\"metadata\":{\"error_type\":";
        append_json_string(body, openrouter_type_of(error));
        body += ",\"code\":";
        append_code(error, body);
        if (detail.provider) {
            body += ",\"provider_name\":";
            append_json_string(body, detail.provider->provider);
            body += ",\"raw\":" + OpenAiInbound::error_object(error);
        }
        if (!detail.extra.empty()) body += "," + detail.extra;
        return body + "}}" + OpenAiInbound::beside(error) + "}";
    }
};

}  // namespace

const ClientDialect& Inbound::dialect() const { return traits_.dialect == nullptr ? chat_client() : *traits_.dialect; }

const Inbound& openai_inbound() {
    static const OpenAiInbound kInbound({.name = "openai"});
    return kInbound;
}

const Inbound& openrouter_inbound() {
    static const OpenRouterInbound kInbound("openrouter");
    return kInbound;
}

const Inbound& responses_inbound() {
    static const OpenAiInbound kInbound({.name = "responses", .dialect = &responses_client()});
    return kInbound;
}

const Inbound& openrouter_responses_inbound() {
    static const OpenRouterInbound kInbound("openrouter_responses", &responses_client());
    return kInbound;
}

}  // namespace tollgate
