#include "gateway/api/transactions.h"

#include <array>

#include "gateway/api/body_fields.h"
#include "gateway/api/query_fields.h"
#include "gateway/text/time_text.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

// One call, its path taken apart: /api/organizations/{organization}/{collection}/{item}/{action}.
struct Call {
    Services& services;
    const ApiRequest& request;
    Id128 organization;
    std::string_view item;
};

// An amount above zero; failed if it is anything else.
NanoUsd positive_amount(BodyFields& fields) {
    const auto amount = fields.usd("amount").value_or(std::nullopt);
    if (amount && amount->value > 0) return *amount;
    fields.fail("amount", "must be a positive number of USD");
    return {};
}

// A transaction's ULID, or a request's with what its id begins with.
Id128 read_id(BodyFields& fields, std::string_view name) {
    std::string text = fields.required_text(name);
    if (text.starts_with("gen-") || text.starts_with("req_")) text.erase(0, 4);
    const auto id = parse_ulid(text);
    if (!id) fields.fail(name, "is not an id");
    return id.value_or(Id128{});
}

ApiAnswer book(const Call& call, BodyFields& fields, TransactionRequest transaction) {
    transaction.organization = call.organization;
    transaction.idempotency_key = call.request.idempotency_key;
    transaction.note = fields.text("note");
    transaction.actor = actor_of(call.request.caller);
    if (fields.error()) return fields.refusal();
    const auto result = call.services.ledger->transact(transaction, call.request.now_ms);
    if (!result) return api_error(result.error());
    JsonWriter json;
    json.object().key("transaction_id").text(to_ulid(result->transaction)).key("amount").usd(result->moved);
    json.key("balance").usd(call.services.credits->organization(call.organization).snapshot().balance());
    json.key("repeated").flag(result->repeated).end();
    return json_answer(json, 201);
}

ApiAnswer add_credit(const Call& call) {
    BodyFields fields(call.request.body, {"amount", "priority", "expires_at", "note"});
    TransactionRequest transaction{.kind = TransactionKind::grant, .organization = {}};
    transaction.amount = positive_amount(fields);
    if (const auto priority = fields.count("priority", kMaxLotPriority).value_or(std::nullopt)) {
        transaction.priority = static_cast<std::int32_t>(*priority);
    }
    transaction.expires_ms = fields.time_after("expires_at", call.request.now_ms);
    return book(call, fields, transaction);
}

ApiAnswer begin_purchase(const Call& call) {
    BodyFields fields(call.request.body, {"amount", "note"});
    TransactionRequest transaction{.kind = TransactionKind::purchase, .organization = {}};
    transaction.amount = positive_amount(fields);
    return book(call, fields, transaction);
}

ApiAnswer end_purchase(const Call& call, TransactionKind kind) {
    const auto purchase = parse_ulid(call.item);
    if (!purchase) return api_error(ErrorKind::not_found, "there is no such purchase in this organization");
    const std::string body = call.request.body.empty() ? "{}" : call.request.body;
    BodyFields fields(body, {"note"});
    return book(call, fields, {.kind = kind, .organization = {}, .reference = *purchase});
}

ApiAnswer confirm_purchase(const Call& call) { return end_purchase(call, TransactionKind::confirm_purchase); }
ApiAnswer cancel_purchase(const Call& call) { return end_purchase(call, TransactionKind::cancel_purchase); }

ApiAnswer refund(const Call& call) {
    BodyFields fields(call.request.body, {"request_id", "purchase_id", "amount", "note"});
    const bool usage = fields.has("request_id");
    if (usage == fields.has("purchase_id")) fields.fail("request_id", "or 'purchase_id' is required, not both");
    TransactionRequest transaction{.kind = usage ? TransactionKind::usage_refund : TransactionKind::payment_refund,
                                   .organization = {}};
    transaction.reference = read_id(fields, usage ? "request_id" : "purchase_id");
    if (fields.has("amount")) transaction.amount = positive_amount(fields);
    return book(call, fields, transaction);
}

ApiAnswer transfer(const Call& call) {
    BodyFields fields(call.request.body, {"to", "amount", "note"});
    TransactionRequest transaction{.kind = TransactionKind::transfer, .organization = {}};
    transaction.amount = positive_amount(fields);
    const auto to = parse_uuid(fields.required_text("to"));
    if (!to || call.services.accounts->directory()->find_organization(*to) == nullptr) {
        fields.fail("to", "is no organization here");
    }
    transaction.counterparty = to.value_or(Id128{});
    return book(call, fields, transaction);
}

ApiAnswer adjust(const Call& call) {
    BodyFields fields(call.request.body, {"amount", "note"});
    const auto amount = fields.usd("amount").value_or(std::nullopt);
    if (!amount || *amount == NanoUsd{}) fields.fail("amount", "must be a number of USD other than 0");
    return book(call, fields,
                {.kind = TransactionKind::adjustment, .organization = {}, .amount = amount.value_or(NanoUsd{})});
}

ApiAnswer charge_back(const Call& call) {
    BodyFields fields(call.request.body, {"purchase_id", "amount", "note"});
    TransactionRequest transaction{.kind = TransactionKind::charge_back, .organization = {}};
    transaction.reference = read_id(fields, "purchase_id");
    transaction.amount = positive_amount(fields);
    return book(call, fields, transaction);
}

void write_id(JsonWriter& json, std::string_view name, const Id128& id, const std::string& text) {
    json.key(name);
    id.is_nil() ? json.null() : json.text(text);
}

ApiAnswer show_credit(const Call& call) {
    const auto snapshot = call.services.credits->organization(call.organization).snapshot();
    JsonWriter json;
    json.object().key("balance").usd(snapshot.balance()).key("total_credits").usd(snapshot.granted);
    json.key("total_usage").usd(snapshot.used).key("held").usd(snapshot.held).end();
    return json_answer(json);
}

ApiAnswer list_lots(const Call& call) {
    JsonWriter json;
    json.object().key("data").array();
    for (const CreditLot& lot : call.services.ledger->credit_lots(call.organization)) {
        json.object().key("transaction_id").text(to_ulid(lot.transaction)).key("source").text(to_string(lot.source));
        json.key("amount").usd(lot.amount).key("remaining").usd(lot.remaining).key("priority").number(lot.priority);
        json.key("expires_at").time(lot.expires_ms);
        json.key("created_at").time(lot.created_ms);
        json.end();
    }
    json.end().end();
    return json_answer(json);
}

void write_row(const HistoryRow& row, JsonWriter& json) {
    const bool usage = row.kind == EntryKind::usage;
    json.object().key("id").text(to_ulid(row.transaction)).key("kind").text(to_string(row.kind));
    json.key("state").text(to_string(row.state)).key("amount").usd(row.amount);
    if (row.asked != NanoUsd{} && row.asked != row.amount) json.key("asked").usd(row.asked);
    json.key("balance").usd(row.balance_after);
    const std::string reference = to_ulid(row.reference);
    write_id(json, "reference", row.reference, row.kind == EntryKind::usage_refund ? "gen-" + reference : reference);
    write_id(json, "counterparty", row.counterparty, to_uuid(row.counterparty));
    write_id(json, "project_id", row.project, to_uuid(row.project));
    if (usage) {
        json.key("date").text(rfc3339(ulid_time_ms(row.transaction)).substr(0, 10));
        json.key("requests").number(static_cast<std::int64_t>(row.requests));
    } else {
        json.key("priority").number(row.priority);
        json.key("expires_at").time(row.expires_ms);
        json.key("actor");
        row.actor.empty() ? json.null() : json.text(row.actor);
        json.key("note");
        row.note.empty() ? json.null() : json.text(row.note);
    }
    json.key("created_at").time(row.at_ms);
    json.end();
}

ApiAnswer list_transactions(const Call& call) {
    QueryFields fields(call.request.query, {"cursor", "kind", "limit"});
    HistoryQuery query{.organization = call.organization};
    query.limit = fields.number("limit", 1, kMaxHistoryPage, static_cast<std::uint32_t>(query.limit));
    if (const std::string cursor = fields.text("cursor"); !cursor.empty()) {
        query.before = parse_ulid(cursor);
        if (!query.before) fields.fail("cursor", "is none of this list's");
    }
    if (const std::string kind = fields.text("kind"); !kind.empty()) {
        query.kind = parse_entry_kind(kind);
        if (!query.kind) fields.fail("kind", "is not a kind of transaction");
    }
    if (fields.failed()) return fields.refusal();
    const auto page = call.services.ledger->history(query);
    if (!page) return api_error(page.error());
    JsonWriter json;
    json.object().key("data").array();
    for (const HistoryRow& row : page->rows) write_row(row, json);
    json.end().key("next_cursor");
    const std::optional<Id128>& next = page->next;
    next ? json.text(to_ulid(*next)) : json.null();
    json.end();
    return json_answer(json);
}

struct Row {
    std::string_view method, collection, action;
    ApiAnswer (*handler)(const Call&);
};

constexpr std::array kHandlers = {
    Row{"POST", "credits", "", add_credit},
    Row{"GET", "credits", "", show_credit},
    Row{"GET", "credit-lots", "", list_lots},
    Row{"POST", "purchases", "", begin_purchase},
    Row{"POST", "purchases", "confirm", confirm_purchase},
    Row{"POST", "purchases", "cancel", cancel_purchase},
    Row{"POST", "refunds", "", refund},
    Row{"POST", "transfers", "", transfer},
    Row{"POST", "adjustments", "", adjust},
    Row{"POST", "chargebacks", "", charge_back},
    Row{"GET", "transactions", "", list_transactions},
};

std::optional<ApiAnswer> refuse(Services& services, const ApiRequest& request, const std::optional<Id128>& id) {
    ApiAnswer answer;
    for (const Permission permission : {Permission::see_billing, Permission::move_credit}) {
        if (permission == Permission::move_credit && request.method == "GET") break;
        answer.error = check_access(services, request.caller, permission, id);
        if (answer.error) return answer;
    }
    return std::nullopt;
}

}  // namespace

std::optional<ApiAnswer> answer_transactions(Services& services, const ApiRequest& request) {
    std::string_view path = request.path;
    constexpr std::string_view kPrefix = "/api/organizations/";
    if (!path.starts_with(kPrefix)) return std::nullopt;
    path.remove_prefix(kPrefix.size());
    const auto organization = parse_uuid(take_segment(path));
    const std::string_view collection = take_segment(path), item = take_segment(path), action = take_segment(path);
    bool known = false;
    for (const Row& row : kHandlers) {
        if (row.collection != collection || row.action != action || item.empty() != action.empty() || !path.empty()) {
            continue;
        }
        known = true;
        if (row.method != request.method) continue;
        if (auto refusal = refuse(services, request, organization)) return refusal;
        return row.handler({services, request, organization.value_or(Id128{}), item});
    }
    if (!known) return std::nullopt;
    return api_error(ErrorKind::method_not_allowed, "this route does not take this method");
}

}  // namespace tollgate
