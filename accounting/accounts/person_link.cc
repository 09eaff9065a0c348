#include "accounting/accounts/person_link.h"

#include <array>
#include <optional>

#include "accounting/accounts/accounts.h"
#include "accounting/accounts/api_key.h"
#include "accounting/accounts/change.h"
#include "accounting/accounts/document.h"
#include "accounting/money/enum_names.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

constexpr std::array<std::string_view, 3> kKinds = {"mailed_password", "password", "sign_in"};
constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::array<std::int64_t, kKinds.size()> kLifetimesMs = {60 * kMinuteMs, 24 * 60 * kMinuteMs, 10 * kMinuteMs};
constexpr std::string_view kTokenPrefix = "tg-person-";

struct StoredLink {
    KeyDigest token = {};
    PersonLinkKind kind = PersonLinkKind::password;
    std::int64_t expires_ms = 0;
};

template <class LinkOf, class Fields>
void fields_of(LinkOf& link, Fields& fields) {
    fields.digest("token", link.token);
    fields.choice("kind", link.kind);
    fields.number("expires_ms", link.expires_ms);
}

std::string document_key(const Id128& user) { return person_link_document_key(to_uuid(user)); }

// A token names its person, so that one document is all that there is of him, and ends with him.
Id128 user_in(std::string_view token) {
    if (!token.starts_with(kTokenPrefix) || token.size() < kTokenPrefix.size() + kUuidText) return {};
    return parse_uuid(token.substr(kTokenPrefix.size(), kUuidText)).value_or(Id128{});
}

bool is_for(PersonLinkKind kind, LinkUse use) { return (kind == PersonLinkKind::sign_in) == (use == LinkUse::sign_in); }

Result<Id128> judge(std::string_view document, const Result<std::string>& text, std::string_view token, LinkUse use,
                    std::int64_t now_ms) {
    StoredLink link;
    const auto there = read_if_there(document, text, [&](DocumentReader& reader) { fields_of(link, reader); });
    if (!there) return std::unexpected(there.error());
    if (!*there || link.token != digest_key(token) || !is_for(link.kind, use)) {
        return failure(StatusCode::not_found, "there is no such link, or it was used or replaced", "link_invalid");
    }
    if (link.expires_ms <= now_ms) {
        return failure(StatusCode::conflict, "the link has expired; ask for another", "link_expired");
    }
    return user_in(token);
}

}  // namespace

std::string link_path(PersonLinkKind kind, std::string_view token) {
    const std::string_view page = is_for(kind, LinkUse::sign_in) ? "sign-in" : "password";
    return std::string("/#/").append(page).append("?token=").append(token);
}

std::string_view to_string(PersonLinkKind kind) { return kKinds.at(static_cast<std::size_t>(kind)); }
bool parse(std::string_view text, PersonLinkKind& kind) { return parse_name(kKinds, text, kind); }
std::int64_t lifetime_ms(PersonLinkKind kind) { return kLifetimesMs.at(static_cast<std::size_t>(kind)); }

std::string make_person_link(Change& change, const Id128& user, PersonLinkKind kind) {
    std::string token = generate_secret(std::string(kTokenPrefix) + to_uuid(user) + "-");
    const StoredLink link{.token = digest_key(token), .kind = kind, .expires_ms = change.now_ms() + lifetime_ms(kind)};
    DocumentWriter writer;
    fields_of(link, writer);
    change.put_document({}, document_key(user), {}, writer.take());
    change.concerns({}, document_key(user));
    return token;
}

void erase_person_link(Change& change, const Id128& user) {
    const std::string document = document_key(user);
    if (change.find_document(document)) change.put_unaudited(document, {});
}

Result<Id128> find_person_link(Store& store, std::string_view token, LinkUse use, std::int64_t now_ms) {
    const std::string document = document_key(user_in(token));
    return judge(document, store.get(Family::accounts, document), token, use, now_ms);
}

Result<Id128> use_person_link(Change& change, std::string_view token, LinkUse use) {
    const std::string document = document_key(user_in(token));
    auto user = judge(document, change.find_document(document), token, use, change.now_ms());
    if (user) change.put_unaudited(document, {});
    return user;
}

}  // namespace tollgate
