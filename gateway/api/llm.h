// What requests are given that name no model or lack parameters: LLM defaults of an organization, of its projects, and
// its members' own.
#pragma once

#include <array>

#include "accounting/accounts/organization.h"
#include "gateway/api/call.h"
#include "gateway/chat/dialect/llm_parameters.h"

namespace tollgate {

ApiAnswer show_llm(Call& call);
ApiAnswer set_llm(Call& call, Change& change);
// Parameters that the body does not name stay, as does what else it lacks; null removes one.
ApiAnswer change_llm(Call& call, Change& change);
ApiAnswer show_project_llm(Call& call);
ApiAnswer set_project_llm(Call& call, Change& change);
ApiAnswer change_project_llm(Call& call, Change& change);
ApiAnswer clear_project_llm(Call& call, Change& change);
// Of the member that the path names, or the caller's own where it names none.
ApiAnswer show_member_llm(Call& call);
ApiAnswer set_own_llm(Call& call, Change& change);
ApiAnswer change_own_llm(Call& call, Change& change);
ApiAnswer clear_member_llm(Call& call, Change& change);

// `parameters` of a body, checked and in order; empty if absent or null.
LlmParameters read_parameters(BodyFields& body);
void write_parameters(const LlmParameters& parameters, JsonWriter& json);

constexpr Field field_of(const LlmParameter& parameter) {
    switch (parameter.type) {
        case LlmParameter::Type::number:
            return fields::number(parameter.name).from(parameter.least, parameter.most).or_null().maybe();
        case LlmParameter::Type::integer:
            return fields::integer(parameter.name).from(parameter.least, parameter.most).or_null().maybe();
        case LlmParameter::Type::word:
            return fields::text(parameter.name).one_of(parameter.choices).or_null().maybe();
        default:
            return fields::texts(parameter.name).or_null().maybe().note("A single text is a list of one");
    }
}
inline constexpr auto kLlmParameterFields = [] {
    std::array<Field, kLlmParameters.size()> all{};
    std::ranges::transform(kLlmParameters, all.begin(), field_of);
    return all;
}();
inline constexpr Schema kLlmParameterSet{"LlmParameters", kLlmParameterFields};

inline constexpr std::array kLlmSettingsFields = {
    fields::text("model").or_null().note("null: another level decides"),
    fields::text("provider").or_null().note("Tried first for that model; null: any"),
    fields::object("parameters", kLlmParameterSet).note("That requests get which do not have them"),
    fields::flag("available").or_null().note("Whether the model can be called now; null: there is none"),
    fields::integer("version"),
};
inline constexpr std::array kLlmSettingsBodyFields = {
    fields::text("model").or_null().required().note("null: another level decides"),
    fields::text("provider").or_null().note("Tried first for that model; null: any"),
    fields::object("parameters", kLlmParameterSet).or_null().note("Absent: none"),
    fields::flag("available").or_null().note("As it was read"),
    fields::integer("version").from(0).or_null().note("As If-Match"),
};
inline constexpr std::array kLlmRuleFields = {
    fields::flag("allow_overrides").note("Members' own settings count"),
    fields::texts("allowed_models").note("Empty: all"),
};
inline constexpr std::array kLlmRuleBodyFields = {
    fields::flag("allow_overrides").or_null().note("Absent: as it is"),
    fields::texts("allowed_models").or_null().note("Ids or aliases; empty: all; absent: as it is"),
};
inline constexpr auto kOrganizationLlmFields = joined(kLlmSettingsFields, kLlmRuleFields);
inline constexpr Schema kOrganizationLlm{"OrganizationLlm", kOrganizationLlmFields};
inline constexpr auto kOrganizationLlmBodyFields = joined(kLlmSettingsBodyFields, kLlmRuleBodyFields);
inline constexpr Schema kOrganizationLlmBody{"NewOrganizationLlm", kOrganizationLlmBodyFields};
inline constexpr Schema kProjectLlm{"ProjectLlm", kLlmSettingsFields};
inline constexpr Schema kProjectLlmBody{"NewProjectLlm", kLlmSettingsBodyFields};

// What is absent stays.
template <std::size_t Size>
constexpr std::array<Field, Size> none_required(std::array<Field, Size> all) {
    for (Field& field : all) field.is_required = false;
    return all;
}
inline constexpr auto kOrganizationLlmChangeFields = none_required(kOrganizationLlmBodyFields);
inline constexpr Schema kOrganizationLlmChange{"OrganizationLlmChange", kOrganizationLlmChangeFields};
inline constexpr auto kProjectLlmChangeFields = none_required(kLlmSettingsBodyFields);
inline constexpr Schema kProjectLlmChange{"ProjectLlmChange", kProjectLlmChangeFields};

inline constexpr std::array kEffectiveLlmFields = {
    fields::text("model").or_null(),
    fields::text("provider").or_null(),
    fields::object("parameters", kLlmParameterSet),
    fields::text("source").or_null().one_of("member|project|organization|instance").note("The level of the model"),
    fields::flag("available").or_null(),
};
inline constexpr Schema kEffectiveLlm{"EffectiveLlm", kEffectiveLlmFields};
inline constexpr std::array kMemberLlmMoreFields = {
    fields::flag("overrides_allowed").note("false: the member's own do not count"),
    fields::object("effective", kEffectiveLlm).note("Of requests with the member's keys that name no model"),
};
inline constexpr auto kMemberLlmFields = joined(kLlmSettingsFields, kMemberLlmMoreFields);
inline constexpr Schema kMemberLlm{"MemberLlm", kMemberLlmFields};
inline constexpr std::array kMemberLlmMoreBodyFields = {
    fields::flag("overrides_allowed").note("As it was read"),
    fields::object("effective", kEffectiveLlm).note("Is not looked at"),
};
inline constexpr auto kMemberLlmBodyFields = joined(kLlmSettingsBodyFields, kMemberLlmMoreBodyFields);
inline constexpr Schema kMemberLlmBody{"NewMemberLlm", kMemberLlmBodyFields};
inline constexpr auto kMemberLlmChangeFields = none_required(kMemberLlmBodyFields);
inline constexpr Schema kMemberLlmChange{"MemberLlmChange", kMemberLlmChangeFields};
inline constexpr std::array kMemberLlmQueryFields = {
    fields::uuid("project_id").note("That the keys are of; absent: the default project")};
inline constexpr Schema kMemberLlmQuery{"MemberLlmQuery", kMemberLlmQueryFields};

}  // namespace tollgate
