#include "accounting/accounts/email_link.h"

#include <array>
#include <utility>

#include "accounting/accounts/accounts.h"
#include "accounting/accounts/api_key.h"
#include "accounting/accounts/change.h"
#include "accounting/money/enum_names.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

constexpr std::array<std::string_view, 2> kKinds = {"verification", "registration"};
constexpr std::string_view kTokenPrefix = "tg-mail-";

template <class LinkOf, class Fields>
void fields_of(LinkOf& link, Fields& fields) {
    fields.choice("kind", link.kind);
    fields.id("user", link.user);
    fields.text("email", link.email, kMaxEmailBytes);
    fields.optional_text("name", link.name, kMaxNameBytes);
    fields.number("expires_ms", link.expires_ms);
}

std::string document_key(const KeyDigest& token) { return email_link_document_key(to_hex(token)); }

std::unexpected<Status> no_such_link() {
    return failure(StatusCode::not_found, "there is no such link, or it was used", "verification_invalid");
}

Result<EmailLink> read_if_good(std::string_view document, const Result<std::string>& text, std::int64_t now_ms) {
    if (!text) {
        if (text.error().code() == StatusCode::not_found) return no_such_link();
        return std::unexpected(text.error());
    }
    DocumentReader reader;
    auto link = read_email_link(reader, document, *text);
    if (link && link->expires_ms <= now_ms) {
        return failure(StatusCode::conflict, "the link has expired; ask for another", "verification_expired");
    }
    return link;
}

Result<EmailLinkUse> verify(Change& change, const EmailLink& link, const User* signed_in) {
    const User* const user = change.directory().find_user(link.user);
    if (user == nullptr || user->email != link.email) return no_such_link();  // gone, or with another address by now
    if (signed_in == nullptr) {
        return failure(StatusCode::denied, "the link needs a personal token of the person beside it", "sign_in_needed");
    }
    if (signed_in->id != link.user) {
        return failure(StatusCode::denied, "the link is for another person", "email_mismatch");
    }
    if (!user->verified()) {
        User verified = *user;
        verified.verified_by = VerifiedBy::mail;
        verified.email_verified_ms = verified.updated_ms = change.now_ms();
        put_user(change, std::move(verified));
    }
    return EmailLinkUse{.user = link.user};
}

}  // namespace

std::string_view to_string(EmailLinkKind kind) { return kKinds.at(static_cast<std::size_t>(kind)); }

bool parse(std::string_view text, EmailLinkKind& kind) { return parse_name(kKinds, text, kind); }

Result<EmailLink> read_email_link(DocumentReader& reader, std::string_view document, std::string_view text) {
    EmailLink link;
    reader.open(document, text);
    const auto token = parse_key_digest(reader.id_part(kEmailLinkDocumentPrefix));
    if (!token) reader.fail("the digest in its key is malformed");
    link.token = token.value_or(KeyDigest{});
    fields_of(link, reader);
    if (Status status = reader.status(); !status.ok()) return std::unexpected(std::move(status));
    return link;
}

Result<EmailLink> find_email_link(Store& store, const KeyDigest& token, std::int64_t now_ms) {
    const std::string document = document_key(token);
    return read_if_good(document, store.get(Family::accounts, document), now_ms);
}

std::string make_email_link(Change& change, EmailLink link) {
    std::string token = generate_secret(kTokenPrefix);
    link.token = digest_key(token);
    link.expires_ms = change.now_ms() + kEmailLinkMs;
    DocumentWriter writer;
    fields_of(link, writer);
    change.put_unaudited(document_key(link.token), writer.take());
    return token;
}

void erase_email_link(Change& change, const KeyDigest& token) {
    const std::string document = document_key(token);
    if (change.find_document(document)) change.put_unaudited(document, {});
}

Result<EmailLinkUse> use_email_link(Change& change, const KeyDigest& token, const User* signed_in) {
    const std::string document = document_key(token);
    const auto link = read_if_good(document, change.find_document(document), change.now_ms());
    if (!link) return std::unexpected(link.error());
    Result<EmailLinkUse> used = EmailLinkUse{};
    if (link->kind == EmailLinkKind::verification) {
        used = verify(change, *link, signed_in);
    } else {
        const auto made =
            create_user(change, {.email = link->email, .name = link->name, .verified_by = VerifiedBy::mail});
        if (!made) return std::unexpected(made.error());
        used = EmailLinkUse{.user = *made, .user_made = true};
    }
    if (used) change.put_unaudited(document, {});
    return used;
}

}  // namespace tollgate
