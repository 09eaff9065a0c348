// What an organization's requests obey.
#pragma once

#include "gateway/api/billing_details.h"
#include "gateway/api/limits.h"
#include "gateway/api/llm.h"
#include "gateway/api/plans.h"
#include "gateway/api/policies.h"
#include "gateway/api/provider_preferences.h"
#include "gateway/api/routes/row.h"
#include "gateway/api/routing_preview.h"
#include "gateway/api/security_settings.h"

namespace tollgate::rows {

// clang-format off
inline constexpr Operation kSettingsRoutes[] = {
    {kGet, "/api/organizations/{organization}/llm", "llm", see_settings, readers, {show_llm},
     "Show the LLM default, and what it allows", {.answer = &kOrganizationLlm}},
    {kPut, "/api/organizations/{organization}/llm", "llm", manage_settings, accounts, {set_llm, "llm.update"},
     "Set the LLM default, and what it allows", {.body = &kOrganizationLlmBody, .answer = &kOrganizationLlm}},
    {kPatch, "/api/organizations/{organization}/llm", "llm", manage_settings, accounts, {change_llm, "llm.update"},
     "Change some of the LLM default", {.body = &kOrganizationLlmChange, .answer = &kOrganizationLlm}},
    {kGet, "/api/organizations/{organization}/projects/{project}/llm", "project_llm",
     see_settings, readers, {show_project_llm},
     "Show a project's LLM default", {.answer = &kProjectLlm}},
    {kPut, "/api/organizations/{organization}/projects/{project}/llm", "project_llm",
     manage_settings, accounts, {set_project_llm, "project_llm.update"},
     "Set a project's LLM default", {.body = &kProjectLlmBody, .answer = &kProjectLlm}},
    {kPatch, "/api/organizations/{organization}/projects/{project}/llm", "project_llm",
     manage_settings, accounts, {change_project_llm, "project_llm.update"},
     "Change some of a project's LLM default", {.body = &kProjectLlmChange, .answer = &kProjectLlm}},
    {kDelete, "/api/organizations/{organization}/projects/{project}/llm", "project_llm",
     manage_settings, accounts, {clear_project_llm, "project_llm.clear"},
     "Clear a project's LLM default", {.answer = &kProjectLlm}},
    {kGet, "/api/organizations/{organization}/provider-preferences", "provider_preferences",
     see_settings, readers, {show_provider_preferences},
     "Show which providers may serve requests", {.answer = &kProviderSettings}},
    {kPut, "/api/organizations/{organization}/provider-preferences", "provider_preferences",
     manage_settings, accounts, {set_provider_preferences, "provider_preferences.update"},
     "Set which providers may serve requests", {.body = &kProviderSettingsBody, .answer = &kProviderSettings}},
    {kPatch, "/api/organizations/{organization}/provider-preferences", "provider_preferences",
     manage_settings, accounts, {change_provider_preferences, "provider_preferences.update"},
     "Change some of what providers must be", {.body = &kProviderSettingsBody, .answer = &kProviderSettings}},
    {kPost, "/api/organizations/{organization}/routing/preview", "routing_preview",
     see_settings, readers, {preview_routing},
     "Show where a request would go and why, without calling anyone",
     {.body = &kAnyObject, .answer = &kRoutingPreview}},
    {kGet, "/api/organizations/{organization}/privacy", "privacy", see_settings, readers, {show_privacy},
     "Show what providers may do with requests", {.answer = &kPrivacy}},
    {kPut, "/api/organizations/{organization}/privacy", "privacy",
     manage_settings, accounts, {set_privacy, "privacy.update"},
     "Set what providers may do with requests", {.body = &kPrivacyBody, .answer = &kPrivacy}},
    {kPatch, "/api/organizations/{organization}/privacy", "privacy",
     manage_settings, accounts, {change_privacy, "privacy.update"},
     "Change some of what providers may do", {.body = &kPrivacyChange, .answer = &kPrivacy}},
    {kGet, "/api/organizations/{organization}/security", "security_settings",
     see_settings, readers, {show_security_settings},
     "Show what the organization demands of how people sign in", {.answer = &kSecuritySettings}},
    {kPut, "/api/organizations/{organization}/security", "security_settings",
     Permission::change_organization, accounts, {set_security_settings, "security.update"},
     "Set what the organization demands of how people sign in",
     {.body = &kSecuritySettingsBody, .answer = &kSecuritySettings}},
    {kGet, "/api/organizations/{organization}/retention", "retention", see_settings, readers, {show_retention},
     "Show how long usage detail is kept", {.answer = &kRetention}},
    {kPut, "/api/organizations/{organization}/retention", "retention",
     manage_settings, accounts, {set_retention, "retention.update"},
     "Set how long usage detail is kept", {.body = &kRetentionBody, .answer = &kRetention}},
    {kGet, "/api/organizations/{organization}/credit_policy", "credit_policy",
     see_settings, readers, {show_credit_policy},
     "Show what becomes of streams when credit runs out", {.answer = &kCreditPolicy}},
    {kPut, "/api/organizations/{organization}/credit_policy", "credit_policy",
     grant_credit, accounts, {set_credit_policy, "credit_policy.update"},
     "Set what becomes of streams when credit runs out", {.body = &kCreditPolicyBody, .answer = &kCreditPolicy}},
    {kGet, "/api/organizations/{organization}/alerts", "organization_alerts", see_settings, readers, {show_alerts},
     "Show of what people are told by mail", {.answer = &kAlerts}},
    {kPut, "/api/organizations/{organization}/alerts", "organization_alerts",
     manage_settings, accounts, {set_alerts, "alerts.update"},
     "Set of what people are told by mail", {.body = &kAlertsBody, .answer = &kAlerts}},
    {kGet, "/api/organizations/{organization}/limits", "organization_limits", see_settings, readers, {show_limits},
     "Show the organization's limits", {.answer = &kLimits}},
    {kPut, "/api/organizations/{organization}/limits", "organization_limits",
     manage_limits, accounts, {set_limits, "limits.update"},
     "Replace the organization's limits", {.body = &kLimitsBody, .answer = &kLimits}},
    {kPatch, "/api/organizations/{organization}/limits", "organization_limits",
     manage_limits, accounts, {change_limits, "limits.update"},
     "Change some of the organization's limits", {.body = &kLimitsChange, .answer = &kLimits}},
    {kGet, "/api/organizations/{organization}/plan", "organization_plan", see_organization, readers, {show_plan},
     "Show the organization's plan and how much of it is used", {.answer = &kOrganizationPlan}},
    {kPut, "/api/organizations/{organization}/plan", "organization_plan",
     manage_instance, accounts, {set_plan, "plan.update"},
     "Give the organization a plan, and numbers in place of the plan's",
     {.body = &kNewOrganizationPlan, .answer = &kOrganizationPlan}},
    {kGet, "/api/organizations/{organization}/billing", "organization_billing", see_billing, readers, {show_billing},
     "Show to whom credit is invoiced", {.answer = &kBilling}},
    {kPatch, "/api/organizations/{organization}/billing", "organization_billing",
     change_billing, accounts, {change_billing_details, "billing.update"},
     "Change to whom credit is invoiced", {.body = &kBillingChange, .answer = &kBilling}},
};
// clang-format on

}  // namespace tollgate::rows
