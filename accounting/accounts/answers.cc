#include "accounting/accounts/answers.h"

#include <algorithm>
#include <utility>

#include "accounting/accounts/accounts.h"
#include "accounting/accounts/change.h"
#include "accounting/money/byte_codec.h"
#include "accounting/money/ids.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

constexpr std::size_t kRemovedAtOnce = 8;  // answers that are too old, with each that is added: more go than come
constexpr std::size_t kFixedBytes = 8 + 32 + 2 + 1 + 1 + kMaxAnswerHeaderBytes;

// How the body is stored.
enum class Form : std::uint8_t {
    plain,
    named,   // what it made, in its place: it held a secret
    sealed,  // it holds one, behind the name of what it made
};
constexpr char kAfterName = '\n';

struct Record {
    std::int64_t made_ms = 0;
    KeyDigest call_body;
    int status = 0;
    Form form = Form::plain;
    std::string headers, body;
};

std::string hash_of(const RepeatableCall& call) { return idempotency_key(call.actor + " " + call.route, call.key); }

SecretPlace place_of(std::string_view hash) { return {.kind = "answer", .id = to_hex_text(hash)}; }

std::string encode(const Record& record) {
    std::array<std::byte, kFixedBytes> bytes;
    ByteWriter writer(bytes);
    writer.integer(record.made_ms);
    writer.bytes(record.call_body.bytes);
    writer.integer(static_cast<std::uint16_t>(record.status));
    writer.integer(static_cast<std::uint8_t>(record.form));
    writer.text(record.headers, kMaxAnswerHeaderBytes);
    return text_of(std::span(bytes).first(writer.size())) + record.body;
}

Result<Record> decode(std::string_view value) {
    ByteReader reader(std::as_bytes(std::span(value)));
    Record record;
    record.made_ms = reader.integer<std::int64_t>();
    record.call_body.bytes = reader.bytes<32>();
    record.status = reader.integer<std::uint16_t>();
    const auto form = reader.integer<std::uint8_t>();
    record.headers = reader.text();
    if (!reader.ok() || form > static_cast<std::uint8_t>(Form::sealed)) {
        return failure(StatusCode::corrupt, "a stored answer is malformed");
    }
    record.form = static_cast<Form>(form);
    record.body = value.substr(value.size() - reader.left());
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

Result<std::optional<StoredAnswer>> find_answer(Store& store, const Vault& vault, const RepeatableCall& call,
                                                std::int64_t now_ms) {
    const std::string hash = hash_of(call);
    const auto value = store.get(Family::changes, answer_key(hash));
    if (!value) {
        if (value.error().code() == StatusCode::not_found) return std::nullopt;
        return std::unexpected(value.error());
    }
    auto record = decode(*value);
    if (!record) return std::unexpected(record.error());
    if (record->made_ms + kAnswerLifetimeMs <= now_ms) return std::nullopt;
    if (record->call_body != digest_key(call.body)) {
        return failure(StatusCode::already_exists, "this idempotency key was used for another request");
    }
    if (record->form == Form::named) {
        return failure(StatusCode::already_exists, "this idempotency key was used before, and made " + record->body +
                                                       ": its secret was shown once and isn't stored");
    }
    std::string secret_of;
    if (record->form == Form::sealed) {
        const auto body = vault.open(place_of(hash), record->body);
        if (!body) return std::unexpected(body.error());
        const std::string_view text = body->text();
        const auto end = text.find(kAfterName);
        if (end == std::string_view::npos) return failure(StatusCode::corrupt, "a stored answer is malformed");
        secret_of = text.substr(0, end);
        record->body = text.substr(end + 1);
    }
    return StoredAnswer{.status = record->status,
                        .body = std::move(record->body),
                        .headers = std::move(record->headers),
                        .secret_of = std::move(secret_of)};
}

std::string encode_answer(Change& change, const RepeatableCall& call, const StoredAnswer& answer) {
    Record record{.made_ms = change.now_ms(),
                  .call_body = digest_key(call.body),
                  .status = answer.status,
                  .form = Form::plain,
                  .headers = answer.headers,
                  .body = answer.body};
    if (!answer.secret_of.empty()) {
        const auto sealed = change.accounts().vault().seal(change, place_of(hash_of(call)),
                                                           answer.secret_of + kAfterName + answer.body);
        record.form = sealed ? Form::sealed : Form::named;
        record.body = sealed.value_or(answer.secret_of);
    }
    return encode(record);
}

Status put_answer(Store& store, const RepeatableCall& call, std::string encoded, std::int64_t now_ms,
                  WriteBatch& batch) {
    if (Status status = remove_expired(store, now_ms, batch); !status.ok()) return status;
    const std::string hash = hash_of(call);
    const auto expires_ms = static_cast<std::uint64_t>(std::max<std::int64_t>(now_ms + kAnswerLifetimeMs, 0));
    batch.put(Family::changes, answer_key(hash), std::move(encoded));
    batch.put(Family::changes, answer_expiry_key(expires_ms, hash), {});
    return {};
}

}  // namespace tollgate
