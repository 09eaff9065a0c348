// Every key of every family, in one place. Integers are big-endian, so that byte order is numeric order.
//
//   family       key                                          value
//   system       "schema_version", "boot_epoch", ...          u64 (encode_u64)
//                "last_use/k" + key digest (32 bytes),        Unix ms (accounting/usage/last_uses.h)
//                "last_use/m" + organization id + user id
//   accounts     "org/<uuid>", "project/<uuid>",              JSON document
//                "key/<64 hex>", "root",
//                "user/<uuid>", "invitation/<uuid>",
//                "member/<organization>/<user>",
//                "former_key/<64 hex>", "former_user/<uuid>",
//                "former_project/<uuid>" (deleted)
//                "voucher/<64 hex>", "allowance/<uuid>",
//                "alert/<organization>/<what it is about>",
//                "credit_request/<organization>/<uuid>",
//                "second_factors/<user uuid>", "factor_secrets/<user uuid>",
//                "passkey/<64 hex>" (the credential id's digest),
//                "git_claim/<uuid>",
//                "preset/<organization>/<uuid>",
//                "preset_version/<organization>/<uuid>/<8 digits>",
//                "data_key/<uuid>" (of an organization),
//                "provider_key/<uuid>", "provider_secret/<uuid>",
//                "email_link/<64 hex>",
//                "session/<64 hex>", "password/<user uuid>", "setup",
//                "person_link/<user uuid>",
//                "identity/<64 hex>",
//                "identity_of/<user>/<64 hex>" (of the issuer),
//                "mail/<SHA-256 of the address>/<uuid>"
//                "mail_due/<time, 16 hex>/" + such a key      "{}"
//   money        block u64                                    money block (store/journal.h)
//   usage        retention class u8, day u32, block u64       usage block (store/journal.h)
//   block_index  block u64                                    BlockIndexEntry (store/journal.h)
//   balances     'o' + organization id (16 bytes)             absolute balance with its block
//                'k' + organization id + key digest (32),  what a spender was charged by window
//                'p' + 32 zeros + project id,
//                'm' + organization id + 16 zeros + user id,
//                'w' + 32 zeros + organization id
//                'g' + organization id + transaction ULID     a lot of credit (accounting/ledger/credit_lots.h)
//   organization_usage  retention class u8, day u32,         rows of one organization (accounting/usage/usage_chunks.h)
//                organization (16 bytes), block u64, row u32
//   rollups      grain u8, day u32, organization (16 bytes),  counters of one bucket (accounting/usage/rollups.h)
//                bucket u32, dimensions' hash (16 bytes)
//   idempotency  SHA-256 of scope and the caller's key        what the event did
//   transactions 'h' + organization id + ULID                 HistoryRow (accounting/ledger/transaction_history.h)
//                'r' + organization id + request ULID         what was refunded of a request so far
//   changes      'c' + change number u64                      the keys of the documents it changed, one a line
//                'a' + organization id + change number u64    AuditEntry (accounting/accounts/audit.h)
//                'i' + SHA-256 of scope and caller's key      StoredAnswer (accounting/accounts/answers.h)
//                'd' + organization id + day u32 + hash       RefusedAct (accounting/accounts/refusals.h)
//                'e' + time of expiry u64, Unix ms + SHA-256  nothing; names an 'i'
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tollgate {

// --- system
inline constexpr std::string_view kSchemaVersionKey = "schema_version";
inline constexpr std::string_view kBootEpochKey = "boot_epoch";
inline constexpr std::string_view kCommitSequenceKey = "commit_sequence";    // in every commit, one more each time
inline constexpr std::string_view kCheckpointBlockKey = "checkpoint_block";  // all balances include blocks up to it

inline constexpr std::string_view kIndexedBlockKey = "indexed_block";  // organization_usage and rollups include it
// Usage detail of this retention class has been deleted for all earlier days (u64: days since 1970-01-01 UTC).
std::string retained_from_day_key(std::uint8_t retention_class);

// When a key was last used, and a person was last active in an organization.
std::string last_use_of_key_key(const std::array<std::uint8_t, 32>& digest);
std::string last_use_of_member_key(const std::array<std::uint8_t, 16>& organization,
                                   const std::array<std::uint8_t, 16>& user);

// The value of a counter or watermark. decode returns nullopt unless there are exactly eight bytes.
std::string encode_u64(std::uint64_t value);
std::optional<std::uint64_t> decode_u64(std::string_view value);

// --- money, block_index
std::string block_key(std::uint64_t block);
std::optional<std::uint64_t> parse_block_key(std::string_view key);

// --- usage
struct UsageKey {
    std::uint8_t retention_class = 0;
    std::uint32_t day = 0;  // days since 1970-01-01 UTC
    std::uint64_t block = 0;
    auto operator<=>(const UsageKey&) const = default;
};
std::string usage_key(const UsageKey& key);
std::optional<UsageKey> parse_usage_key(std::string_view key);
// Where a day of one class begins, in usage and in organization_usage; its end is the beginning of the next day.
std::string usage_day_begin(std::uint8_t retention_class, std::uint32_t day);
inline constexpr std::size_t kMaxRetentionClasses = 16;  // classes are 0..15

// --- balances
using OrganizationIdBytes = std::array<std::uint8_t, 16>;
inline constexpr std::string_view kOrganizationBalancePrefix = "o";
inline constexpr char kKeySpenderPrefix = 'k', kProjectSpenderPrefix = 'p', kMemberSpenderPrefix = 'm',
                      kOrganizationSpenderPrefix = 'w';
inline constexpr std::size_t kSpenderKeyBytes = 49;
std::string organization_balance_key(const OrganizationIdBytes& organization);
std::optional<OrganizationIdBytes> parse_organization_balance_key(std::string_view key);
bool is_spender_balance_key(std::string_view key);

// --- organization_usage. A row is named by the block and the place in it where it was journaled.
struct OrganizationUsageKey {
    std::uint8_t retention_class = 0;
    std::uint32_t day = 0;  // UTC day in which the rows were settled
    OrganizationIdBytes organization{};
    std::uint64_t block = 0;  // of the first row
    std::uint32_t row = 0;
    auto operator<=>(const OrganizationUsageKey&) const = default;
};
std::string organization_usage_key(const OrganizationUsageKey& key);
std::optional<OrganizationUsageKey> parse_organization_usage_key(std::string_view key);

// --- rollups. `day` groups the buckets of a grain so that whole days can be dropped; 0 for those that are kept.
struct RollupKey {
    std::uint8_t grain = 0;
    std::uint32_t day = 0;
    OrganizationIdBytes organization{};
    std::uint32_t bucket = 0;
    std::array<std::uint8_t, 16> dimensions{};
    auto operator<=>(const RollupKey&) const = default;
};
std::string rollup_key(const RollupKey& key);
std::optional<RollupKey> parse_rollup_key(std::string_view key);
// The least key of a bucket: where a scan of it begins, or one of the bucket before ends.
std::string rollup_bucket_begin(std::uint8_t grain, std::uint32_t day, const OrganizationIdBytes& organization,
                                std::uint32_t bucket);
std::string rollup_day_begin(std::uint8_t grain, std::uint32_t day);

inline constexpr std::string_view kCreditLotPrefix = "g";
using UlidBytes = std::array<std::uint8_t, 16>;
struct OrganizationAndUlid {
    OrganizationIdBytes organization;
    UlidBytes ulid;
};
std::string credit_lot_key(const OrganizationIdBytes& organization, const UlidBytes& transaction);
std::optional<OrganizationAndUlid> parse_credit_lot_key(std::string_view key);

// --- transactions
std::string history_key(const OrganizationIdBytes& organization, const UlidBytes& transaction);
std::optional<OrganizationAndUlid> parse_history_key(std::string_view key);
// Where a row of the history is that is not listed by its own transaction's id.
std::string moved_row_key(const OrganizationIdBytes& organization, const UlidBytes& transaction);
std::optional<OrganizationAndUlid> parse_moved_row_key(std::string_view key);
inline constexpr std::string_view kRefundedPrefix = "r";
std::string refunded_key(const OrganizationIdBytes& organization, const UlidBytes& request);
std::optional<OrganizationAndUlid> parse_refunded_key(std::string_view key);

// --- accounts. The caller passes ids as text: lower-case UUIDs and hexadecimal digests.
inline constexpr std::string_view kOrganizationDocumentPrefix = "org/";
inline constexpr std::string_view kProjectDocumentPrefix = "project/";
inline constexpr std::string_view kFormerProjectDocumentPrefix = "former_project/";
inline constexpr std::string_view kKeyDocumentPrefix = "key/";
inline constexpr std::string_view kFormerKeyDocumentPrefix = "former_key/";
inline constexpr std::string_view kMemberDocumentPrefix = "member/";
inline constexpr std::string_view kUserDocumentPrefix = "user/";
inline constexpr std::string_view kFormerUserDocumentPrefix = "former_user/";
inline constexpr std::string_view kSecondFactorsDocumentPrefix = "second_factors/";
inline constexpr std::string_view kFactorSecretsDocumentPrefix = "factor_secrets/";
inline constexpr std::string_view kPasskeyDocumentPrefix = "passkey/";
inline constexpr std::string_view kInvitationDocumentPrefix = "invitation/";
inline constexpr std::string_view kVoucherDocumentPrefix = "voucher/";
inline constexpr std::string_view kCreditRequestDocumentPrefix = "credit_request/";
inline constexpr std::string_view kAllowanceDocumentPrefix = "allowance/";
inline constexpr std::string_view kAlertDocumentPrefix = "alert/";
inline constexpr std::string_view kGitClaimDocumentPrefix = "git_claim/";
inline constexpr std::string_view kPresetDocumentPrefix = "preset/";
inline constexpr std::string_view kPresetVersionDocumentPrefix = "preset_version/";
inline constexpr std::string_view kDataKeyDocumentPrefix = "data_key/";
inline constexpr std::string_view kProviderKeyDocumentPrefix = "provider_key/";
inline constexpr std::string_view kProviderSecretDocumentPrefix = "provider_secret/";
inline constexpr std::string_view kEmailLinkDocumentPrefix = "email_link/";
inline constexpr std::string_view kSessionDocumentPrefix = "session/";
inline constexpr std::string_view kPasswordDocumentPrefix = "password/";
inline constexpr std::string_view kPersonLinkDocumentPrefix = "person_link/";
inline constexpr std::string_view kIdentityDocumentPrefix = "identity/", kIdentityOfDocumentPrefix = "identity_of/";
inline constexpr std::string_view kMailDocumentPrefix = "mail/", kMailDuePrefix = "mail_due/";
inline constexpr std::string_view kRootDocumentKey = "root", kSetupDocumentKey = "setup";
std::string organization_document_key(std::string_view uuid);
std::string project_document_key(std::string_view uuid);
std::string former_project_document_key(std::string_view uuid);
std::string key_document_key(std::string_view digest_hex);
std::string former_key_document_key(std::string_view digest_hex);
std::string member_document_key(std::string_view organization_uuid, std::string_view user_uuid);
std::string user_document_key(std::string_view uuid);
std::string former_user_document_key(std::string_view uuid);
std::string second_factors_document_key(std::string_view user_uuid);
std::string factor_secrets_document_key(std::string_view user_uuid);
std::string passkey_document_key(std::string_view digest_hex);
std::string invitation_document_key(std::string_view uuid);
std::string voucher_document_key(std::string_view digest_hex);
std::string credit_request_document_key(std::string_view organization_uuid, std::string_view uuid);
std::string allowance_document_key(std::string_view uuid);
std::string alert_document_key(std::string_view organization_uuid, std::string_view about);
std::string git_claim_document_key(std::string_view uuid);
std::string preset_document_key(std::string_view organization_uuid, std::string_view uuid);
std::string preset_version_document_prefix(std::string_view organization_uuid, std::string_view uuid);
std::string preset_version_document_key(std::string_view organization_uuid, std::string_view uuid,
                                        std::int64_t version);  // in order of the versions
std::string data_key_document_key(std::string_view organization_uuid);
std::string provider_key_document_key(std::string_view uuid);
std::string provider_secret_document_key(std::string_view uuid);
std::string email_link_document_key(std::string_view digest_hex);
std::string session_document_key(std::string_view digest_hex);
std::string password_document_key(std::string_view user_uuid);
std::string person_link_document_key(std::string_view user_uuid);
std::string identity_document_key(std::string_view digest_hex);
std::string identity_of_document_prefix(std::string_view user_uuid);
std::string identity_of_document_key(std::string_view user_uuid, std::string_view issuer_hex);
std::string mail_document_key(std::string_view address_hex, std::string_view uuid);
std::string mail_due_document_key(std::uint64_t due_ms, std::string_view mail_document);
struct MailDue {
    std::uint64_t due_ms;
    std::string_view document;  // in the key that was parsed
};
std::optional<MailDue> parse_mail_due_document_key(std::string_view key);

// --- changes
inline constexpr std::string_view kChangePrefix = "c", kAuditPrefix = "a", kAnswerPrefix = "i",
                                  kAnswerExpiryPrefix = "e";
std::string change_key(std::uint64_t number);
std::optional<std::uint64_t> parse_change_key(std::string_view key);
std::string audit_key(const OrganizationIdBytes& organization, std::uint64_t change);
std::optional<std::uint64_t> parse_audit_key(std::string_view key);  // the change number
// `hash` is idempotency_key() below.
std::string answer_key(std::string_view hash);
std::string answer_expiry_key(std::uint64_t expires_ms, std::string_view hash);
struct AnswerExpiry {
    std::uint64_t expires_ms;
    std::string_view hash;  // in the key that was parsed
};
std::optional<AnswerExpiry> parse_answer_expiry_key(std::string_view key);

// `hash`: 16 bytes.
std::string refusal_key(const OrganizationIdBytes& organization, std::uint32_t day, std::string_view hash);
std::string refusal_day_begin(const OrganizationIdBytes& organization, std::uint32_t day);
struct RefusalPlace {
    OrganizationIdBytes organization;
    std::uint32_t day;
};
std::optional<RefusalPlace> parse_refusal_key(std::string_view key);  // also of where a day begins

// --- idempotency. One caller's key in two scopes is two events.
std::string idempotency_key(std::string_view scope, std::string_view caller_key);

// The end of a scan over every key that starts with `prefix`. Empty, which a scan takes as "to the end of the family",
// if no greater key exists (the prefix is empty or all 0xff).
std::string prefix_end(std::string_view prefix);

}  // namespace tollgate
