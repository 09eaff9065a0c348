#include "gateway/api/credits.h"

#include "gateway/worker.h"

namespace tollgate {

ApiAnswer no_credit_of_its_own() {
    return api_error(ErrorKind::permission_denied, "the root key has no credit of its own: ask about an organization");
}

ApiAnswer show_own_credits(Call& call) {
    if (call.request.principal.credit == nullptr) return no_credit_of_its_own();
    const auto snapshot = call.request.principal.credit->snapshot();
    JsonWriter json;
    json.object().key("data").object();
    json.key("total_credits").usd(snapshot.granted).key("total_usage").usd(snapshot.used).end().end();
    return json_answer(json);
}

ApiAnswer show_credits(Call& call) {
    const auto snapshot = call.organization().credit->snapshot();
    JsonWriter json;
    json.object().key("balance").usd(snapshot.balance()).key("total_credits").usd(snapshot.granted);
    json.key("total_usage").usd(snapshot.used).key("held").usd(snapshot.held).end();
    return json_answer(json);
}

ApiAnswer list_lots(Call& call) {
    JsonWriter json;
    json.object().key("data").array();
    for (const CreditLot& lot : call.services.ledger->credit_lots(call.organization().id)) {
        json.object().key("transaction_id").text(to_ulid(lot.transaction)).key("source").text(to_string(lot.source));
        json.key("amount").usd(lot.amount).key("remaining").usd(lot.remaining).key("priority").number(lot.priority);
        json.key("expires_at").time(lot.expires_ms);
        json.key("created_at").time(lot.created_ms);
        json.end();
    }
    json.end().end();
    return json_answer(json);
}

}  // namespace tollgate
