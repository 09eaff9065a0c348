#include "gateway/api/audit.h"

#include "gateway/api/actor_name.h"
#include "gateway/api/usage_table.h"
#include "gateway/text/time_text.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr std::uint32_t kUsualEntries = 50, kUsualRefusals = 50;

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

// In a table the documents are named; what they were is in the JSON.
Columns columns_of(const AuditEntry& entry) {
    std::string documents;
    for (const AuditedDocument& one : entry.documents) documents += (documents.empty() ? "" : " ") + one.document;
    return {{"change", number_of(static_cast<std::int64_t>(entry.change))},
            {"created_at", time_of(entry.at_ms)},
            {"actor", text_of(entry.actor)},
            {"actor_name", text_of(entry.actor_name)},
            {"via", text_of(entry.via)},
            {"address", text_of(entry.address)},
            {"action", text_of(entry.action)},
            {"target", text_of(entry.target)},
            {"documents", text_of(documents)}};
}

std::string place_behind(const AuditPage& page) {
    return page.next ? place_of(static_cast<std::int64_t>(*page.next), {}) : std::string();
}

std::optional<std::uint64_t> change_at(const std::string& place) {
    const auto number = number_of_place(place);
    return number ? std::optional(static_cast<std::uint64_t>(*number)) : std::nullopt;
}

AuditQuery read_query(Call& call, const Page& asked, const Id128& organization) {
    QueryFields& fields = call.query;
    AuditQuery query{.organization = organization, .limit = asked.limit};
    query.before = change_at(asked.after);
    if (!asked.after.empty() && !query.before) fields.fail("cursor", "is not one of this list");
    query.action = fields.text("action");
    query.actor = fields.text("actor");
    query.from_ms = fields.time("from").value_or(query.from_ms);
    query.to_ms = fields.time("to").value_or(query.to_ms);
    if (query.to_ms <= query.from_ms) fields.fail("to", "must be after 'from'");
    return query;
}

ApiAnswer list(Call& call, const Id128& organization) {
    const bool as_csv = wants_csv(call.query);
    const Page asked = read_page_of_any(call, kMaxAuditPage, as_csv ? kMaxAuditPage : kUsualEntries);
    AuditQuery query = read_query(call, asked, organization);
    if (call.error()) return call.refusal();
    if (as_csv) {
        const auto read = [&](const std::string& after, std::vector<Columns>& rows) -> Result<std::string> {
            query.before = change_at(after);
            const auto page = read_audit(*call.services.store, query);
            if (!page) return std::unexpected(page.error());
            for (const AuditEntry& entry : page->entries) rows.push_back(columns_of(entry));
            return place_behind(*page);
        };
        return csv_list(call, asked, columns_of(AuditEntry{}), read);
    }
    const auto page = read_audit(*call.services.store, query);
    if (!page) return api_error(page.error());
    JsonWriter json;
    json.object().key("data").array();
    for (const AuditEntry& entry : page->entries) write_entry(entry, json);
    json.end().key("next_cursor").text_or_null(asked.cursor(place_behind(*page))).end();
    return json_answer(json);
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
        json.key("actor_name").text_or_null(actor_name(call, act.actor)).key("via").text_or_null(act.via);
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
