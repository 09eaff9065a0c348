// API keys: an organization's, and what a key may know of itself.
#pragma once

#include <array>

#include "accounting/accounts/key.h"
#include "gateway/api/call.h"
#include "gateway/api/key_budgets.h"
#include "gateway/api/key_rules.h"
#include "gateway/api/limits.h"
#include "gateway/api/organizations.h"
#include "gateway/api/paging.h"

namespace tollgate {

ApiAnswer list_keys(Call& call);
ApiAnswer create_key(Call& call, Change& change);
ApiAnswer show_key(Call& call);
ApiAnswer update_key(Call& call, Change& change);
ApiAnswer delete_key(Call& call, Change& change);
ApiAnswer rotate_key(Call& call, Change& change);
// The one that calls.
ApiAnswer show_own_key(Call& call);

// Whether the caller may see the key, which is of his organization.
bool is_visible(const Call& call, const KeyRecord& key);
// What keys and personal tokens share.
//   The member of kPreviousSecretField.
void write_previous_secret(const Call& call, const KeyRecord& key, JsonWriter& json);
//   Of the field "expires_at"; absent where it is as in `shown`, a JSON object: an old time is no offence there.
std::optional<std::int64_t> read_changed_expiry(Call& call, const std::string& shown);
//   The field "disabled"; absent where a whole object shows it as it is: then it is no order.
std::optional<bool> read_disabled(Call& call, const std::string& shown);
//   Of kRotationBody or kTokenRotationBody; look at the error of the call first. The key is of the change's directory.
//   `maker`: another one whose key it is from now on.
Result<NewKey> rotate(Call& call, Change& change, const KeyRecord& key, const std::optional<Id128>& maker = {});
//   The answer whose body the text is, with the secret of that key.
ApiAnswer secret_answer(JsonWriter& json, const KeyRecord& made, int status);

// As an object of kKeyFields. The key is of the directory.
void write_key(const Call& call, const Directory& directory, const KeyRecord& key, JsonWriter& json);

inline constexpr std::array kNewKeyFields = {
    kNameField,
    fields::text("kind").or_null().one_of("inference|management|service"),
    fields::texts("scopes").or_null().note("Of a service key: git:attribute"),
    fields::uuid("project_id").or_null().note("Absent: the default project; management keys have none"),
    fields::uuid("creator_user_id").or_null(),
    kBudgetField,
    kResetField,
    fields::time("expires_at").or_null().note("In the future; null: never"),
    kKeyRulesField,
};
inline constexpr Schema kNewKeyBody{"NewKey", kNewKeyFields};

inline constexpr Field kPreviousSecretField = fields::time("previous_secret_expires_at")
                                                  .or_null()
                                                  .note("How long the secret of before still works; null: it does not");
inline constexpr std::array kTokenRotationFields = {
    fields::integer("grace_seconds")
        .from(0, kMostGraceSeconds)
        .or_null()
        .note("For which the secret of before still works; absent: it stops at once, and that of the key or token that "
              "calls after 60 s"),
    fields::integer("version").note("That the key or token must have"),
};
inline constexpr Schema kTokenRotationBody{"TokenRotation", kTokenRotationFields};
inline constexpr std::array kNewMakerFields = {
    fields::uuid("creator_user_id").note("A member, whose key it is from now on; without a grace")};
inline constexpr auto kRotationFields = joined(kTokenRotationFields, kNewMakerFields);
inline constexpr Schema kRotationBody{"Rotation", kRotationFields};

inline constexpr std::array kRateLimitFields = {fields::integer("requests").note("-1: unlimited"),
                                                fields::text("interval"), fields::text("note")};
inline constexpr Schema kRateLimit{"RateLimit", kRateLimitFields};
// OpenRouter's key object, with what it lacks.
inline constexpr std::array kKeyFields = {
    fields::key_hash("hash").note("SHA-256 of the key's first secret: its id, also when it has another one"),
    fields::text("label"),
    fields::text("name").from(1, 100),
    fields::flag("disabled"),
    kBudgetField,
    fields::usd("limit_remaining").or_null().note("Of the budget that has the least left, whose ever it is"),
    kResetField,
    fields::flag("include_byok_in_limit"),
    fields::usd("usage"),
    fields::usd("usage_daily"),
    fields::usd("usage_weekly"),
    fields::usd("usage_monthly"),
    fields::usd("byok_usage"),
    fields::usd("byok_usage_daily"),
    fields::usd("byok_usage_weekly"),
    fields::usd("byok_usage_monthly"),
    fields::flag("is_free_tier"),
    fields::flag("is_management_key"),
    fields::flag("is_provisioning_key"),
    fields::text("kind").one_of("inference|management|service|personal"),
    fields::texts("scopes").note("Of a service key or personal token"),
    fields::uuid("creator_user_id").or_null(),
    fields::uuid("organization_id").or_null().note("null: a personal token"),
    fields::uuid("project_id").or_null(),
    fields::uuid("workspace_id").or_null().note("OpenRouter's name of project_id"),
    fields::time("created_at").or_null(),
    fields::time("updated_at").or_null(),
    fields::time("expires_at").or_null(),
    fields::time("last_used_at").or_null().note("null: never"),
    kPreviousSecretField,
    fields::text("external_user").or_null().note("Always null: keys are of members, not of a partner's users"),
    fields::object("rate_limit", kRateLimit),
    fields::object("rules", kKeyRules).or_null().note("What the key leaves out; null: nothing"),
    fields::integer("version"),
};
inline constexpr Schema kKey{"Key", kKeyFields};
// Whoever changes a name may send back all that was shown.
inline constexpr Schema kKeyChangeBody{"KeyChange", kKeyFields};
inline constexpr std::array kKeyDataFields = {fields::object("data", kKey)};
inline constexpr Schema kKeyData{"KeyData", kKeyDataFields};
// What the key that calls is told beside that.
inline constexpr std::array kDailyRequestsFields = {fields::integer("used"), fields::integer("limit"),
                                                    fields::integer("remaining")};
inline constexpr Schema kDailyRequests{"DailyRequests", kDailyRequestsFields};
inline constexpr std::array kOwnKeyMoreFields = {
    fields::list("budgets", kKeyBudget).note("All that bound what this key spends"),
    fields::object("effective_budget", kKeyBudget).or_null().note("The one with the least left; null: there is none"),
    fields::texts("allowed_data_regions").note("Always global: the gateway has no regions"),
    fields::object("free_model_daily_requests", kDailyRequests).note("All 0: no models are free to everybody"),
};
inline constexpr auto kOwnKeyFields = joined(kKeyFields, kOwnKeyMoreFields);
inline constexpr Schema kOwnKey{"OwnKey", kOwnKeyFields};
inline constexpr std::array kOwnKeyDataFields = {fields::object("data", kOwnKey)};
inline constexpr Schema kOwnKeyData{"OwnKeyData", kOwnKeyDataFields};
inline constexpr std::array kNewKeyAnswerFields = {fields::object("data", kKey),
                                                   fields::text("key").note("The plaintext, shown this once")};
inline constexpr Schema kNewKeyAnswer{"NewKeyData", kNewKeyAnswerFields};
inline constexpr std::array kKeyFilterFields = {fields::uuid("project_id"), fields::uuid("creator_user_id"),
                                                fields::text("disabled").one_of("true|false")};
inline constexpr auto kKeysQueryFields = joined(kPageQueryFields, kKeyFilterFields);
inline constexpr Schema kKeysQuery{"KeysQuery", kKeysQueryFields};
inline constexpr std::array kKeyPageFields = {fields::list("data", kKey), kNextCursor};
inline constexpr Schema kKeyPage{"KeyPage", kKeyPageFields};
inline constexpr std::array kDeletedFields = {fields::flag("deleted")};
inline constexpr Schema kDeleted{"Deleted", kDeletedFields};

}  // namespace tollgate
