#include "gateway/api/credit_requests.h"

#include "accounting/accounts/user.h"
#include "gateway/api/actor_name.h"
#include "gateway/api/purchases.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

// Of what an approval booked: a purchase of people may wait for its payment, or be cancelled. Empty: nothing was.
std::string_view transaction_state(const Call& call, const CreditRequest& request) {
    if (request.state != CreditRequestState::approved) return {};
    const auto booked = find_transaction(*call.services.store, call.organization().id, request.transaction);
    return booked ? to_string(booked->state) : std::string_view();
}

void write_request(const Call& call, const CreditRequest& request, JsonWriter& json) {
    const bool approved = request.state == CreditRequestState::approved;
    json.object().key("id").text(to_uuid(request.id)).key("user_id").text(to_uuid(request.user));
    json.key("user_name").text_or_null(name_of_user(*call.directory, *call.services.store, request.user).value_or(""));
    json.key("amount").usd(request.amount).key("note").text_or_null(request.note);
    json.key("state").text(to_string(request.state)).key("approved_amount");
    approved ? json.usd(request.approved) : json.null();
    json.key("decided_by").text_or_null(request.decided_by);
    json.key("decided_by_name").text_or_null(actor_name(call, request.decided_by));
    json.key("decided_at").time(request.decided_ms);
    json.key("decision_note").text_or_null(request.decision_note);
    json.key("transaction_id").text_or_null(approved ? to_ulid(request.transaction) : std::string());
    json.key("transaction_state").text_or_null(transaction_state(call, request));
    json.key("created_at").time(request.created_ms).key("version").number(request.version).end();
}

ApiAnswer request_answer(const Call& call, const CreditRequest& request, int status = 200) {
    JsonWriter json;
    write_request(call, request, json);
    return versioned_answer(json, request.version, status);
}

// The one that the path names, if the caller may see it; who sees his own only is told of no other.
Result<CreditRequest> asked_for(const Call& call, bool own_only) {
    const auto id = parse_uuid(call.path("credit_request"));
    auto found = find_credit_request(*call.services.store, call.organization().id, id.value_or(Id128{}));
    if (found && own_only && found->user != call.request.caller.user) {
        return find_credit_request(*call.services.store, call.organization().id, {});
    }
    return found;
}

ApiAnswer decide(const Call& call, Change& change, bool own_only, const Decision& decision) {
    const auto request = asked_for(call, own_only);
    if (!request) return api_error(request.error());
    if (Status status = check_pending(*request); !status.ok()) return api_error(status);
    return request_answer(call, tollgate::decide(change, *request, decision));
}

// An approval that is repeated: the answer to the first one, if it says the same.
bool approved_so(const CreditRequest& request, const std::optional<NanoUsd>& amount) {
    return request.state == CreditRequestState::approved && (!amount || *amount == request.approved);
}

}  // namespace

ApiAnswer create_credit_request(Call& call, Change& change) {
    const NanoUsd amount = positive_amount(call.body);
    const std::string note = call.body.text("note");
    if (amount > kMostAmount) call.body.fail("amount", "is more than one transaction may be about");
    if (call.error()) return call.refusal();
    const auto made = create_credit_request(change, call.organization().id, amount, note);
    return made ? request_answer(call, *made, 201) : api_error(made.error());
}

ApiAnswer list_credit_requests(Call& call) {
    const Page page = read_page(call);
    std::optional<CreditRequestState> wanted;
    if (const std::string text = call.query.text("state"); !text.empty()) {
        CreditRequestState state = CreditRequestState::pending;
        if (!parse(text, state)) call.query.fail("state", "must be pending, approved, declined or withdrawn");
        wanted = state;
    }
    if (call.error()) return call.refusal();
    auto all = credit_requests_of(*call.services.store, call.organization().id);
    if (!all) return api_error(all.error());
    std::erase_if(*all, [&](const CreditRequest& one) {
        const bool hidden = call.permit().own_only && one.user != call.request.caller.user;
        return hidden || (wanted && one.state != *wanted);
    });
    const auto part = page_of(
        page, std::move(*all), [](const CreditRequest& one) { return std::tuple(one.created_ms, one.id); },
        [](const CreditRequest& one) { return place_of(one.created_ms, to_uuid(one.id)); });
    JsonWriter json;
    write_page(part, [&](const CreditRequest& one) { write_request(call, one, json); }, json);
    return json_answer(json);
}

ApiAnswer show_credit_request(Call& call) {
    const auto found = asked_for(call, call.permit().own_only);
    return found ? request_answer(call, *found) : api_error(found.error());
}

ApiAnswer approve_credit_request(Call& call) {
    std::optional<NanoUsd> amount;
    if (call.body.has_value("amount")) amount = positive_amount(call.body);
    const std::string note = call.body.text("note");
    if (note.size() > kCreditRequestNoteBytes) call.body.fail("note", "is too long");
    if (call.error()) return call.refusal();
    const ApiRequest& asked = call.request;
    Change change(*call.services.accounts, asked.caller, "credit_request.approve", asked.now_ms);
    if (const Error refused = call.check_standing(change.directory())) {
        ApiAnswer answer;
        answer.error = refused;
        return answer;
    }
    const auto request = asked_for(call, false);
    if (!request) return api_error(request.error());
    if (approved_so(*request, amount)) return request_answer(call, *request);
    if (Status status = check_pending(*request); !status.ok()) return api_error(status);

    const NanoUsd approved = amount.value_or(request->amount);
    TransactionRequest booking = purchase_of(call, approved);
    if (call.error()) return call.refusal();
    if (asked.caller.is_operator()) booking.kind = TransactionKind::grant;
    booking.note = request->note;
    booking.actor = actor_of(asked.caller);
    booking.require = [&, room = std::move(booking.require)]() -> Status {
        if (room) {
            if (Status status = room(); !status.ok()) return status;
        }
        const auto now = asked_for(call, false);
        return now ? check_pending(*now) : now.error();
    };
    CreditRequest decided;
    const auto booked = transact(*call.services.ledger, change, booking, [&](const Id128& transaction) {
        decided = tollgate::decide(
            change, *request,
            {.state = CreditRequestState::approved, .note = note, .approved = approved, .transaction = transaction});
    });
    return booked ? request_answer(call, decided) : api_error(booked.error());
}

ApiAnswer decline_credit_request(Call& call, Change& change) {
    const std::string note = call.body.text("note");
    if (note.size() > kCreditRequestNoteBytes) call.body.fail("note", "is too long");
    if (call.error()) return call.refusal();
    return decide(call, change, false, {.state = CreditRequestState::declined, .note = note});
}

ApiAnswer withdraw_credit_request(Call& call, Change& change) {
    return decide(call, change, true, {.state = CreditRequestState::withdrawn});
}

}  // namespace tollgate
