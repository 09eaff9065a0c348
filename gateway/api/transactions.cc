#include "gateway/api/transactions.h"

#include <algorithm>
#include <span>

#include "gateway/api/actor_name.h"
#include "gateway/api/generation.h"
#include "gateway/api/purchases.h"
#include "gateway/text/time_text.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

// A transaction's ULID, or what names a request.
Id128 read_id(BodyFields& fields, std::string_view name) {
    const auto id = parse_generation_id(fields.required_text(name));
    if (!id) fields.fail(name, "is not an id");
    return id.value_or(Id128{});
}

// "transaction.usage_refund"
std::string audited_action(TransactionKind kind) {
    std::string action = "transaction." + std::string(name_of(kind));
    std::ranges::replace_if(action, [](char c) { return c == ' ' || c == '-'; }, '_');
    return action;
}

// As the audit shows it; amounts in nano-USD, as in every stored document.
std::string audited_document(const TransactionRequest& transaction, NanoUsd moved) {
    JsonWriter json;
    json.object().key("kind").text(name_of(transaction.kind)).key("amount").number(moved.value);
    json.key("organization").text(to_uuid(transaction.organization)).key("counterparty");
    transaction.counterparty.is_nil() ? json.null() : json.text(to_uuid(transaction.counterparty));
    json.key("reference");
    transaction.reference.is_nil() ? json.null() : json.text(to_ulid(transaction.reference));
    json.key("note").text_or_null(transaction.note).end();
    return json.take();
}

ApiAnswer book(Call& call, TransactionRequest transaction) {
    transaction.organization = call.organization().id;
    transaction.idempotency_key = call.request.idempotency_key;
    transaction.idempotency_scope = idempotency_scope(call.request);
    transaction.note = call.body.text("note");
    transaction.actor = actor_of(call.request.caller);
    if (call.error()) return call.refusal();
    const ApiRequest& request = call.request;
    Change change(*call.services.accounts, request.caller, audited_action(transaction.kind), request.now_ms);
    const auto result = transact(*call.services.ledger, change, transaction);
    return result ? booked_answer(call, *result) : api_error(result.error());
}

// People transfer to where they are active members; to them any other organization is as unknown as one that never was.
bool may_receive(const Call& call, const Id128& organization) {
    const Organization* const target = call.directory->find_organization(organization);
    if (target == nullptr || target->policy.closed()) return false;
    const Caller& caller = call.request.caller;
    return caller.is_operator() || standing_of(*call.directory, caller, organization).role != Role::none;
}

ApiAnswer end_purchase(Call& call, TransactionKind kind) {
    const auto purchase = parse_ulid(call.path("purchase"));
    if (!purchase) return api_error(ErrorKind::not_found, "there is no such purchase in this organization");
    return book(call, {.kind = kind, .organization = {}, .reference = *purchase});
}

// What a deleted organization is still owed, or owes, is put right; more is not given to it.
ApiAnswer closed_to_new_credit() { return api_error(ErrorKind::not_found, "the organization was deleted"); }

// All that a row may say; what its kind does not have is null.
Columns columns_of(const Call& call, const HistoryRow& row) {
    const bool usage = row.kind == EntryKind::usage;
    const auto ulid = [](const Id128& id, std::string_view prefix = {}) {
        return id.is_nil() ? Value{} : text_of(std::string(prefix) + to_ulid(id));
    };
    const auto time = [](std::int64_t unix_ms) { return unix_ms == 0 ? Value{} : time_of(unix_ms); };
    const std::string day = rfc3339(ulid_time_ms(row.transaction)).substr(0, 10);
    const bool confirmed = row.kind == EntryKind::purchase && row.state == TransactionState::done;
    return {{"id", ulid(row.transaction)},
            {"kind", text_of(to_string(row.kind))},
            {"state", text_of(to_string(row.state))},
            {"amount", usd_of(row.amount)},
            {"asked", row.asked == NanoUsd{} ? Value{} : usd_of(row.asked)},
            {"balance", usd_of(row.balance_after)},
            {"reference", ulid(row.reference, row.kind == EntryKind::usage_refund ? "gen-" : "")},
            {"counterparty", id_of(row.counterparty)},
            {"project_id", id_of(row.project)},
            {"date", usage ? text_of(day) : Value{}},
            {"requests", usage ? number_of(static_cast<std::int64_t>(row.requests)) : Value{}},
            {"priority", usage ? Value{} : number_of(row.priority)},
            {"expires_at", time(row.expires_ms)},
            {"actor", text_of(row.actor)},
            {"actor_name", text_of(actor_name(call, row.actor))},
            {"note", text_of(row.note)},
            {"created_at", time(row.created_ms)},
            {"confirmed_at", confirmed ? time(row.at_ms) : Value{}},
            {"confirmed_by", text_of(row.confirmed_by)},
            {"confirmed_by_name", text_of(actor_name(call, row.confirmed_by))}};
}

// Without the members that rows of its kind don't have.
void write_row(const Call& call, const HistoryRow& row, JsonWriter& json) {
    const bool usage = row.kind == EntryKind::usage;
    const bool took_less = row.asked != NanoUsd{} && row.asked != row.amount;
    Columns columns = columns_of(call, row);
    std::erase_if(columns, [&](const auto& column) {
        const std::string_view name = column.first;
        if (name == "asked") return !took_less;
        if (name.starts_with("confirmed_")) return row.kind != EntryKind::purchase;
        if (name == "date" || name == "requests") return !usage;
        return usage && (name == "priority" || name == "expires_at" || name.starts_with("actor") || name == "note");
    });
    write_json(columns, json);
}

// The filters that all lists of transactions have.
HistoryQuery read_history_query(Call& call, const Page& page) {
    QueryFields& fields = call.query;
    HistoryQuery query{.organization = call.organization().id};
    query.limit = page.limit;
    if (!page.after.empty()) {
        query.before = parse_ulid(page.after);
        if (!query.before) fields.fail("cursor", "is not one of this list");
    }
    if (const std::string state = fields.text("state"); !state.empty()) {
        query.state = parse_transaction_state(state);
        if (!query.state) fields.fail("state", "must be done, pending or cancelled");
    }
    query.actor = fields.text("actor");
    query.from_ms = fields.time("from").value_or(query.from_ms);
    query.to_ms = fields.time("to").value_or(query.to_ms);
    if (query.to_ms <= query.from_ms) fields.fail("to", "must be after 'from'");
    return query;
}

Page read_history_page(Call& call) {
    return read_page_of_any(call, kMaxHistoryPage, wants_csv(call.query) ? kMaxHistoryPage : kUsualPage);
}

// Where a page ends, as its cursor has it.
std::string place_behind(const HistoryPage& page) { return page.next ? to_ulid(*page.next) : std::string(); }

ApiAnswer history_csv(const Call& call, const Page& asked, HistoryQuery query) {
    const auto read = [&](const std::string& after, std::vector<Columns>& rows) -> Result<std::string> {
        if (!after.empty()) query.before = parse_ulid(after);
        const auto page = call.services.ledger->history(query);
        if (!page) return std::unexpected(page.error());
        for (const HistoryRow& row : page->rows) rows.push_back(columns_of(call, row));
        return place_behind(*page);
    };
    return csv_list(call, asked, columns_of(call, HistoryRow{}), read);
}

ApiAnswer list_history(Call& call, const Page& asked, const HistoryQuery& query) {
    const bool as_csv = wants_csv(call.query);
    if (call.error()) return call.refusal();
    if (as_csv) return history_csv(call, asked, query);
    const auto page = call.services.ledger->history(query);
    if (!page) return api_error(page.error());
    JsonWriter json;
    json.object().key("data").array();
    for (const HistoryRow& row : page->rows) write_row(call, row, json);
    json.end().key("next_cursor").text_or_null(asked.cursor(place_behind(*page))).end();
    return json_answer(json);
}

}  // namespace

Result<TransactionResult> transact(Ledger& ledger, Change& change, TransactionRequest& transaction,
                                   const std::function<void(const Id128&)>& put) {
    transaction.beside = [&](const Id128& id, NanoUsd moved, WriteBatch& batch) {
        if (put) put(id);
        const std::array both = {transaction.organization, transaction.counterparty};
        const std::size_t count = transaction.counterparty.is_nil() ? 1 : 2;
        const std::string name = "transaction/" + to_ulid(id);
        const AuditedDocument document{.document = name, .before = {}, .after = audited_document(transaction, moved)};
        change.add_to(batch, std::span(both).first(count), name, document);
    };
    return ledger.transact(transaction, change.now_ms());
}

Result<NanoUsd> forfeit(Call& call, const Id128& organization, std::string note) {
    const Organization& found = *call.directory->find_organization(organization);
    const NanoUsd balance = found.credit->snapshot().balance();
    if (balance <= NanoUsd{}) return NanoUsd{};
    const auto taken = call.services.ledger->transact({.kind = TransactionKind::adjustment,
                                                       .organization = organization,
                                                       .amount = -balance,
                                                       .note = std::move(note),
                                                       .actor = actor_of(call.request.caller)},
                                                      call.request.now_ms);
    if (!taken) return std::unexpected(taken.error());
    return -taken->moved;
}

ApiAnswer booked_answer(const Call& call, const TransactionResult& result) {
    JsonWriter json;
    json.object().key("transaction_id").text(to_ulid(result.transaction)).key("amount").usd(result.moved);
    json.key("balance").usd(call.organization().credit->snapshot().balance());
    json.key("repeated").flag(result.repeated).end();
    return json_answer(json, result.repeated ? kStatusOfRepeat : 201);
}

NanoUsd positive_amount(BodyFields& fields) {
    const auto amount = fields.usd("amount").value_or(std::nullopt);
    if (amount && amount->value > 0) return *amount;
    fields.fail("amount", "must be a positive number of USD");
    return {};
}

ApiAnswer add_credit(Call& call) {
    if (call.organization().policy.closed()) return closed_to_new_credit();
    BodyFields& fields = call.body;
    TransactionRequest transaction{.kind = TransactionKind::grant, .organization = {}};
    transaction.amount = positive_amount(fields);
    if (const auto priority = fields.count("priority", kMaxLotPriority).value_or(std::nullopt)) {
        transaction.priority = static_cast<std::int32_t>(*priority);
    }
    transaction.expires_ms = fields.time_after("expires_at", call.request.now_ms);
    return book(call, transaction);
}

ApiAnswer begin_purchase(Call& call) {
    if (call.organization().policy.closed()) return closed_to_new_credit();
    return book(call, purchase_of(call, positive_amount(call.body)));
}

ApiAnswer confirm_purchase(Call& call) { return end_purchase(call, TransactionKind::confirm_purchase); }
ApiAnswer cancel_purchase(Call& call) { return end_purchase(call, TransactionKind::cancel_purchase); }

ApiAnswer refund(Call& call) {
    BodyFields& fields = call.body;
    const bool usage = fields.has("request_id");
    if (usage == fields.has("purchase_id")) fields.fail("request_id", "or 'purchase_id' is required, not both");
    TransactionRequest transaction{.kind = usage ? TransactionKind::usage_refund : TransactionKind::payment_refund,
                                   .organization = {}};
    transaction.reference = read_id(fields, usage ? "request_id" : "purchase_id");
    if (fields.has("amount")) transaction.amount = positive_amount(fields);
    return book(call, transaction);
}

ApiAnswer transfer(Call& call) {
    BodyFields& fields = call.body;
    TransactionRequest transaction{.kind = TransactionKind::transfer, .organization = {}};
    transaction.amount = positive_amount(fields);
    const auto to = parse_uuid(fields.required_text("to"));
    if (!to) fields.fail("to", "must be a UUID");
    if (call.error() || !to) return call.refusal();
    if (!may_receive(call, *to)) return api_error(ErrorKind::not_found, "there is no such organization to transfer to");
    transaction.counterparty = *to;
    return book(call, transaction);
}

ApiAnswer adjust(Call& call) {
    BodyFields& fields = call.body;
    const auto amount = fields.usd("amount").value_or(std::nullopt);
    if (!amount || *amount == NanoUsd{}) fields.fail("amount", "must be a number of USD other than 0");
    return book(call, {.kind = TransactionKind::adjustment, .organization = {}, .amount = amount.value_or(NanoUsd{})});
}

ApiAnswer charge_back(Call& call) {
    BodyFields& fields = call.body;
    TransactionRequest transaction{.kind = TransactionKind::charge_back, .organization = {}};
    transaction.reference = read_id(fields, "purchase_id");
    transaction.amount = positive_amount(fields);
    return book(call, transaction);
}

ApiAnswer list_transactions(Call& call) {
    const Page page = read_history_page(call);
    HistoryQuery query = read_history_query(call, page);
    if (const std::string kind = call.query.text("kind"); !kind.empty()) {
        query.kind = parse_entry_kind(kind);
        if (!query.kind) call.query.fail("kind", "is not a kind of transaction");
    }
    return list_history(call, page, query);
}

ApiAnswer list_purchases(Call& call) {
    const Page page = read_history_page(call);
    HistoryQuery query = read_history_query(call, page);
    query.kind = EntryKind::purchase;
    return list_history(call, page, query);
}

}  // namespace tollgate
