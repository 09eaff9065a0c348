// An organization's own credentials at providers.
#pragma once

#include "gateway/api/byok.h"
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
    {kGet, "/api/v1/byok", "byok_keys", manage_provider_keys, readers, {list_byok_keys},
     "List the provider keys of the calling key's organization", {.query = &kByokQuery, .answer = &kByokKeys}},
    {kPost, "/api/v1/byok", "byok_keys",
     manage_provider_keys, outside, {try_new_byok_key, create_byok_key, "provider_key.create"},
     "Store a key at a provider; it is tried there before",
     {.body = &kNewByokKey, .answer = &kByokKeyData, .status = 201}},
    {kGet, "/api/v1/byok/{provider_key}", "byok_key", manage_provider_keys, readers, {show_byok_key},
     "Show a provider key, without its secret", {.answer = &kByokKeyData}},
    {kPatch, "/api/v1/byok/{provider_key}", "byok_key",
     manage_provider_keys, outside, {try_changed_byok_key, update_byok_key, "provider_key.update"},
     "Change a provider key, or replace its secret", {.body = &kByokChange, .answer = &kByokKeyData}},
    {kDelete, "/api/v1/byok/{provider_key}", "byok_key",
     manage_provider_keys, accounts, {delete_byok_key, "provider_key.delete"},
     "Delete a provider key with its secret", {.answer = &kDeleted}},
};
// clang-format on

}  // namespace tollgate::rows
