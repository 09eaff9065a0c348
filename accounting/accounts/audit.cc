#include "accounting/accounts/audit.h"

#include <algorithm>
#include <boost/json.hpp>
#include <stdexcept>
#include <utility>

#include "store/key_space.h"

namespace tollgate {
namespace {

namespace json = boost::json;

json::value parse_or_null(const std::string& document) {
    return document.empty() ? json::value() : json::parse(document);
}

std::string text_or_empty(const json::value& document) {
    return document.is_null() ? std::string() : json::serialize(document);
}

std::string encode(const AuditEntry& entry) {
    json::array documents;
    for (const AuditedDocument& document : entry.documents) {
        documents.push_back(json::object{{"document", document.document},
                                         {"before", parse_or_null(document.before)},
                                         {"after", parse_or_null(document.after)}});
    }
    return json::serialize(json::object{{"at_ms", entry.at_ms},
                                        {"actor", entry.actor},
                                        {"actor_name", entry.actor_name},
                                        {"via", entry.via},
                                        {"address", entry.address},
                                        {"action", entry.action},
                                        {"target", entry.target},
                                        {"documents", std::move(documents)}});
}

std::string text(const json::object& object, std::string_view name) {
    return std::string(std::string_view(object.at(name).as_string()));
}

AuditEntry decode(std::string_view value) {
    const json::value parsed = json::parse(value);
    const json::object& object = parsed.as_object();
    AuditEntry entry;
    entry.at_ms = object.at("at_ms").as_int64();
    entry.actor = text(object, "actor");
    entry.actor_name = text(object, "actor_name");
    entry.via = text(object, "via");
    entry.address = text(object, "address");
    entry.action = text(object, "action");
    entry.target = text(object, "target");
    for (const json::value& element : object.at("documents").as_array()) {
        const json::object& document = element.as_object();
        entry.documents.push_back(
            {text(document, "document"), text_or_empty(document.at("before")), text_or_empty(document.at("after"))});
    }
    return entry;
}

std::uint64_t number_in(std::string_view key) {
    const auto number = parse_audit_key(key);
    if (!number) throw std::invalid_argument("no key of an audit entry");
    return *number;
}

bool admits(const AuditQuery& query, const AuditEntry& entry) {
    return (query.action.empty() || query.action == entry.action) &&
           (query.actor.empty() || query.actor == entry.actor) && entry.at_ms >= query.from_ms &&
           entry.at_ms < query.to_ms;
}

}  // namespace

void add_audit_entry(const AuditEntry& entry, WriteBatch& batch) {
    batch.put(Family::changes, audit_key(entry.organization.bytes, entry.change), encode(entry));
}

Result<AuditPage> read_audit(Store& store, const AuditQuery& query) {
    const std::string begin = audit_key(query.organization.bytes, 0);
    std::string end = audit_key(query.organization.bytes, query.before.value_or(UINT64_MAX));
    AuditPage page;
    const std::size_t limit = std::clamp<std::size_t>(query.limit, 1, kMaxAuditPage);
    for (std::size_t examined = 0; examined < kMaxAuditEntriesExamined && page.entries.size() < limit; ++examined) {
        const auto found = store.last_before(Family::changes, begin, end);
        if (!found) {
            page.next.reset();
            if (found.error().code() == StatusCode::not_found) return page;
            return std::unexpected(found.error());
        }
        const std::string& key = found->first;
        try {
            AuditEntry entry = decode(found->second);
            entry.change = number_in(key);
            entry.organization = query.organization;
            page.next = entry.change;
            if (admits(query, entry)) page.entries.push_back(std::move(entry));
        } catch (const std::exception&) {  // so says Boost.JSON that a member is missing or of another type
            return failure(StatusCode::corrupt,
                           "an audit entry of organization " + to_uuid(query.organization) + " is malformed");
        }
        end = key;
    }
    const auto older = store.last_before(Family::changes, begin, end);
    if (!older && older.error().code() != StatusCode::not_found) return std::unexpected(older.error());
    if (!older) page.next.reset();
    return page;
}

}  // namespace tollgate
