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

std::string document_of(const Member& member) {
    DocumentWriter writer;
    fields_of(member, writer);
    return writer.take();
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

Result<Member> find_member(Store& store, const Id128& organization, const Id128& user) {
    const std::string document = member_document_key(to_uuid(organization), to_uuid(user));
    const auto text = store.get(Family::accounts, document);
    if (text) {
        DocumentReader reader;
        return read_member(reader, document, *text);
    }
    if (text.error().code() != StatusCode::not_found) return std::unexpected(text.error());
    return Member{.organization = organization, .user = user};
}

Status set_member_limits(Change& change, const Id128& organization, const Id128& user, const Limits& limits) {
    const auto before = find_member(change.accounts().store(), organization, user);
    if (!before) return before.error();
    if (Status status = change.require_version(before->version); !status.ok()) return status;
    Member member = *before;
    member.limits = limits;
    ++member.version;
    DocumentCheck check;
    fields_of(member, check);
    if (!check.status().ok()) return check.status();
    const std::string document = member_document_key(to_uuid(organization), to_uuid(user));
    change.put_document(document, before->version == 0 ? std::string() : document_of(*before), document_of(member));
    change.concerns(organization, document);
    OrganizationCredit* const credit = change.directory().find_organization(organization)->credit;
    change.after_publish([credit, &credits = change.accounts().credits(), organization, user, limits] {
        credit->set_limits(credits.member(organization, user), limits);
    });
    return {};
}

}  // namespace tollgate
