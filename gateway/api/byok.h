// OpenRouter's management of provider keys, with its names and its paging: the same keys as those of
// gateway/api/provider_keys.h, always about the organization of the key that calls. What OpenRouter has and the gateway
// lacks is refused, never dropped: whoever narrows a key must not get one that is wider.
#pragma once

#include <array>

#include "gateway/api/call.h"
#include "gateway/api/keys.h"
#include "gateway/api/openrouter_management.h"

namespace tollgate {

ApiAnswer list_byok_keys(Call& call);
ApiAnswer show_byok_key(Call& call);
// A key is always tried at its provider first: OpenRouter's body has nothing that would skip that.
Error try_new_byok_key(Call& call);
ApiAnswer create_byok_key(Call& call, Change& change);
Error try_changed_byok_key(Call& call);
ApiAnswer update_byok_key(Call& call, Change& change);
ApiAnswer delete_byok_key(Call& call, Change& change);

inline constexpr std::uint32_t kUsualByokPage = 50;

inline constexpr std::array kByokQueryFields = {
    kOffsetField,
    fields::integer("limit").from(1, kOffsetPage).note("How many, at most; 50 if absent"),
    fields::text("provider").note("Only those of this provider"),
    fields::uuid("workspace_id").note("A project; all of its organization's keys are in it"),
};
inline constexpr Schema kByokQuery{"ByokQuery", kByokQueryFields};

inline constexpr Field kByokNameField = fields::text("name").or_null().from(1, kMaxNameBytes);
inline constexpr Field kByokSecretField =
    fields::text("key").from(kMinProviderSecretBytes, kMaxProviderSecretBytes).note("The secret; it is never shown");
inline constexpr std::array kByokSharedFields = {
    fields::texts("allowed_models").or_null().note("null: all"),
    fields::texts("allowed_api_key_hashes").or_null().note("Hashes of the organization's keys; null: all"),
    fields::texts("allowed_user_ids").or_null().note("Always null: use allowed_api_key_hashes"),
    fields::flag("declared_zdr").or_null().note("Always null"),
    fields::text("declared_region").or_null().note("Always null: the gateway has no regions; global is taken for null"),
    fields::flag("disabled"),
    fields::flag("is_byok_only").note("Always false: a project of the mode api-keys spends no credit"),
    fields::flag("is_fallback").note("Is tried after the operator's own"),
    fields::flag("is_required").note("Always false, as is_byok_only"),
};
inline constexpr auto kNewByokKeyFields =
    joined(std::array{fields::text("provider").required().from(1, kMaxNameBytes),
                      kByokNameField.note("Absent: the provider's name, with a number where that is taken"),
                      kByokSecretField.required(),
                      fields::uuid("workspace_id").or_null().note("Always null: keys are of the whole organization")},
           kByokSharedFields);
inline constexpr Schema kNewByokKey{"NewByokKey", kNewByokKeyFields};

inline constexpr std::array kByokShownFields = {fields::uuid("id"),
                                                fields::text("provider"),
                                                fields::text("label").note("**** and its last characters"),
                                                fields::integer("sort_order").note("The least goes first"),
                                                fields::uuid("workspace_id").or_null().note("Always null"),
                                                fields::time("created_at")};
inline constexpr auto kByokKeyFields = joined(std::array{fields::text("name")}, kByokShownFields, kByokSharedFields);
inline constexpr Schema kByokKey{"ByokKey", kByokKeyFields};
// The whole object may come back; what is only shown stays.
inline constexpr auto kByokChangeFields =
    joined(std::array{kByokNameField.note("null: as if it had never had one"), kByokSecretField}, kByokShownFields,
           kByokSharedFields);
inline constexpr Schema kByokChange{"ByokKeyChange", kByokChangeFields};
inline constexpr std::array kByokKeyDataFields = {fields::object("data", kByokKey)};
inline constexpr Schema kByokKeyData{"ByokKeyData", kByokKeyDataFields};
inline constexpr std::array kByokKeysFields = {
    fields::list("data", kByokKey).note("By provider, then in the order in which they are tried"),
    fields::integer("total_count")};
inline constexpr Schema kByokKeys{"ByokKeys", kByokKeysFields};

}  // namespace tollgate
