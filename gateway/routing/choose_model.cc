#include "gateway/routing/choose_model.h"

#include <algorithm>

#include "gateway/chat/dialect/llm_parameters.h"

namespace tollgate {
namespace {

struct LevelWords {
    std::string_view name, remedy;
};
constexpr std::array<LevelWords, 7> kWords = {{
    {"none", ""},
    {"request", "name another one in 'model'"},
    {"preset", "owners and admins can change it: PUT /api/organizations/{organization}/presets/{preset}"},
    {"member", "the member can change it: PUT or DELETE /api/organizations/{organization}/members/me/llm"},
    {"project", "owners and admins can change it: PUT /api/organizations/{organization}/projects/{project}/llm"},
    {"organization", "owners and admins can change it: PUT /api/organizations/{organization}/llm"},
    {"instance", "the operator can change it: llm.model in the gateway's configuration"},
}};

bool has(std::span<const std::string> names, std::string_view name) {
    return std::ranges::any_of(names, [name](const std::string& one) { return same_parameter(one, name); });
}

void add_parameters(const LlmSettings& settings, std::span<const std::string> own, LlmChoice& choice) {
    const std::size_t nearer = choice.parameters.size();
    for (const NamedJson& parameter : settings.parameters) {
        const auto begin = choice.parameters.begin();
        const bool taken = std::any_of(begin, begin + static_cast<std::ptrdiff_t>(nearer),
                                       [&](const NamedJson* one) { return same_parameter(one->name, parameter.name); });
        if (!taken && !has(own, parameter.name)) choice.parameters.push_back(&parameter);
    }
}

}  // namespace

std::string_view to_string(LlmLevel level) { return kWords[static_cast<std::size_t>(level)].name; }
std::string_view remedy_of(LlmLevel level) { return kWords[static_cast<std::size_t>(level)].remedy; }

LlmChoice choose_model(const LlmLevels& levels) {
    LlmChoice choice;
    if (!levels.asked.empty()) choice.model = {.model = levels.asked, .provider = {}, .level = LlmLevel::request};
    const std::array<std::pair<LlmLevel, const LlmSettings*>, 5> nearest_first = {{
        {LlmLevel::preset, levels.preset},
        {LlmLevel::member, levels.member},
        {LlmLevel::project, levels.project},
        {LlmLevel::organization, levels.organization},
        {LlmLevel::instance, levels.instance},
    }};
    for (const auto& [level, settings] : nearest_first) {
        if (settings == nullptr) continue;
        if (choice.model.model.empty() && !settings->model.empty()) {
            choice.model = {.model = settings->model, .provider = settings->provider, .level = level};
        }
        add_parameters(*settings, levels.own_members, choice);
    }
    return choice;
}

}  // namespace tollgate
