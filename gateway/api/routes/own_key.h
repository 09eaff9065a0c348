// OpenRouter's management surface: what a key may know of itself and of its organization.
#pragma once

#include "gateway/api/analytics.h"
#include "gateway/api/analytics_query.h"
#include "gateway/api/analytics_words.h"
#include "gateway/api/credits.h"
#include "gateway/api/generation.h"
#include "gateway/api/keys.h"
#include "gateway/api/openrouter_management.h"
#include "gateway/api/routes/row.h"

namespace tollgate::rows {

// clang-format off
inline constexpr Operation kOwnKeyRoutes[] = {
    {kGet, "/api/v1/key", "key", see_own_key, readers, {show_own_key},
     "Show the calling key", {.answer = &kOwnKeyData}},
    {kGet, "/api/v1/auth/key", "key", see_own_key, readers, {show_own_key},
     "Show the calling key", {.answer = &kOwnKeyData}},
    {kGet, "/api/v1/credits", "credits", see_own_credits, worker, {show_own_credits},
     "Show the credit of the calling key's organization", {.answer = &kOwnCreditsData}},
    {kGet, "/api/v1/generation", "generation", see_own_generation, readers, {show_generation},
     "Show a finished request", {.query = &kGenerationQuery, .answer = &kGenerationData}},
    {kGet, "/api/v1/activity", "activity", see_activity, readers, {show_daily_activity},
     "List usage by day, model and provider", {.query = &kDailyActivityQuery, .answer = &kDailyActivity}},
    {kPost, "/api/v1/analytics/query", "analytics_query", see_activity, readers, {query_analytics},
     "Sum usage over time and by dimensions", {.body = &kAnalyticsRequest, .answer = &kAnalyticsResultData}},
    {kGet, "/api/v1/analytics/meta", "analytics_meta", see_activity, readers, {show_analytics_meta},
     "List what analytics can be asked for", {.answer = &kAnalyticsMetaData}},
    {kGet, "/api/v1/keys", "workspace_keys", see_keys, readers, {list_workspace_keys},
     "List the API keys of a workspace", {.query = &kWorkspaceKeysQuery, .answer = &kWorkspaceKeys}},
    {kPost, "/api/v1/keys", "workspace_keys", create_keys, accounts, {create_workspace_key, "key.create"},
     "Create an API key in a workspace; its plaintext is shown once",
     {.body = &kNewWorkspaceKey, .answer = &kNewKeyAnswer, .status = 201}},
    {kGet, "/api/v1/keys/{key}", "workspace_key", see_keys, readers, {show_workspace_key},
     "Show an API key", {.answer = &kKeyData}},
    {kPatch, "/api/v1/keys/{key}", "workspace_key", manage_keys, accounts, {update_workspace_key, "key.update"},
     "Change an API key", {.body = &kKeyChangeBody, .answer = &kKeyData}},
    {kDelete, "/api/v1/keys/{key}", "workspace_key", manage_keys, accounts, {delete_workspace_key, "key.delete"},
     "Delete an API key", {.answer = &kDeleted}},
    {kPost, "/api/v1/keys/{key}/rotate", "workspace_key_rotate",
     manage_keys, accounts, {rotate_workspace_key, "key.rotate"},
     "Give an API key another secret; it is shown once",
     {.body = &kRotationBody, .answer = &kNewKeyAnswer, .body_optional = true, .versioned = true}},
    {kGet, "/api/v1/organization/members", "organization_members",
     see_members, readers, {list_organization_members},
     "List the members of the calling key's organization",
     {.query = &kOrganizationMembersQuery, .answer = &kOrganizationMembers}},
};
// clang-format on

}  // namespace tollgate::rows
