#include "accounting/accounts/passkey.h"

#include <algorithm>
#include <set>
#include <utility>

#include "accounting/accounts/accounts.h"
#include "accounting/accounts/change.h"
#include "accounting/accounts/second_factors.h"
#include "accounting/secrets/sealing.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

constexpr std::size_t kMostHexBytes = 4096;
constexpr std::size_t kMostRpIdBytes = 253;

// Bytes stand in hexadecimal.
struct HexFields {
    std::string credential_id, cose_key, aaguid;
};

template <class PasskeyOf, class HexOf, class Fields>
void fields_of(PasskeyOf& passkey, HexOf& hex, Fields& fields) {
    fields.id("user", passkey.user);
    fields.name("name", passkey.name);
    fields.text("credential_id", hex.credential_id, kMostHexBytes);
    fields.text("cose_key", hex.cose_key, kMostHexBytes);
    fields.text("aaguid", hex.aaguid, kMostHexBytes);
    fields.text("rp_id", passkey.rp_id, kMostRpIdBytes);
    fields.texts("transports", passkey.transports);
    fields.number("sign_count", passkey.state.sign_count);
    fields.flag("user_verified", passkey.state.user_verified);
    fields.flag("backup_eligible", passkey.state.backup_eligible);
    fields.flag("backed_up", passkey.state.backed_up);
    fields.number("created_ms", passkey.created_ms);
    fields.number("last_used_ms", passkey.last_used_ms);
}

HexFields hex_of(const Passkey& passkey) {
    return {.credential_id = to_hex_text(passkey.credential_id),
            .cose_key = to_hex_text(passkey.cose_key),
            .aaguid = to_hex_text(passkey.aaguid)};
}

std::string document_of(const Passkey& passkey) {
    const HexFields hex = hex_of(passkey);
    DocumentWriter writer;
    fields_of(passkey, hex, writer);
    return writer.take();
}

std::string document_key(const KeyDigest& id) { return passkey_document_key(to_hex(id)); }

Result<Passkey> passkey_in(const KeyDigest& id, const Result<std::string>& text) {
    if (!text && text.error().code() == StatusCode::not_found) {
        return failure(StatusCode::not_found, "there is no such passkey");
    }
    if (!text) return std::unexpected(text.error());
    const std::string document = document_key(id);
    DocumentReader reader;
    return read_passkey(reader, document, *text);
}

Status check_fields(const Passkey& passkey) {
    DocumentCheck check;
    const HexFields hex = hex_of(passkey);
    fields_of(passkey, hex, check);
    if (!check.status().ok()) return check.status();
    const bool few = passkey.transports.size() <= kMostTransports;
    const bool short_ones = std::ranges::all_of(passkey.transports, [](const std::string& one) {
        return check_text("transports", one, kMostTransportBytes).ok();
    });
    if (few && short_ones) return {};
    return {StatusCode::invalid, "transports: must be at most " + std::to_string(kMostTransports) +
                                     " words of at most " + std::to_string(kMostTransportBytes) + " bytes"};
}

}  // namespace

KeyDigest passkey_id_of(std::string_view credential_id) { return digest_key(credential_id); }

Result<Passkey> read_passkey(DocumentReader& reader, std::string_view document, std::string_view text) {
    Passkey passkey;
    HexFields hex;
    reader.open(document, text);
    const auto id = parse_key_digest(reader.id_part(kPasskeyDocumentPrefix));
    if (!id) reader.fail("the digest in its key is malformed");
    passkey.id = id.value_or(KeyDigest{});
    fields_of(passkey, hex, reader);
    const auto credential_id = parse_hex_text(hex.credential_id), cose_key = parse_hex_text(hex.cose_key),
               aaguid = parse_hex_text(hex.aaguid);
    if (!credential_id || !cose_key || !aaguid) reader.fail("its bytes must be hexadecimal");
    if (Status status = reader.status(); !status.ok()) return std::unexpected(std::move(status));
    passkey.credential_id = *credential_id;
    passkey.cose_key = *cose_key;
    passkey.aaguid = *aaguid;
    return passkey;
}

Result<Passkey> find_passkey(Store& store, const KeyDigest& id) {
    return passkey_in(id, store.get(Family::accounts, document_key(id)));
}

Result<std::vector<Passkey>> passkeys_of(Store& store, const Id128& user) {
    const auto factors = find_second_factors(store, user);
    if (!factors) return std::unexpected(factors.error());
    std::vector<Passkey> all;
    for (const std::string& name : factors->passkeys) {
        auto passkey = find_passkey(store, parse_key_digest(name).value_or(KeyDigest{}));
        // Read one after the other: it may have been removed since the list was.
        if (!passkey && passkey.error().code() == StatusCode::not_found) continue;
        if (!passkey) return std::unexpected(passkey.error());
        all.push_back(std::move(*passkey));
    }
    return all;
}

Result<StrandedPasskeys> stranded_passkeys(Store& store, std::string_view rp_id) {
    StrandedPasskeys stranded;
    std::set<Id128> people;
    Status wrong;
    DocumentReader reader;
    const auto count = [&](std::string_view document, std::string_view text) {
        const auto passkey = read_passkey(reader, document, text);
        if (!passkey) wrong = passkey.error();
        if (passkey && passkey->rp_id != rp_id) {
            ++stranded.passkeys;
            people.insert(passkey->user);
        }
        return wrong.ok();
    };
    Status scanned = store.scan(Family::accounts, kPasskeyDocumentPrefix, prefix_end(kPasskeyDocumentPrefix), count);
    if (scanned.ok()) scanned = wrong;
    if (!scanned.ok()) return std::unexpected(std::move(scanned));
    stranded.people = people.size();
    return stranded;
}

Result<std::vector<std::string>> add_passkey(Change& change, Passkey passkey) {
    passkey.id = passkey_id_of(passkey.credential_id);
    passkey.created_ms = change.now_ms();
    const std::string document = document_key(passkey.id);
    if (change.find_document(document)) {
        return failure(StatusCode::conflict, "this passkey is registered already", "passkey_known");
    }
    if (Status status = check_fields(passkey); !status.ok()) return std::unexpected(std::move(status));
    auto factors = find_second_factors(change, passkey.user);
    if (!factors) return std::unexpected(factors.error());
    if (factors->passkeys.size() >= kMostPasskeys) {
        return failure(StatusCode::conflict,
                       "a person may have " + std::to_string(kMostPasskeys) + " passkeys: remove one first",
                       "limit_reached");
    }
    factors->passkeys.push_back(to_hex(passkey.id));
    if (Status status = put_second_factors(change, std::move(*factors)); !status.ok()) {
        return std::unexpected(std::move(status));
    }
    change.put_document({}, document, {}, document_of(passkey));
    change.concerns({}, document);
    return first_recovery_codes(change, passkey.user);
}

Status remove_passkey(Change& change, const Id128& user, const KeyDigest& id) {
    auto factors = find_second_factors(change, user);
    if (!factors) return factors.error();
    if (std::erase(factors->passkeys, to_hex(id)) == 0) return {StatusCode::not_found, "there is no such passkey"};
    if (Status status = put_second_factors(change, std::move(*factors)); !status.ok()) return status;
    erase_passkey(change, id);
    change.concerns({}, document_key(id));
    return {};
}

void erase_passkey(Change& change, const KeyDigest& id) {
    const std::string document = document_key(id);
    const auto before = change.find_document(document);
    if (before) change.put_document({}, document, *before, {});
}

Status note_passkey_use(Change& change, const Id128& user, const KeyDigest& id, const PasskeyState& state) {
    const std::string document = document_key(id);
    auto passkey = passkey_in(id, change.find_document(document));
    if (!passkey && passkey.error().code() != StatusCode::not_found) return passkey.error();
    if (!passkey || passkey->user != user) {
        return {StatusCode::denied, "the passkey is not known here any more", "passkey_unknown"};
    }
    passkey->state = state;
    passkey->last_used_ms = change.now_ms();
    change.put_unaudited(document, document_of(*passkey));
    return {};
}

}  // namespace tollgate
