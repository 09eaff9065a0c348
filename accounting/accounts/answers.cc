#include "accounting/accounts/answers.h"

#include <algorithm>

#include "accounting/money/byte_codec.h"
#include "accounting/money/ids.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

constexpr std::size_t kRemovedAtOnce = 8;  // answers that are too old, with each that is added: more go than come
constexpr std::size_t kFixedBytes = 8 + 32 + 2 + 1;

std::string hash_of(const RepeatableCall& call) { return idempotency_key(call.actor + " " + call.route, call.key); }

struct Record {
    std::int64_t made_ms = 0;
    KeyDigest body;  // of the call
    StoredAnswer answer;
};

std::string encode(const Record& record) {
    std::array<std::byte, kFixedBytes> bytes;
    ByteWriter writer(bytes);
    writer.integer(record.made_ms);
    writer.bytes(record.body.bytes);
    writer.integer(static_cast<std::uint16_t>(record.answer.status));
    writer.integer(static_cast<std::uint8_t>(record.answer.secret));
    return text_of(bytes) + record.answer.body;
}

Result<Record> decode(std::string_view value) {
    ByteReader reader(std::as_bytes(std::span(value)));
    Record record;
    record.made_ms = reader.integer<std::int64_t>();
    record.body.bytes = reader.bytes<32>();
    record.answer.status = reader.integer<std::uint16_t>();
    record.answer.secret = reader.integer<std::uint8_t>() != 0;
    if (!reader.ok()) return failure(StatusCode::corrupt, "a stored answer is malformed");
    record.answer.body = value.substr(value.size() - reader.left());
    return record;
}

Status remove_expired(Store& store, std::int64_t now_ms, WriteBatch& batch) {
    const std::string end = answer_expiry_key(static_cast<std::uint64_t>(std::max<std::int64_t>(now_ms, 0)), {});
    std::size_t removed = 0;
    return store.scan(Family::changes, kAnswerExpiryPrefix, end, [&](std::string_view key, std::string_view) {
        const auto expiry = parse_answer_expiry_key(key);
        if (!expiry) return true;
        batch.erase(Family::changes, std::string(key));
        // The same key may have been used again since: then there is an answer that has not expired.
        const auto value = store.get(Family::changes, answer_key(expiry->hash));
        const auto record = value ? decode(*value) : Result<Record>(std::unexpected(value.error()));
        if (record && record->made_ms + kAnswerLifetimeMs <= now_ms) {
            batch.erase(Family::changes, answer_key(expiry->hash));
        }
        return ++removed < kRemovedAtOnce;
    });
}

}  // namespace

Result<std::optional<StoredAnswer>> find_answer(Store& store, const RepeatableCall& call, std::int64_t now_ms) {
    const auto value = store.get(Family::changes, answer_key(hash_of(call)));
    if (!value) {
        if (value.error().code() == StatusCode::not_found) return std::nullopt;
        return std::unexpected(value.error());
    }
    auto record = decode(*value);
    if (!record) return std::unexpected(record.error());
    if (record->made_ms + kAnswerLifetimeMs <= now_ms) return std::nullopt;
    if (record->body != digest_key(call.body)) {
        return failure(StatusCode::already_exists, "this idempotency key was used for another request");
    }
    if (record->answer.secret) {
        return failure(StatusCode::already_exists, "this idempotency key was used before, and made " +
                                                       record->answer.body +
                                                       ": its secret was shown once and isn't stored");
    }
    return std::move(record->answer);
}

Status add_answer(Store& store, const RepeatableCall& call, const StoredAnswer& answer, std::int64_t now_ms,
                  WriteBatch& batch) {
    if (Status status = remove_expired(store, now_ms, batch); !status.ok()) return status;
    const std::string hash = hash_of(call);
    const auto expires_ms = static_cast<std::uint64_t>(std::max<std::int64_t>(now_ms + kAnswerLifetimeMs, 0));
    batch.put(Family::changes, answer_key(hash), encode({now_ms, digest_key(call.body), answer}));
    batch.put(Family::changes, answer_expiry_key(expires_ms, hash), {});
    return {};
}

}  // namespace tollgate
