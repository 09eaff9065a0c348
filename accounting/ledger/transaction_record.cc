#include "accounting/ledger/transaction_record.h"

#include <algorithm>
#include <array>
#include <span>

#include "accounting/money/byte_codec.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

constexpr std::uint8_t kRecordVersion = 1;  // transaction, organization, digest of the content, checksum
constexpr std::size_t kRecordChecksumBytes = 8;
constexpr std::size_t kRecordBytes = 1 + 2 * 16 + 32 + kRecordChecksumBytes;
constexpr std::string_view kTransactionScope = "transaction";
constexpr std::uint8_t kRefundedVersion = 1;
constexpr std::size_t kRefundedBytes = 1 + 8;

// The first bytes of the SHA-256 of what stands before them: nothing else in the store would give a flip away.
std::array<std::uint8_t, kRecordChecksumBytes> checksum_of(std::string_view record) {
    const KeyDigest digest = digest_key(record.substr(0, kRecordBytes - kRecordChecksumBytes));
    std::array<std::uint8_t, kRecordChecksumBytes> checksum;
    std::copy_n(digest.bytes.begin(), checksum.size(), checksum.begin());
    return checksum;
}

}  // namespace

Result<TransactionRecord> decode_transaction_record(std::string_view value) {
    ByteReader reader(std::as_bytes(std::span(value)));
    const auto version = reader.integer<std::uint8_t>();
    if (version > kRecordVersion) return failure(StatusCode::too_new, "idempotency record: of a newer version");
    TransactionRecord record;
    record.transaction.bytes = reader.bytes<16>();
    record.organization.bytes = reader.bytes<16>();
    record.content.bytes = reader.bytes<32>();
    const auto checksum = reader.bytes<kRecordChecksumBytes>();
    if (version == 0 || !reader.ok() || reader.left() != 0 || checksum != checksum_of(value)) {
        return failure(StatusCode::corrupt, "idempotency record: malformed");
    }
    return record;
}

std::string encode_transaction_record(const Id128& transaction, const TransactionRequest& request) {
    std::array<std::byte, kRecordBytes> bytes;
    ByteWriter writer(bytes);
    writer.integer(kRecordVersion);
    writer.bytes(transaction.bytes);
    writer.bytes(request.organization.bytes);
    writer.bytes(content_of(request).bytes);
    writer.bytes(checksum_of(text_of(std::span(bytes).first(writer.size()))));
    return text_of(bytes);
}

std::string record_key(const TransactionRequest& request) {
    return idempotency_key(kTransactionScope, to_uuid(request.organization) + " " + request.idempotency_scope + " " +
                                                  request.idempotency_key);
}

KeyDigest content_of(const TransactionRequest& request) {
    std::array<std::byte, 1 + 3 * 16 + 8 + 4 + 8> bytes;
    ByteWriter writer(bytes);
    writer.integer(static_cast<std::uint8_t>(request.kind));
    for (const Id128& id : {request.organization, request.counterparty, request.reference}) writer.bytes(id.bytes);
    writer.integer(request.amount.value);
    writer.integer(request.priority);
    writer.integer(request.expires_ms);
    return digest_key(text_of(std::span(bytes).first(writer.size())) + request.note);
}

Result<NanoUsd> refunded_of(Store& store, const Id128& organization, const Id128& of) {
    const auto value = store.get(Family::transactions, refunded_key(organization.bytes, of.bytes));
    if (!value) {
        if (value.error().code() == StatusCode::not_found) return NanoUsd{};
        return std::unexpected(value.error());
    }
    ByteReader reader(std::as_bytes(std::span(*value)));
    const auto version = reader.integer<std::uint8_t>();
    const NanoUsd amount{reader.integer<std::int64_t>()};
    if (version == kRefundedVersion && reader.ok()) return amount;
    return failure(version > kRefundedVersion ? StatusCode::too_new : StatusCode::corrupt,
                   "refunds of " + to_ulid(of) + ": malformed row");
}

std::string encode_refunded(NanoUsd amount) {
    std::array<std::byte, kRefundedBytes> bytes;
    ByteWriter writer(bytes);
    writer.integer(kRefundedVersion);
    writer.integer(amount.value);
    return text_of(bytes);
}

}  // namespace tollgate
