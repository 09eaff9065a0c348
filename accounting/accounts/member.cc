#include "accounting/accounts/member.h"

#include <algorithm>

#include "accounting/accounts/accounts.h"
#include "accounting/accounts/change.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

template <class MemberOf, class Fields>
void fields_of(MemberOf& member, Fields& fields) {
    fields.number("version", member.version);
    limit_fields_of(member.limits, fields);
}

}  // namespace

Result<Member> read_member(DocumentReader& reader, std::string_view document, std::string_view text) {
    Member member;
    reader.open(document, text);
    const std::string_view ids = reader.id_part(kMemberDocumentPrefix);
    const auto slash = std::min(ids.find('/'), ids.size());
    const auto organization = parse_uuid(ids.substr(0, slash));
    const auto user = parse_uuid(ids.substr(std::min(slash + 1, ids.size())));
    if (!organization || !user) reader.fail("the ids in its key are malformed");
    member.organization = organization.value_or(Id128{});
    member.user = user.value_or(Id128{});
    fields_of(member, reader);
    if (Status status = reader.status(); !status.ok()) return std::unexpected(std::move(status));
    return member;
}

Status set_member_limits(Change& change, const Id128& organization, const Id128& user, const Limits& limits) {
    const std::string document = member_document_key(to_uuid(organization), to_uuid(user));
    const auto before = change.accounts().store().get(Family::accounts, document);
    if (!before && before.error().code() != StatusCode::not_found) return before.error();
    Member member{.organization = organization, .user = user};
    if (before) {
        DocumentReader reader;
        auto stored = read_member(reader, document, *before);
        if (!stored) return stored.error();
        member = *stored;
    }
    if (Status status = change.require_version(member.version); !status.ok()) return status;
    member.limits = limits;
    ++member.version;
    DocumentCheck check;
    fields_of(member, check);
    if (!check.status().ok()) return check.status();
    DocumentWriter writer;
    fields_of(member, writer);
    change.put_document(document, before.value_or(std::string()), writer.take());
    change.concerns(organization, document);
    OrganizationCredit* const credit = change.directory().find_organization(organization)->credit;
    change.after_publish([credit, &credits = change.accounts().credits(), organization, user, limits] {
        credit->set_limits(credits.member(organization, user), limits);
    });
    return {};
}

}  // namespace tollgate
