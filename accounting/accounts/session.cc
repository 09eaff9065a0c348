#include "accounting/accounts/session.h"

#include <algorithm>
#include <array>
#include <optional>
#include <type_traits>
#include <utility>

#include "accounting/accounts/accounts.h"
#include "accounting/accounts/change.h"
#include "accounting/money/enum_names.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

constexpr std::array<std::string_view, 6> kProofs = {"password",          "totp", "recovery_code", "passkey",
                                                     "identity_provider", "link"};
constexpr std::string_view kSecretPrefix = "tg-session-";
constexpr std::size_t kMaxAddressBytes = 64;

template <class SessionOf, class Fields>
void fields_of(SessionOf& session, Fields& fields) {
    fields.digest("secret", session.secret);
    fields.id("user", session.user);
    auto proofs = session.proofs.names();
    fields.texts("proofs", proofs);
    if constexpr (!std::is_const_v<SessionOf>) {
        if (!ProofSet::parse(proofs, session.proofs)) fields.fail("one of its proofs is unknown");
    }
    fields.number("created_ms", session.created_ms);
    fields.number("proved_ms", session.proved_ms);
    fields.number("expires_ms", session.expires_ms);
    fields.optional_text("address", session.address, kMaxAddressBytes);
    fields.optional_text("agent", session.agent, kMostAgentBytes);
}

std::string document_of(const Session& session) {
    DocumentWriter writer;
    fields_of(session, writer);
    return writer.take();
}

std::string document_key(const KeyDigest& session) { return session_document_key(to_hex(session)); }

void put_session(Change& change, Session session, const Session* before) {
    const std::string document = document_key(session.id);
    change.put_document({}, document, before != nullptr ? document_of(*before) : std::string(), document_of(session));
    change.concerns({}, document);
    change.edit().put(std::move(session));
}

void erase_session(Change& change, const Session& session) {
    const std::string document = document_key(session.id);
    change.put_document({}, document, document_of(session), {});
    change.concerns({}, document);
    change.edit().erase_session(session.user, session.id);
}

// Copies, for the directory changes under them.
std::vector<Session> copies_of(const std::vector<const Session*>& sessions) {
    std::vector<Session> copies;
    for (const Session* const one : sessions) copies.push_back(*one);
    return copies;
}

// What is over ends, and so many more that there is room for one.
void make_room(Change& change, const Id128& user, const SessionLimits& limits) {
    std::vector<Session> all = copies_of(change.directory().sessions_of(user));
    std::ranges::sort(all, std::ranges::greater(), [](const Session& one) { return one.last_used.get(); });
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (i + 1 >= limits.most || all[i].is_over(change.now_ms(), limits.idle_ms)) erase_session(change, all[i]);
    }
}

}  // namespace

std::string_view to_string(Proof proof) { return kProofs.at(static_cast<std::size_t>(proof)); }

bool parse(std::string_view text, Proof& proof) { return parse_name(kProofs, text, proof); }

std::vector<std::string> ProofSet::names() const {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < kProofs.size(); ++i) {
        if (contains(static_cast<Proof>(i))) names.emplace_back(kProofs.at(i));
    }
    return names;
}

bool ProofSet::parse(const std::vector<std::string>& names, ProofSet& proofs) {
    proofs = {};
    for (const std::string& name : names) {
        Proof one{};
        if (!tollgate::parse(name, one)) return false;
        proofs |= one;
    }
    return true;
}

Result<Session> read_session(DocumentReader& reader, std::string_view document, std::string_view text) {
    Session session;
    reader.open(document, text);
    const auto id = parse_key_digest(reader.id_part(kSessionDocumentPrefix));
    if (!id) reader.fail("the id in its key is malformed");
    session.id = id.value_or(KeyDigest{});
    fields_of(session, reader);
    session.last_used.note(session.created_ms);
    if (Status status = reader.status(); !status.ok()) return std::unexpected(std::move(status));
    return session;
}

NewKey make_session_secret() {
    NewKey made{.plaintext = generate_secret(kSecretPrefix), .digest = {}};
    made.digest = digest_key(made.plaintext);
    return made;
}

void begin_session(Change& change, const NewSession& fields, const SessionLimits& limits) {
    make_room(change, fields.user, limits);
    const std::int64_t now_ms = change.now_ms();
    Session session{.id = fields.secret,
                    .secret = fields.secret,
                    .user = fields.user,
                    .proofs = fields.proofs,
                    .created_ms = now_ms,
                    .proved_ms = now_ms,
                    .expires_ms = now_ms + limits.whole_ms,
                    .address = change.caller().address,
                    .agent = fields.agent.substr(0, kMostAgentBytes)};
    session.last_used.note(now_ms);
    put_session(change, std::move(session), nullptr);
}

Status renew_session(Change& change, const Id128& user, const KeyDigest& id, const KeyDigest& secret, ProofSet proofs) {
    const Session* const found = change.directory().find_session(user, id);
    if (found == nullptr) return {StatusCode::not_found, "there is no such session"};
    const Session before = *found;
    Session session = before;
    session.secret = secret;
    session.proofs |= proofs;
    if (!proofs.empty()) session.proved_ms = change.now_ms();
    put_session(change, std::move(session), &before);
    return {};
}

Status end_session(Change& change, const Id128& user, const KeyDigest& id) {
    const Session* const found = change.directory().find_session(user, id);
    if (found == nullptr) return {StatusCode::not_found, "there is no such session"};
    erase_session(change, Session(*found));
    return {};
}

void end_sessions(Change& change, const Id128& user, const KeyDigest& but) {
    for (const Session& one : copies_of(change.directory().sessions_of(user))) {
        if (one.id != but) erase_session(change, one);
    }
}

std::size_t end_old_sessions(Change& change, const SessionLimits& limits) {
    std::size_t ended = 0;
    for (const Session& one : copies_of(change.directory().sessions())) {
        if (!one.is_over(change.now_ms(), limits.idle_ms)) continue;
        erase_session(change, one);
        ++ended;
    }
    return ended;
}

}  // namespace tollgate
