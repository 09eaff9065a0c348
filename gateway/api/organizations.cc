#include "gateway/api/organizations.h"

#include "accounting/accounts/billing_details.h"
#include "accounting/accounts/permission.h"
#include "gateway/api/transactions.h"
#include "gateway/text/time_text.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

// The operator's are all that there ever were, a person's those that he belongs to.
std::vector<const Organization*> organizations_of(const Call& call) {
    const Caller& caller = call.request.caller;
    if (caller.is_operator()) {
        return call.directory->organizations();
    }
    std::vector<const Organization*> own;
    for (const Id128& id : call.directory->organizations_of(caller.user)) {
        own.push_back(call.directory->find_organization(id));
    }
    return own;
}

// Of a new one: the person who calls; the operator may name somebody, or nobody.
Id128 read_owner(Call& call) {
    const Caller& caller = call.request.caller;
    const std::string text = call.body.filled_text("owner_user_id");
    const auto named = parse_uuid(text);
    if (!text.empty() && !named) call.body.fail("owner_user_id", "must be a UUID");
    if (!caller.is_person()) return named.value_or(Id128{});
    if (named && *named != caller.user) call.body.fail("owner_user_id", "can be named by the operator only");
    return caller.user;
}

OrganizationStatus read_status(BodyFields& body) {
    OrganizationStatus status = OrganizationStatus::active;
    if (!parse(body.required_text("status"), status) || status == OrganizationStatus::deleted) {
        body.fail("status", "must be active or suspended");
    }
    return status;
}

}  // namespace

void write_organization(const Directory& directory, const Organization& organization, JsonWriter& json) {
    json.object().key("id").text(to_uuid(organization.id)).key("name").text(organization.name);
    json.key("slug").text(organization.slug).key("kind").text(to_string(organization.kind));
    json.key("status").text(to_string(organization.policy.status));
    json.key("created_at").text(rfc3339(organization.created_ms));
    json.key("updated_at").text(rfc3339(organization.updated_ms));
    for (const Project* project : directory.projects_of(organization.id)) {
        if (project->is_default) json.key("default_project_id").text(to_uuid(project->id));
    }
    json.key("version").number(organization.version).end();
}

PageOf<const Organization*> page_of_organizations(const Page& page, std::vector<const Organization*> all) {
    return page_of(
        page, std::move(all), [](const Organization* one) { return std::tuple(one->created_ms, one->id); },
        [](const Organization* one) { return place_of(one->created_ms, to_uuid(one->id)); });
}

ApiAnswer deletion_refused(const Call& call, const Status& status, const Id128& organization) {
    ApiAnswer refused = api_error(status);
    if (status.reason() == "credit_left") {
        const NanoUsd balance = call.directory->find_organization(organization)->credit->snapshot().balance();
        refused.error.detail().extra =
            JsonWriter().key("reason").text(status.reason()).key("balance").usd(balance).take();
    }
    return refused;
}

namespace {

// Letters of ASCII are the same in either case.
bool has_part(std::string_view text, std::string_view part) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    const auto same = [&lower](char a, char b) { return lower(a) == lower(b); };
    return !std::ranges::search(text, part, same).empty();
}

void write_item(const Call& call, const Organization& organization, JsonWriter& json) {
    const Permit billing = permit(*call.directory, call.request.caller, organization.id, Permission::see_billing);
    const BillingDetails details = billing.access == Access::granted ? billing_of(organization) : BillingDetails();
    json.object().key("id").text(to_uuid(organization.id)).key("name").text(organization.name);
    json.key("slug").text(organization.slug).key("contact_name").text_or_null(details.contact_name);
    json.key("contact_email").text_or_null(details.contact_email);
    json.key("status").text(to_string(organization.policy.status));
    json.key("is_personal").flag(organization.kind == OrganizationKind::personal).key("credits").null();
    json.key("credits_available").flag(false).key("updated_at").text(rfc3339(organization.updated_ms)).end();
}

// As OpenHands lists organizations.
ApiAnswer page_of_items(const Call& call, const PageId& page, std::vector<const Organization*> all) {
    std::ranges::sort(all, {}, [](const Organization* one) { return std::tie(one->name, one->id); });
    JsonWriter json;
    json.object().key("items").array();
    for (const Organization* const one : page.items_of(all)) write_item(call, *one, json);
    page.write_next(all.size(), json.end());
    const User* const user = call.directory->find_user(call.request.caller.user);
    const Id128 current = user == nullptr ? Id128() : user->current_organization;
    json.key("current_org_id").text_or_null(current.is_nil() ? std::string() : to_uuid(current));
    return json_answer(json.end());
}

}  // namespace

ApiAnswer list_organizations(Call& call) {
    const auto by_number = read_page_id_if_any(call, kMostPageIdItems);
    const Page page = by_number ? Page{} : read_page(call);
    const std::string text = call.query.text("status"), name = call.query.text("name");
    OrganizationStatus status = OrganizationStatus::active;
    if (!text.empty() && !parse(text, status)) call.query.fail("status", "must be active, suspended or deleted");
    if (call.error()) return call.refusal();
    auto listed = organizations_of(call);
    std::erase_if(listed, [&](const Organization* one) {
        if (!name.empty() && !has_part(one->name, name)) return true;
        return text.empty() ? one->policy.closed() : one->policy.status != status;
    });
    if (by_number) return page_of_items(call, *by_number, std::move(listed));
    JsonWriter json;
    write_page(
        page_of_organizations(page, std::move(listed)),
        [&](const Organization* one) { write_organization(*call.directory, *one, json); }, json);
    return json_answer(json);
}

ApiAnswer create_organization(Call& call, Change& change) {
    BodyFields& body = call.body;
    const std::string name = body.required_text("name"), slug = body.text("slug");
    const Id128 owner = read_owner(call);
    if (call.error()) return call.refusal();
    const auto id = create_organization(change, {.name = name, .slug = slug, .owner = owner});
    if (!id) return api_error(id.error());
    JsonWriter json;
    write_organization(change.directory(), *change.directory().find_organization(*id), json);
    return json_answer(json, 201);
}

ApiAnswer show_organization(Call& call) {
    JsonWriter json;
    write_organization(*call.directory, call.organization(), json);
    return versioned_answer(json, call.organization().version);
}

ApiAnswer update_organization(Call& call, Change& change) {
    const Id128 id = call.organization().id;
    const Organization& current = *change.directory().find_organization(id);
    BodyFields& body = call.body;
    if (const Status status = require_version(call, change, current.version); !status.ok()) return api_error(status);
    JsonWriter shown;
    write_organization(change.directory(), current, shown);
    body.check_echo(shown.take(), {"name", "slug", "status", "version"});
    OrganizationChange wanted;
    if (body.has("name")) wanted.name = body.required_text("name");
    if (body.has("slug")) wanted.slug = body.required_text("slug");
    if (body.has("status")) wanted.status = read_status(body);
    if (call.error()) return call.refusal();
    if (const Status status = update_organization(change, id, wanted); !status.ok()) return api_error(status);
    const Organization& updated = *change.directory().find_organization(id);
    JsonWriter json;
    write_organization(change.directory(), updated, json);
    return versioned_answer(json, updated.version);
}

ApiAnswer delete_organization(Call& call, Change& change) {
    const Id128 id = call.organization().id;
    Deletion deletion{.confirmed_name = call.body.text("confirm")};
    if (call.body.has("forfeit")) deletion.forfeits_credit = call.body.flag("forfeit");
    if (call.error()) return call.refusal();
    if (const Status status = delete_organization(change, id, deletion); !status.ok()) {
        return deletion_refused(call, status, id);
    }
    const auto forfeited = forfeit(call, id, "forfeited: the organization was deleted");
    if (!forfeited) return api_error(forfeited.error());
    JsonWriter json;
    json.object().key("deleted").flag(true).key("forfeited").usd(*forfeited).key("organization");
    write_organization(change.directory(), *change.directory().find_organization(id), json);
    json.end();
    return json_answer(json);
}

}  // namespace tollgate
