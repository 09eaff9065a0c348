#include "gateway/api/audit.h"

#include "gateway/api/usage_table.h"
#include "gateway/text/time_text.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr std::uint32_t kUsualRefusals = 50;

void write_document(std::string_view name, const std::string& text, JsonWriter& json) {
    json.key(name);
    text.empty() ? json.null() : json.raw(text);
}

void write_entry(const AuditEntry& entry, JsonWriter& json) {
    json.object().key("change").number(static_cast<std::int64_t>(entry.change)).key("created_at").time(entry.at_ms);
    json.key("actor").text(entry.actor).key("actor_name").text_or_null(entry.actor_name);
    json.key("via").text(entry.via).key("address").text_or_null(entry.address);
    json.key("action").text(entry.action).key("target").text(entry.target).key("documents").array();
    for (const AuditedDocument& one : entry.documents) {
        json.object().key("document").text(one.document);
        write_document("before", one.before, json);
        write_document("after", one.after, json);
        json.end();
    }
    json.end().end();
}

ApiAnswer list(Call& call, const Id128& organization) {
    AuditQuery query{.organization = organization};
    const Page asked = read_page_of_any(call, kMaxAuditPage, static_cast<std::uint32_t>(query.limit));
    query.limit = asked.limit;
    if (!asked.after.empty()) {
        query.before = static_cast<std::uint64_t>(number_of_place(asked.after).value_or(0));
        if (*query.before == 0) call.query.fail("cursor", "is not one of this list");
    }
    if (call.error()) return call.refusal();
    const auto page = read_audit(*call.services.store, query);
    if (!page) return api_error(page.error());
    JsonWriter json;
    json.object().key("data").array();
    for (const AuditEntry& entry : page->entries) write_entry(entry, json);
    const std::string next = page->next ? place_of(static_cast<std::int64_t>(*page->next), {}) : std::string();
    json.end().key("next_cursor").text_or_null(asked.cursor(next)).end();
    return json_answer(json);
}

std::string name_of(const Directory& directory, std::string_view actor) {
    constexpr std::string_view kUser = "user:";
    const auto id = actor.starts_with(kUser) ? parse_uuid(actor.substr(kUser.size())) : std::nullopt;
    const User* const user = id ? directory.find_user(*id) : nullptr;
    return user != nullptr ? user->name : std::string();
}

ApiAnswer refusals(Call& call, const Id128& organization) {
    const Page asked = read_page_of_any(call, kMaxRefusalPage, kUsualRefusals);
    if (call.error()) return call.refusal();
    Refusals& refusals = *call.services.refusals;
    if (const Status stored = refusals.flush(); !stored.ok()) return api_error(stored);
    const auto page = refusals.list(organization, asked.after, asked.limit);
    if (!page) return api_error(page.error());
    JsonWriter json;
    json.object().key("data").array();
    for (const RefusedAct& act : page->acts) {
        json.object().key("date").text(rfc3339(act.day * kDayMs).substr(0, 10)).key("actor").text(act.actor);
        json.key("actor_name").text_or_null(name_of(*call.directory, act.actor)).key("via").text_or_null(act.via);
        json.key("method").text_or_null(act.method).key("route").text_or_null(act.route);
        json.key("reason").text(to_string(act.reason)).key("address").text_or_null(act.address);
        json.key("count").number(static_cast<std::int64_t>(act.count));
        json.key("first_at").time(act.first_ms).key("last_at").time(act.last_ms).end();
    }
    json.end().key("next_cursor").text_or_null(asked.cursor(page->next.value_or(std::string()))).end();
    return json_answer(json);
}

}  // namespace

ApiAnswer list_audit(Call& call) { return list(call, call.organization().id); }
ApiAnswer list_instance_audit(Call& call) { return list(call, Id128{}); }
ApiAnswer list_refusals(Call& call) { return refusals(call, call.organization().id); }
ApiAnswer list_instance_refusals(Call& call) { return refusals(call, Id128{}); }

}  // namespace tollgate
