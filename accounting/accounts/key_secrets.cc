#include "accounting/accounts/key_secrets.h"

#include <string>
#include <utility>

#include "accounting/accounts/change.h"
#include "accounting/accounts/document.h"
#include "accounting/accounts/key.h"
#include "accounting/accounts/key_maker.h"

namespace tollgate {
namespace {

template <class SecretsOf, class Fields>
void fields_of(SecretsOf& secrets, Fields& fields) {
    fields.digest("current", secrets.current);
    fields.digest("previous", secrets.previous);
    fields.number("previous_until_ms", secrets.previous_until_ms);
}

// For how long the secret that the key has works on.
Result<std::int64_t> grace_of(const Change& change, const KeyRecord& key, const Rotation& rotation) {
    const bool calls = change.caller().key == key.digest;
    const std::int64_t seconds = rotation.grace_seconds.value_or(calls ? kOwnGraceSeconds : 0);
    if (seconds < 0 || seconds > kMostGraceSeconds) {
        return failure(StatusCode::invalid, "grace_seconds: must be from 0 to " + std::to_string(kMostGraceSeconds));
    }
    if (calls && seconds == 0) {
        return failure(StatusCode::invalid,
                       "grace_seconds: must be above 0 where the key that calls is rotated: if the answer is lost, "
                       "the call is repeated with the secret of before");
    }
    if (rotation.creator && *rotation.creator != key.creator && seconds > 0) {
        return failure(StatusCode::invalid, "grace_seconds: must be 0 where the key gets another maker");
    }
    return seconds;
}

}  // namespace

std::string json_of(const CompactKeySecrets& secrets) {
    if (secrets.get() == nullptr) return {};
    DocumentWriter writer;
    fields_of(*secrets.get(), writer);
    return writer.take();
}

Result<KeySecrets> read_key_secrets(std::string_view document, std::string_view json) {
    if (json.empty()) return KeySecrets();
    DocumentReader reader;
    KeySecrets secrets;
    reader.open(document, json);
    fields_of(secrets, reader);
    if (Status status = reader.status(); !status.ok()) return std::unexpected(std::move(status));
    return secrets;
}

Result<NewKey> rotate_key(Change& change, const KeyDigest& key, const Rotation& rotation) {
    auto rotated = key_to_change(change, key, "rotated");
    if (!rotated) return std::unexpected(rotated.error());
    if (Status status = check_own_scopes(change, *rotated); !status.ok()) return std::unexpected(std::move(status));
    const auto grace_seconds = grace_of(change, *rotated, rotation);
    if (!grace_seconds) return std::unexpected(grace_seconds.error());
    if (rotation.creator && *rotation.creator != rotated->creator) {
        if (Status status = hand_over(change.directory(), *rotation.creator, *rotated); !status.ok()) {
            return std::unexpected(std::move(status));
        }
    }
    NewKey made = generate_key(rotated->kind);
    const KeySecrets* const before = rotated->secrets.get();
    KeySecrets secrets{.current = made.digest};
    if (*grace_seconds > 0) {
        secrets.previous = before != nullptr ? before->current : key;
        secrets.previous_until_ms = change.now_ms() + *grace_seconds * 1000;
    }
    rotated->secrets = secrets;
    rotated->ends = key_ends(made.plaintext);
    rotated->updated_ms = change.now_ms();
    put_key(change, std::move(*rotated));
    made.digest = key;
    return made;
}

}  // namespace tollgate
