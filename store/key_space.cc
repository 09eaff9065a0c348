#include "store/key_space.h"

#include <openssl/sha.h>

#include <algorithm>
#include <charconv>

#include "store/big_endian.h"

namespace tollgate {
namespace {

constexpr std::size_t kUsageKeyBytes = 1 + 4 + 8;
constexpr std::size_t kOrganizationUsageKeyBytes = 1 + 4 + 16 + 8 + 4;
constexpr std::size_t kRollupKeyBytes = 1 + 4 + 16 + 4 + 16;
constexpr std::string_view kHistoryPrefix = "h";
constexpr std::string_view kMovedRowPrefix = "m";
constexpr std::string_view kRefusalPrefix = "d";

template <std::size_t N>
std::string tagged(std::string_view prefix, const std::array<std::uint8_t, N>& id) {
    std::string key(prefix);
    key.append(reinterpret_cast<const char*>(id.data()), N);
    return key;
}

template <std::size_t N>
std::optional<std::array<std::uint8_t, N>> parse_tagged(std::string_view prefix, std::string_view key) {
    if (key.size() != prefix.size() + N || !key.starts_with(prefix)) return std::nullopt;
    std::array<std::uint8_t, N> id;
    std::copy_n(reinterpret_cast<const std::uint8_t*>(key.data() + prefix.size()), N, id.begin());
    return id;
}

std::string tagged_pair(std::string_view prefix, const OrganizationIdBytes& organization, const UlidBytes& ulid) {
    std::string key = tagged(prefix, organization);
    key.append(reinterpret_cast<const char*>(ulid.data()), ulid.size());
    return key;
}

std::optional<OrganizationAndUlid> parse_tagged_pair(std::string_view prefix, std::string_view key) {
    const auto both = parse_tagged<32>(prefix, key);
    if (!both) return std::nullopt;
    OrganizationAndUlid ids;
    std::copy_n(both->begin(), ids.organization.size(), ids.organization.begin());
    std::copy_n(both->begin() + ids.organization.size(), ids.ulid.size(), ids.ulid.begin());
    return ids;
}

std::string joined(std::string_view prefix, std::string_view rest) {
    std::string key;
    key.reserve(prefix.size() + rest.size());
    return key.append(prefix).append(rest);
}

}  // namespace

std::string last_use_of_key_key(const std::array<std::uint8_t, 32>& digest) { return tagged("last_use/k", digest); }

std::string last_use_of_member_key(const OrganizationIdBytes& organization, const std::array<std::uint8_t, 16>& user) {
    return tagged_pair("last_use/m", organization, user);
}

std::string encode_u64(std::uint64_t value) {
    std::string out;
    append_big_endian(out, value);
    return out;
}

std::optional<std::uint64_t> decode_u64(std::string_view value) {
    if (value.size() != sizeof(std::uint64_t)) return std::nullopt;
    return read_big_endian<std::uint64_t>(value.data());
}

std::string block_key(std::uint64_t block) { return encode_u64(block); }

std::optional<std::uint64_t> parse_block_key(std::string_view key) { return decode_u64(key); }

std::string usage_key(const UsageKey& key) {
    std::string out = usage_day_begin(key.retention_class, key.day);
    append_big_endian(out, key.block);
    return out;
}

std::optional<UsageKey> parse_usage_key(std::string_view key) {
    if (key.size() != kUsageKeyBytes) return std::nullopt;
    return UsageKey{.retention_class = read_big_endian<std::uint8_t>(key.data()),
                    .day = read_big_endian<std::uint32_t>(key.data() + 1),
                    .block = read_big_endian<std::uint64_t>(key.data() + 5)};
}

std::string usage_day_begin(std::uint8_t retention_class, std::uint32_t day) {
    std::string out;
    out.reserve(kUsageKeyBytes);
    append_big_endian(out, retention_class);
    append_big_endian(out, day);
    return out;
}

std::string retained_from_day_key(std::uint8_t retention_class) {
    return "retained_from_day/" + std::to_string(retention_class);
}

std::string organization_usage_key(const OrganizationUsageKey& key) {
    std::string out = usage_day_begin(key.retention_class, key.day);
    out.append(reinterpret_cast<const char*>(key.organization.data()), key.organization.size());
    append_big_endian(out, key.block);
    append_big_endian(out, key.row);
    return out;
}

std::optional<OrganizationUsageKey> parse_organization_usage_key(std::string_view key) {
    if (key.size() != kOrganizationUsageKeyBytes) return std::nullopt;
    OrganizationUsageKey parsed{.retention_class = read_big_endian<std::uint8_t>(key.data()),
                                .day = read_big_endian<std::uint32_t>(key.data() + 1),
                                .organization = {},
                                .block = read_big_endian<std::uint64_t>(key.data() + 21),
                                .row = read_big_endian<std::uint32_t>(key.data() + 29)};
    std::copy_n(reinterpret_cast<const std::uint8_t*>(key.data() + 5), parsed.organization.size(),
                parsed.organization.begin());
    return parsed;
}

std::string rollup_day_begin(std::uint8_t grain, std::uint32_t day) { return usage_day_begin(grain, day); }

std::string rollup_bucket_begin(std::uint8_t grain, std::uint32_t day, const OrganizationIdBytes& organization,
                                std::uint32_t bucket) {
    std::string out = rollup_day_begin(grain, day);
    out.append(reinterpret_cast<const char*>(organization.data()), organization.size());
    append_big_endian(out, bucket);
    return out;
}

std::string rollup_key(const RollupKey& key) {
    std::string out = rollup_bucket_begin(key.grain, key.day, key.organization, key.bucket);
    out.append(reinterpret_cast<const char*>(key.dimensions.data()), key.dimensions.size());
    return out;
}

std::optional<RollupKey> parse_rollup_key(std::string_view key) {
    if (key.size() != kRollupKeyBytes) return std::nullopt;
    RollupKey parsed{.grain = read_big_endian<std::uint8_t>(key.data()),
                     .day = read_big_endian<std::uint32_t>(key.data() + 1),
                     .organization = {},
                     .bucket = read_big_endian<std::uint32_t>(key.data() + 21),
                     .dimensions = {}};
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(key.data());
    std::copy_n(bytes + 5, parsed.organization.size(), parsed.organization.begin());
    std::copy_n(bytes + 25, parsed.dimensions.size(), parsed.dimensions.begin());
    return parsed;
}

std::string organization_balance_key(const OrganizationIdBytes& organization) {
    return tagged(kOrganizationBalancePrefix, organization);
}

std::optional<OrganizationIdBytes> parse_organization_balance_key(std::string_view key) {
    return parse_tagged<16>(kOrganizationBalancePrefix, key);
}

bool is_spender_balance_key(std::string_view key) {
    constexpr std::array kPrefixes = {kKeySpenderPrefix, kProjectSpenderPrefix, kMemberSpenderPrefix,
                                      kOrganizationSpenderPrefix};
    return key.size() == kSpenderKeyBytes && std::ranges::find(kPrefixes, key.front()) != kPrefixes.end();
}

std::string credit_lot_key(const OrganizationIdBytes& organization, const UlidBytes& transaction) {
    return tagged_pair(kCreditLotPrefix, organization, transaction);
}

std::optional<OrganizationAndUlid> parse_credit_lot_key(std::string_view key) {
    return parse_tagged_pair(kCreditLotPrefix, key);
}

std::string history_key(const OrganizationIdBytes& organization, const UlidBytes& transaction) {
    return tagged_pair(kHistoryPrefix, organization, transaction);
}

std::optional<OrganizationAndUlid> parse_history_key(std::string_view key) {
    return parse_tagged_pair(kHistoryPrefix, key);
}

std::string moved_row_key(const OrganizationIdBytes& organization, const UlidBytes& transaction) {
    return tagged_pair(kMovedRowPrefix, organization, transaction);
}

std::optional<OrganizationAndUlid> parse_moved_row_key(std::string_view key) {
    return parse_tagged_pair(kMovedRowPrefix, key);
}

std::string refunded_key(const OrganizationIdBytes& organization, const UlidBytes& request) {
    return tagged_pair(kRefundedPrefix, organization, request);
}

std::optional<OrganizationAndUlid> parse_refunded_key(std::string_view key) {
    return parse_tagged_pair(kRefundedPrefix, key);
}

std::string organization_document_key(std::string_view uuid) { return joined(kOrganizationDocumentPrefix, uuid); }

std::string project_document_key(std::string_view uuid) { return joined(kProjectDocumentPrefix, uuid); }

std::string key_document_key(std::string_view digest_hex) { return joined(kKeyDocumentPrefix, digest_hex); }
std::string former_key_document_key(std::string_view digest_hex) {
    return joined(kFormerKeyDocumentPrefix, digest_hex);
}

std::string member_document_key(std::string_view organization_uuid, std::string_view user_uuid) {
    return std::string(kMemberDocumentPrefix) + std::string(organization_uuid) + "/" + std::string(user_uuid);
}

std::string user_document_key(std::string_view uuid) { return joined(kUserDocumentPrefix, uuid); }
std::string former_project_document_key(std::string_view uuid) { return joined(kFormerProjectDocumentPrefix, uuid); }
std::string former_user_document_key(std::string_view uuid) { return joined(kFormerUserDocumentPrefix, uuid); }
std::string second_factors_document_key(std::string_view user_uuid) {
    return joined(kSecondFactorsDocumentPrefix, user_uuid);
}

std::string factor_secrets_document_key(std::string_view user_uuid) {
    return joined(kFactorSecretsDocumentPrefix, user_uuid);
}

std::string passkey_document_key(std::string_view digest_hex) { return joined(kPasskeyDocumentPrefix, digest_hex); }

std::string invitation_document_key(std::string_view uuid) { return joined(kInvitationDocumentPrefix, uuid); }
std::string voucher_document_key(std::string_view digest_hex) { return joined(kVoucherDocumentPrefix, digest_hex); }
std::string credit_request_document_key(std::string_view organization_uuid, std::string_view uuid) {
    return joined(kCreditRequestDocumentPrefix, organization_uuid).append("/").append(uuid);
}
std::string preset_document_key(std::string_view organization_uuid, std::string_view uuid) {
    return joined(kPresetDocumentPrefix, organization_uuid).append("/").append(uuid);
}
std::string preset_version_document_prefix(std::string_view organization_uuid, std::string_view uuid) {
    return joined(kPresetVersionDocumentPrefix, organization_uuid).append("/").append(uuid).append("/");
}
std::string preset_version_document_key(std::string_view organization_uuid, std::string_view uuid,
                                        std::int64_t version) {
    constexpr std::size_t kDigits = 8;
    const std::string number = std::to_string(version);
    return preset_version_document_prefix(organization_uuid, uuid)
        .append(kDigits - std::min(kDigits, number.size()), '0')
        .append(number);
}
std::string allowance_document_key(std::string_view uuid) { return joined(kAllowanceDocumentPrefix, uuid); }
std::string alert_document_key(std::string_view organization_uuid, std::string_view about) {
    return joined(kAlertDocumentPrefix, organization_uuid).append("/").append(about);
}
std::string git_claim_document_key(std::string_view uuid) { return joined(kGitClaimDocumentPrefix, uuid); }
std::string session_document_key(std::string_view digest_hex) { return joined(kSessionDocumentPrefix, digest_hex); }
std::string password_document_key(std::string_view user_uuid) { return joined(kPasswordDocumentPrefix, user_uuid); }
std::string person_link_document_key(std::string_view user_uuid) {
    return joined(kPersonLinkDocumentPrefix, user_uuid);
}
std::string email_link_document_key(std::string_view digest_hex) {
    return joined(kEmailLinkDocumentPrefix, digest_hex);
}
std::string identity_document_key(std::string_view digest_hex) { return joined(kIdentityDocumentPrefix, digest_hex); }
std::string identity_of_document_prefix(std::string_view user_uuid) {
    return joined(kIdentityOfDocumentPrefix, user_uuid).append("/");
}
std::string identity_of_document_key(std::string_view user_uuid, std::string_view issuer_hex) {
    return identity_of_document_prefix(user_uuid).append(issuer_hex);
}
std::string mail_document_key(std::string_view address_hex, std::string_view uuid) {
    return joined(kMailDocumentPrefix, address_hex).append("/").append(uuid);
}

// The time in hexadecimal of one length, so that keys are in its order.
std::string mail_due_document_key(std::uint64_t due_ms, std::string_view mail_document) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string key(kMailDuePrefix);
    for (int shift = 60; shift >= 0; shift -= 4) key += kDigits[(due_ms >> shift) & 0xf];
    return key.append("/").append(mail_document);
}

std::optional<MailDue> parse_mail_due_document_key(std::string_view key) {
    constexpr std::size_t kTimeEnd = kMailDuePrefix.size() + 16;
    if (key.size() <= kTimeEnd || !key.starts_with(kMailDuePrefix) || key[kTimeEnd] != '/') return std::nullopt;
    std::uint64_t due_ms = 0;
    const auto [end, failed] = std::from_chars(key.data() + kMailDuePrefix.size(), key.data() + kTimeEnd, due_ms, 16);
    if (failed != std::errc() || end != key.data() + kTimeEnd) return std::nullopt;
    return MailDue{.due_ms = due_ms, .document = key.substr(kTimeEnd + 1)};
}

std::string provider_key_document_key(std::string_view uuid) { return joined(kProviderKeyDocumentPrefix, uuid); }
std::string provider_secret_document_key(std::string_view uuid) { return joined(kProviderSecretDocumentPrefix, uuid); }
std::string data_key_document_key(std::string_view organization_uuid) {
    return joined(kDataKeyDocumentPrefix, organization_uuid);
}

std::string change_key(std::uint64_t number) { return joined(kChangePrefix, encode_u64(number)); }

std::optional<std::uint64_t> parse_change_key(std::string_view key) {
    if (!key.starts_with(kChangePrefix)) return std::nullopt;
    return decode_u64(key.substr(kChangePrefix.size()));
}

std::string audit_key(const OrganizationIdBytes& organization, std::uint64_t change) {
    return tagged(kAuditPrefix, organization).append(encode_u64(change));
}

std::optional<std::uint64_t> parse_audit_key(std::string_view key) {
    constexpr std::size_t kIdEnd = kAuditPrefix.size() + sizeof(OrganizationIdBytes);
    if (key.size() < kIdEnd || !key.starts_with(kAuditPrefix)) return std::nullopt;
    return decode_u64(key.substr(kIdEnd));
}

std::string refusal_day_begin(const OrganizationIdBytes& organization, std::uint32_t day) {
    std::string key = tagged(kRefusalPrefix, organization);
    append_big_endian(key, day);
    return key;
}

std::string refusal_key(const OrganizationIdBytes& organization, std::uint32_t day, std::string_view hash) {
    return refusal_day_begin(organization, day).append(hash);
}

std::optional<RefusalPlace> parse_refusal_key(std::string_view key) {
    constexpr std::size_t kIdEnd = kRefusalPrefix.size() + sizeof(OrganizationIdBytes);
    if (key.size() < kIdEnd + sizeof(std::uint32_t)) return std::nullopt;
    const auto organization = parse_tagged<sizeof(OrganizationIdBytes)>(kRefusalPrefix, key.substr(0, kIdEnd));
    if (!organization) return std::nullopt;
    return RefusalPlace{.organization = *organization, .day = read_big_endian<std::uint32_t>(key.data() + kIdEnd)};
}

std::string answer_key(std::string_view hash) { return joined(kAnswerPrefix, hash); }

std::string answer_expiry_key(std::uint64_t expires_ms, std::string_view hash) {
    return joined(kAnswerExpiryPrefix, encode_u64(expires_ms)).append(hash);
}

std::optional<AnswerExpiry> parse_answer_expiry_key(std::string_view key) {
    if (key.size() != kAnswerExpiryPrefix.size() + sizeof(std::uint64_t) + SHA256_DIGEST_LENGTH ||
        !key.starts_with(kAnswerExpiryPrefix)) {
        return std::nullopt;
    }
    key.remove_prefix(kAnswerExpiryPrefix.size());
    return AnswerExpiry{read_big_endian<std::uint64_t>(key.data()), key.substr(sizeof(std::uint64_t))};
}

std::string idempotency_key(std::string_view scope, std::string_view caller_key) {
    // The scope's length goes first, so that no two pairs give the same bytes.
    std::string text = encode_u64(scope.size());
    text.append(scope).append(caller_key);
    std::string digest(SHA256_DIGEST_LENGTH, '\0');
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(),
           reinterpret_cast<unsigned char*>(digest.data()));
    return digest;
}

std::string prefix_end(std::string_view prefix) {
    std::string end(prefix);
    while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xff) end.pop_back();
    if (!end.empty()) end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
    return end;
}

}  // namespace tollgate
