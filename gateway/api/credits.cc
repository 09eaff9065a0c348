#include "gateway/api/credits.h"

#include <cstdio>

#include "gateway/worker.h"

namespace tollgate {
namespace {

std::string place_of_lot(const CreditLot& lot) {
    const auto [priority, expires_ms, sequence] = burn_order(lot);
    char text[40];
    std::snprintf(text, sizeof text, "%016llx-%016llx", static_cast<unsigned long long>(expires_ms),
                  static_cast<unsigned long long>(sequence));
    return place_of(priority, text);
}

}  // namespace

ApiAnswer no_credit_of_its_own() {
    return api_error(ErrorKind::permission_denied, "this key has no credit of its own: ask about an organization");
}

ApiAnswer show_own_credits(Call& call) {
    const Organization* const organization = call.directory->find_organization(call.request.caller.organization);
    if (organization == nullptr) return no_credit_of_its_own();
    const auto snapshot = organization->credit->snapshot();
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
    const Page page = read_page(call);
    if (call.error()) return call.refusal();
    const auto part =
        page_of(page, call.services.ledger->credit_lots(call.organization().id), burn_order, place_of_lot);
    JsonWriter json;
    const auto write = [&json](const CreditLot& lot) {
        json.object().key("transaction_id").text(to_ulid(lot.transaction)).key("source").text(to_string(lot.source));
        json.key("amount").usd(lot.amount).key("remaining").usd(lot.remaining).key("priority").number(lot.priority);
        json.key("expires_at").time(lot.expires_ms);
        json.key("created_at").time(lot.created_ms);
        json.end();
    };
    write_page(part, write, json);
    return json_answer(json);
}

}  // namespace tollgate
