#include "gateway/exchange/resolve_model.h"

#include <algorithm>
#include <charconv>

#include "gateway/chat/dialect/llm_parameters.h"
#include "gateway/chat/dialect/openai_text.h"
#include "gateway/chat/dialect/prompt_measure.h"
#include "gateway/exchange/token_usage.h"
#include "gateway/routing/known_names.h"

namespace tollgate {
namespace {

constexpr std::string_view kNull = "null";

// As chat completions call it.
std::string_view in_chat(std::string_view name, const BodyNames& names) {
    const auto found = std::ranges::find(names.parameters, name, &SameParameter::name);
    return found == names.parameters.end() ? name : found->of_chat;
}

// Names of members that say something. Where one is null the request leaves it to others.
std::vector<std::string> own_members(std::string_view text, const BodyFacts& body, const BodyNames& api) {
    std::vector<std::string> names;
    std::string unescaped_key;
    for (const JsonMember& member : body.members) {
        if (member.value.of(text) == kNull) continue;
        names.emplace_back(in_chat(key_name(member.key.of(text), unescaped_key), api));
    }
    for (const std::string& name : body.reply_options) names.emplace_back(in_chat(name, api));
    return names;
}

// A member that is null must not stand beside the one that is added.
void leave_out(std::string_view text, std::string_view name, BodyFacts& body) {
    std::string unescaped_key;
    for (std::size_t i = 0; i < body.members.size(); ++i) {
        if (key_name(body.members[i].key.of(text), unescaped_key) == name) body.gateway_only[i] = true;
    }
}

void add_parameter(const NamedJson& parameter, std::string_view text, Exchange& request) {
    if (same_parameter(parameter.name, "max_tokens")) {  // under the name that the provider wants
        std::int64_t tokens = 0;
        std::from_chars(parameter.json.data(), parameter.json.data() + parameter.json.size(), tokens);
        request.choice.output_bound = request.ask.body.output_bound = tokens;
        return;
    }
    leave_out(text, parameter.name, request.ask.body);
    request.choice.members.append(",\"").append(parameter.name).append("\":").append(parameter.json);
}

// The system prompt goes before the messages of a chat that has none of its own.
void add_system_prompt(const std::string& prompt, Exchange& request) {
    BodyFacts& body = request.ask.body;
    if (prompt.empty() || body.has_system_message || body.messages_value.size() == 0) return;
    request.choice.first_message.append(R"({"role":"system","content":)").append(prompt).append("}");
    body.prompt_bytes += spelt_bytes(prompt);
    body.prompt_extra_tokens += kTokensPerMessage;
}

// Of several models, the first that can be called now.
std::string_view model_of(const Preset& preset, const Exchange& request) {
    const NameScope scope{*request.catalogue, *request.principal.policy};
    for (const std::string& name : preset.content.models) {
        if (judge_model(scope, name) == NamedModel::usable) return name;
    }
    return preset.content.settings.model;
}

// What a preset forbids no request brings back; what it allows, each may do without.
void use_cache_of(const PresetContent& preset, CacheFields& asked) {
    if (preset.cache_enabled) asked.wanted = *preset.cache_enabled && (asked.wanted || !asked.told);
    if (preset.cache_ttl_s && !asked.ttl_told) asked.ttl_s = *preset.cache_ttl_s;
}

const LlmSettings* settings_of(const Project* project) { return project == nullptr ? nullptr : project->llm.get(); }
const LlmSettings* settings_of(const Membership* member) { return member == nullptr ? nullptr : member->llm.get(); }

}  // namespace

Error resolve_from_levels(Exchange& request, std::string_view text, const LlmSettings& instance) {
    const Principal& principal = request.principal;
    const OrganizationPolicy& policy = *principal.policy;
    const Directory& directory = *principal.directory;
    const std::vector<std::string> own = own_members(text, request.ask.body, body_names_of(request.ask.api));
    LlmLevels levels{
        .asked = request.ask.body.model, .own_members = own, .organization = policy.llm.get(), .instance = &instance};
    const std::string& slug = request.ask.body.preset;
    const Preset* const preset = slug.empty() ? nullptr : directory.find_preset(principal.organization, slug);
    if (preset != nullptr) {
        levels.preset = &preset->content.settings;
        request.choice.preset = preset->content.provider.get();
        use_cache_of(preset->content, request.head.cache);
    } else if (!slug.empty()) {
        return {ErrorKind::preset_not_found, "the organization has no preset '" + slug + "'", "preset"};
    }
    if (policy.llm_below) {
        levels.project = settings_of(directory.find_project(principal.project));
        if (policy.allow_overrides) {
            levels.member = settings_of(directory.find_membership(principal.organization, principal.creator));
        }
    }
    const LlmChoice choice = choose_model(levels);
    request.choice.model = choice.model;
    if (choice.model.level == LlmLevel::preset) request.choice.model.model = model_of(*preset, request);
    const ModelCall call = model_call_of(request.ask.api);
    for (const NamedJson* const parameter : choice.parameters) {
        if (takes_parameter(call, parameter->name)) add_parameter(*parameter, text, request);
    }
    if (preset != nullptr && call == ModelCall::chat) add_system_prompt(preset->content.system_prompt, request);
    return {};
}

}  // namespace tollgate
