// The API keys of an organization.
#pragma once

#include "gateway/api/keys.h"
#include "gateway/api/limits.h"
#include "gateway/api/routes/row.h"

namespace tollgate::rows {

// clang-format off
inline constexpr Operation kKeysRoutes[] = {
    {kGet, "/api/organizations/{organization}/keys", "keys", see_keys, readers, {list_keys},
     "List API keys", {.query = &kKeysQuery, .answer = &kKeyPage}},
    {kPost, "/api/organizations/{organization}/keys", "keys", create_keys, accounts, {create_key, "key.create"},
     "Create an API key; its plaintext is shown once",
     {.body = &kNewKeyBody, .answer = &kNewKeyAnswer, .status = 201}},
    {kGet, "/api/organizations/{organization}/keys/{key}", "organization_key", see_keys, readers, {show_key},
     "Show an API key", {.answer = &kKeyData}},
    {kPatch, "/api/organizations/{organization}/keys/{key}", "organization_key",
     manage_keys, accounts, {update_key, "key.update"},
     "Change an API key", {.body = &kKeyChangeBody, .answer = &kKeyData}},
    {kDelete, "/api/organizations/{organization}/keys/{key}", "organization_key",
     manage_keys, accounts, {delete_key, "key.delete"},
     "Delete an API key", {.answer = &kDeleted}},
    {kPost, "/api/organizations/{organization}/keys/{key}/rotate", "key_rotate",
     manage_keys, accounts, {rotate_key, "key.rotate"},
     "Give an API key another secret; it is shown once",
     {.body = &kRotationBody, .answer = &kNewKeyAnswer, .body_optional = true, .versioned = true}},
    {kGet, "/api/organizations/{organization}/keys/{key}/limits", "key_limits", see_keys, readers, {show_limits},
     "Show a key's limits", {.answer = &kLimits}},
    {kPut, "/api/organizations/{organization}/keys/{key}/limits", "key_limits",
     manage_keys, accounts, {set_limits, "limits.update"},
     "Replace a key's limits", {.body = &kLimitsBody, .answer = &kLimits}},
    {kPatch, "/api/organizations/{organization}/keys/{key}/limits", "key_limits",
     manage_keys, accounts, {change_limits, "limits.update"},
     "Change some of a key's limits", {.body = &kLimitsChange, .answer = &kLimits}},
};
// clang-format on

}  // namespace tollgate::rows
