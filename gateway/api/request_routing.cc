#include "gateway/api/request_routing.h"

#include <algorithm>
#include <array>
#include <string>

#include "gateway/api/body_fields.h"
#include "gateway/api/provider_preferences.h"
#include "gateway/chat/dialect/model_name.h"

namespace tollgate {
namespace {

constexpr std::array kRoutingFields = {
    fields::texts("models").or_null(),
    fields::object("provider", kProviderPreferences).or_null(),
};
constexpr Schema kRouting{"RequestRouting", kRoutingFields};

void read_models(BodyFields& fields, Exchange& request) {
    auto names = fields.texts("models", kMostModels).value_or(std::vector<std::string>());
    BodyFacts& body = request.ask.body;
    for (std::string& name : names) {
        if (name.empty()) fields.fail("models", "has a name of no bytes");
        fields.keep(check_model_name(name, "models"));
        if (body.model.empty()) {
            body.model = std::move(name);
        } else if (name != body.model) {
            request.choice.fallbacks.push_back(std::move(name));
        }
    }
}

}  // namespace

Error read_request_routing(std::string_view body, Exchange& request) {
    const BodyFacts& facts = request.ask.body;
    std::string text = "{";
    for (const auto& [name, span] : {std::pair{"models", facts.models_value}, {"provider", facts.provider_value}}) {
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
