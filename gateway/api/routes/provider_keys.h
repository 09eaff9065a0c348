// An organization's own credentials at providers.
#pragma once

#include "gateway/api/provider_keys.h"
#include "gateway/api/routes/row.h"

namespace tollgate::rows {

// clang-format off
inline constexpr Operation kProviderKeysRoutes[] = {
    {kGet, "/api/organizations/{organization}/provider-keys", "provider_keys",
     manage_provider_keys, readers, {list_provider_keys},
     "List provider keys, the oldest first", {.query = &kPageQuery, .answer = &kProviderKeyPage}},
    {kPost, "/api/organizations/{organization}/provider-keys", "provider_keys",
     manage_provider_keys, outside, {try_new_provider_key, create_provider_key, "provider_key.create"},
     "Store a key at a provider; it is tried there before",
     {.body = &kNewProviderKey, .answer = &kProviderKey, .status = 201}},
    {kGet, "/api/organizations/{organization}/provider-keys/{provider_key}", "provider_key",
     manage_provider_keys, readers, {show_provider_key},
     "Show a provider key, without its secret", {.answer = &kProviderKey}},
    {kPatch, "/api/organizations/{organization}/provider-keys/{provider_key}", "provider_key",
     manage_provider_keys, outside, {try_changed_provider_key, update_provider_key, "provider_key.update"},
     "Change a provider key, or replace its secret", {.body = &kProviderKeyChange, .answer = &kProviderKey}},
    {kDelete, "/api/organizations/{organization}/provider-keys/{provider_key}", "provider_key",
     manage_provider_keys, accounts, {delete_provider_key, "provider_key.delete"},
     "Delete a provider key with its secret", {.answer = &kDeleted}},
    {kPost, "/api/organizations/{organization}/provider-keys/{provider_key}/test", "provider_key_test",
     manage_provider_keys, outside, {test_provider_key},
     "Try a provider key at its provider", {.answer = &kProviderKeyTest}},
};
// clang-format on

}  // namespace tollgate::rows
