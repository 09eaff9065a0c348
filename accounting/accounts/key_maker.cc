#include "accounting/accounts/key_maker.h"

#include "accounting/accounts/directory.h"

namespace tollgate {
namespace {

Status maker_suspended() {
    return {StatusCode::conflict, "whoever made the key, or is named as its maker, is suspended", "member_suspended"};
}

}  // namespace

bool acts_for_maker(KeyKind kind) { return kind == KeyKind::management || kind == KeyKind::service; }

Disabled disabled_by_circumstance(const Directory& directory, const KeyRecord& key) {
    if (!key.creator.is_nil()) {
        const Membership* const member = directory.find_membership(key.organization, key.creator);
        if (member == nullptr) return Disabled::member_left;
        if (!may_act(directory, *member)) return Disabled::member_suspended;
    }
    const Project* const project = directory.find_project(key.project);
    return project != nullptr && project->archived() ? Disabled::project_archived : Disabled::no;
}

Status check_maker(const Directory& directory, const Id128& organization, const Id128& maker) {
    if (maker.is_nil()) return {};
    const Membership* const member = directory.find_membership(organization, maker);
    if (member == nullptr) return {StatusCode::invalid, "creator_user_id: is no member of the organization"};
    return may_act(directory, *member) ? Status() : maker_suspended();
}

Status check_may_enable(const Directory& directory, const KeyRecord& key) {
    const Project* const project = directory.find_project(key.project);
    if (project != nullptr && project->archived()) {
        return {StatusCode::conflict, "the key's project is archived", "project_archived"};
    }
    if (key.creator.is_nil() || key.kind == KeyKind::personal) return {};
    const Membership* const maker = directory.find_membership(key.organization, key.creator);
    if (maker != nullptr) return may_act(directory, *maker) ? Status() : maker_suspended();
    if (!acts_for_maker(key.kind)) return {};
    return {StatusCode::conflict,
            "the key acts for whoever made it, who is no member any more: take it over first, by a rotation with "
            "creator_user_id",
            "maker_left"};
}

Status hand_over(const Directory& directory, const Id128& maker, KeyRecord& key) {
    if (key.kind == KeyKind::personal) return {StatusCode::invalid, "creator_user_id: a token stays its person's"};
    if (maker.is_nil()) return {StatusCode::invalid, "creator_user_id: must be a member of the organization"};
    if (Status status = check_maker(directory, key.organization, maker); !status.ok()) return status;
    key.creator = maker;
    key.spenders.set(nullptr);  // they count what the former maker spends
    // The key comes back with its former maker no more: else nothing would ever enable it again.
    if (key.disabled == Disabled::member_left || key.disabled == Disabled::member_suspended) {
        key.disabled = Disabled::by_hand;
    }
    return {};
}

}  // namespace tollgate
