#include "gateway/api/request_routing.h"

#include <algorithm>
#include <array>
#include <string>

#include "gateway/api/body_fields.h"
#include "gateway/api/provider_preferences.h"
#include "gateway/chat/dialect/model_name.h"

namespace tollgate {
namespace {

constexpr std::size_t kMostFallbacks = 3;  // as OpenRouter has it

constexpr std::array kFallbackFields = {fields::text("model")};
constexpr Schema kFallback{"RequestFallback", kFallbackFields};
constexpr std::array kRoutingFields = {
    fields::texts("models").or_null(),
    fields::list("fallbacks", kFallback).or_null(),
    fields::object("provider", kProviderPreferences).or_null(),
};
constexpr Schema kRouting{"RequestRouting", kRoutingFields};

void read_models(BodyFields& fields, Exchange& request) {
    auto names = fields.texts("models", kMostModels).value_or(std::vector<std::string>());
    if (fields.has_value("models") && fields.has_value("fallbacks")) {
        fields.fail("fallbacks", "cannot stand beside 'models', which says the same");
    }
    const std::string_view member = fields.has_value("models") ? "models" : "fallbacks";
    for (BodyFields& one : fields.objects("fallbacks", kFallback, kMostFallbacks)) {
        names.push_back(one.required_text("model"));
        fields.keep(one.error());
    }
    BodyFacts& body = request.ask.body;
    for (std::string& name : names) {
        if (name.empty()) fields.fail(member, "has a name of no bytes");
        fields.keep(check_model_name(name, member));
        if (body.model.empty()) {
            body.model = std::move(name);
        } else if (name != body.model) {
            request.choice.fallbacks.push_back(std::move(name));
        }
    }
}

}  // namespace

TextSpan take_fallbacks(std::string_view body, BodyFacts& facts) {
    TextSpan fallbacks;
    std::string unescaped_key;
    for (std::size_t i = 0; i < facts.members.size(); ++i) {
        const JsonMember& member = facts.members[i];
        if (key_name(member.key.of(body), unescaped_key) != "fallbacks") continue;
        facts.gateway_only[i] = true;
        fallbacks = member.value.of(body) == "null" ? TextSpan() : member.value;
    }
    return fallbacks;
}

Error read_request_routing(std::string_view body, TextSpan fallbacks, Exchange& request) {
    const BodyFacts& facts = request.ask.body;
    std::string text = "{";
    for (const auto& [name, span] :
         {std::pair{"models", facts.models_value}, {"fallbacks", fallbacks}, {"provider", facts.provider_value}}) {
        if (span.size() == 0) continue;
        text.append(text.size() > 1 ? ",\"" : "\"").append(name).append("\":").append(span.of(body));
    }
    BodyFields fields(text + "}", kRouting);
    if (!fields.error()) read_models(fields, request);
    if (auto provider = fields.object("provider", kProviderPreferences)) {
        request.choice.provider = share(read_preferences(*provider, nullptr, {}, {}));
        fields.keep(provider->error());
    }
    return fields.error();
}

}  // namespace tollgate
