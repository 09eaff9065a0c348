// The people of an organization.
#pragma once

#include "gateway/api/financial.h"
#include "gateway/api/limits.h"
#include "gateway/api/llm.h"
#include "gateway/api/members.h"
#include "gateway/api/routes/row.h"

namespace tollgate::rows {

// clang-format off
inline constexpr Operation kMembersRoutes[] = {
    {kGet, "/api/organizations/permissions", "permissions", any_key, worker, {list_permissions},
     "List who may what", {.answer = &kPermissionList}},
    {kGet, "/api/organizations/{organization}/me", "own_membership", see_organization, readers, {show_own_membership},
     "Show one's own role and permissions in an organization", {.answer = &kOwnMembership}},
    {kPost, "/api/organizations/{organization}/switch", "organization_switch",
     switch_organization, accounts, {switch_to_organization, "user.switch"},
     "Make the organization the current one of the person who calls", {.answer = &kOrganization}},
    {kGet, "/api/organizations/{organization}/members", "members", see_members, readers, {list_members},
     "List members", {.query = &kMembersQuery, .answer = &kMemberPages}},
    {kPost, "/api/organizations/{organization}/members", "members",
     manage_instance, accounts, {add_member, "member.create"},
     "Make a user a member without an invitation", {.body = &kNewMember, .answer = &kMember, .status = 201}},
    {kGet, "/api/organizations/{organization}/members/count", "member_count", see_members, readers, {count_members},
     "Count members", {.query = &kMemberCountQuery, .answer = &kMemberCount}},
    {kGet, "/api/organizations/{organization}/members/financial", "member_finances",
     see_billing, readers, {list_member_finances},
     "List what members spent and what is left of their budgets",
     {.query = &kFinancesQuery, .answer = &kFinancesPage}},
    {kGet, "/api/organizations/{organization}/members/me/llm", "own_llm", override_llm, readers, {show_member_llm},
     "Show one's own LLM default, and what is in force", {.query = &kMemberLlmQuery, .answer = &kMemberLlm}},
    {kPut, "/api/organizations/{organization}/members/me/llm", "own_llm",
     override_llm, accounts, {set_own_llm, "member_llm.update"},
     "Set one's own LLM default", {.body = &kMemberLlmBody, .answer = &kMemberLlm}},
    {kPatch, "/api/organizations/{organization}/members/me/llm", "own_llm",
     override_llm, accounts, {change_own_llm, "member_llm.update"},
     "Change some of one's own LLM default", {.body = &kMemberLlmChange, .answer = &kMemberLlm}},
    {kDelete, "/api/organizations/{organization}/members/me/llm", "own_llm",
     override_llm, accounts, {clear_member_llm, "member_llm.clear"},
     "Clear one's own LLM default", {.answer = &kMemberLlm}},
    {kGet, "/api/organizations/{organization}/members/{member}/llm", "member_llm",
     manage_settings, readers, {show_member_llm},
     "Show a member's LLM default, and what is in force", {.query = &kMemberLlmQuery, .answer = &kMemberLlm}},
    {kDelete, "/api/organizations/{organization}/members/{member}/llm", "member_llm",
     manage_settings, accounts, {clear_member_llm, "member_llm.clear"},
     "Clear a member's LLM default", {.answer = &kMemberLlm}},
    {kGet, "/api/organizations/{organization}/members/{member}", "member", see_members, readers, {show_member},
     "Show a member", {.answer = &kMember}},
    {kPatch, "/api/organizations/{organization}/members/{member}", "member",
     manage_members, accounts, {update_member, "member.update"},
     "Change a member's role, or suspend the member", {.body = &kMemberChange, .answer = &kMember}},
    {kDelete, "/api/organizations/{organization}/members/{member}", "member",
     remove_members, accounts, {remove_member, "member.remove"},
     "Remove a member, or leave; keys that the person made are disabled", {.answer = &kMemberRemoved}},
    {kGet, "/api/organizations/{organization}/members/{member}/limits", "member_limits",
     see_own_limits, readers, {show_limits},
     "Show a member's limits", {.answer = &kLimits}},
    {kPut, "/api/organizations/{organization}/members/{member}/limits", "member_limits",
     manage_limits, accounts, {set_limits, "limits.update"},
     "Replace a member's limits", {.body = &kLimitsBody, .answer = &kLimits}},
    {kPatch, "/api/organizations/{organization}/members/{member}/limits", "member_limits",
     manage_limits, accounts, {change_limits, "limits.update"},
     "Change some of a member's limits", {.body = &kLimitsChange, .answer = &kLimits}},
};
// clang-format on

}  // namespace tollgate::rows
