// Provider keys: an organization's own credentials at providers. A secret is never shown again.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "accounting/accounts/provider_key.h"
#include "gateway/api/call.h"
#include "gateway/api/keys.h"
#include "gateway/api/paging.h"

namespace tollgate {

// --- What every surface of them does alike: this one, and byok.h.

// The one that the path names, if it is the organization's. It lives as long as the directory.
const ProviderKey* find_provider_key(const Call& call, const Directory& directory);
ApiAnswer no_such_provider_key();
// null where there are none.
void write_list(std::string_view name, const std::vector<std::string>& texts, JsonWriter& json);

// --- The routes.

ApiAnswer list_provider_keys(Call& call);
ApiAnswer show_provider_key(Call& call);
// Before a new secret, or a new base_url, is stored it is tried at the provider: this is, unless `skip_test` is true.
Error try_new_provider_key(Call& call);
ApiAnswer create_provider_key(Call& call, Change& change);
Error try_changed_provider_key(Call& call);
ApiAnswer update_provider_key(Call& call, Change& change);
ApiAnswer delete_provider_key(Call& call, Change& change);
// Tries the stored one.
ApiAnswer test_provider_key(Call& call);

inline constexpr Field kLabelField = fields::text("label").from(1, kMaxNameBytes);
inline constexpr Field kBaseUrlField = fields::text("base_url")
                                           .from(1, kMaxBaseUrlBytes)
                                           .or_null()
                                           .note(
                                               "null: the provider's. https, to a public address, unless the "
                                               "operator allows others");
inline constexpr Field place_field(std::string_view name, std::string_view about) {
    return fields::text(name).from(1, kMaxPlaceBytes).or_null().note(about);
}
inline constexpr std::array kPlaceFields = {place_field("region", "Of google-vertex and amazon-bedrock"),
                                            place_field("resource", "Of azure"),
                                            place_field("deployment", "Of azure; null: as requests name their model"),
                                            place_field("project", "Of google-vertex: the cloud's")};
inline constexpr Field kPriorityField = fields::integer("priority").from(0, kMostPriority).note("The least goes first");
inline constexpr Field kAllowedModelsField = fields::texts("allowed_models").or_null().note("null: all");
inline constexpr Field kAllowedKeysField =
    fields::texts("allowed_keys").or_null().note("Hashes of the organization's keys; null: all");
inline constexpr Field kSkipTestField =
    fields::flag("skip_test").note("Stores it without trying it at the provider; false if absent");

inline constexpr auto kNewProviderKeyFields = joined(
    kPlaceFields, std::array{
                      fields::text("provider")
                          .required()
                          .from(1, kMaxNameBytes)
                          .note("As the gateway's configuration names it, or a known kind; custom: with base_url"),
                      kLabelField.required(),
                      fields::text("secret").required().from(kMinProviderSecretBytes, kMaxProviderSecretBytes),
                      kBaseUrlField,
                      kPriorityField,
                      kAllowedModelsField,
                      kAllowedKeysField,
                      fields::flag("is_fallback").note("Is tried after the operator's own; false if absent"),
                      fields::flag("disabled"),
                      kSkipTestField,
                  });
inline constexpr Schema kNewProviderKey{"NewProviderKey", kNewProviderKeyFields};

inline constexpr auto kProviderKeyFields =
    joined(kPlaceFields, std::array{
                             fields::uuid("id"),
                             fields::text("provider"),
                             kLabelField,
                             kBaseUrlField,
                             fields::text("origin").note("The secret is sent nowhere else"),
                             fields::flag("testable").note("Whether the gateway can try it at the provider"),
                             fields::text("secret").note("**** and its last characters"),
                             kPriorityField,
                             kAllowedModelsField,
                             kAllowedKeysField,
                             fields::flag("is_fallback"),
                             fields::flag("disabled"),
                             fields::uuid("created_by_user_id").or_null(),
                             fields::time("secret_set_at"),
                             fields::time("created_at"),
                             fields::time("updated_at"),
                             fields::integer("version"),
                         });
inline constexpr Schema kProviderKey{"ProviderKey", kProviderKeyFields};
inline constexpr std::array kProviderKeyPageFields = {fields::list("data", kProviderKey), kNextCursor};
inline constexpr Schema kProviderKeyPage{"ProviderKeyPage", kProviderKeyPageFields};
// The whole object may come back; its masked secret is then no new one.
inline constexpr auto kProviderKeyChangeFields = joined(kProviderKeyFields, std::array{kSkipTestField});
inline constexpr Schema kProviderKeyChange{"ProviderKeyChange", kProviderKeyChangeFields};
inline constexpr std::array kProviderKeyTestFields = {
    fields::flag("tested").note("false: keys of the provider cannot be tried"),
    fields::flag("accepted").or_null().note("null: it was not tested"),
    fields::integer("status").or_null().note("Of the provider's reply; null: there was none"),
    fields::integer("models").or_null().note("How many its list has"),
    fields::text("message").or_null().note("What is wrong"),
};
inline constexpr Schema kProviderKeyTest{"ProviderKeyTest", kProviderKeyTestFields};

}  // namespace tollgate
