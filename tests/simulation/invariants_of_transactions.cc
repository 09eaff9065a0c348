// Of Invariants, what is about transactions and the lots of credit they make and burn.
#include <algorithm>

#include "tests/simulation/invariants.h"

namespace tollgate::simulation {
namespace {

std::string name_of(const TransactionRequest& request) {
    return std::string(tollgate::name_of(request.kind)) + " of " + to_usd(request.amount);
}

// Whether the entry is what the caller asked for, as far as one can tell.
bool is_of(const BookedTransaction& booked, const ModelTransaction& asked) {
    const TransactionRequest& request = asked.request;
    const bool confirms = request.kind == TransactionKind::confirm_purchase;
    const bool refers = request.kind != TransactionKind::adjustment;
    const NanoUsd pending = request.kind == TransactionKind::purchase ? request.amount : booked.pending;
    const bool charge_back = request.kind == TransactionKind::charge_back;
    const auto& answer = asked.answer;
    const bool answered_so = !answer || ends_purchase(request.kind) || request.kind == TransactionKind::purchase ||
                             answer->moved == booked.moved;
    const bool named_so = !answer || ends_purchase(request.kind) || answer->transaction == booked.event;
    return booked.kind == entry_kind_of(request.kind) && booked.organization == request.organization &&
           booked.reference == (refers ? request.reference : Id128{}) && booked.counterparty == request.counterparty &&
           booked.priority == request.priority && booked.expires_ms == request.expires_ms &&
           asked.moved.least <= booked.moved && booked.moved <= asked.moved.most && booked.pending == pending &&
           (!ends_purchase(request.kind) || confirms == (booked.moved > NanoUsd{})) &&
           booked.lost == (charge_back ? request.amount + booked.moved : NanoUsd{}) && answered_so && named_so;
}

}  // namespace

void Invariants::transacted(const TransactionRequest& request, const Expectation& expected,
                            const Result<TransactionResult>& result) const {
    const std::string what = name_of(request);
    if (!result) {
        const bool failed_to_write = result.error().code() == StatusCode::io && !world_.process->accepting();
        REQUIRE(failed_to_write ? expected.may_succeed : expected.may_fail, "I18",
                what + " is refused: " + result.error().message());
        return;
    }
    REQUIRE(expected.may_succeed, "I18", what + " is booked, which may not be");
    REQUIRE(result->repeated == expected.repeated, "I3", what + " is taken for another one's repetition");
    const bool about_purchase = expected.answer_about != NanoUsd{};
    REQUIRE(about_purchase ? result->moved == expected.answer_about
                           : expected.moved.least <= result->moved && result->moved <= expected.moved.most,
            "I18",
            what + " moves " + to_usd(result->moved) + ", should be " + to_usd(expected.moved.least) + " to " +
                to_usd(expected.moved.most));
    if (result->repeated) return;
    world_.books.read(world_.machine);
    REQUIRE(result->balance_after == world_.books.lots().total(request.organization), "I4",
            what + " answers with another balance than the journal has");
}

void Invariants::repeated(const ModelTransaction& known, const Result<TransactionResult>& result) const {
    const std::string what = name_of(known.request) + ", repeated,";
    REQUIRE(result.has_value(), "I3", what + " is refused: " + result.error().message());
    REQUIRE(result->repeated, "I3", what + " is booked again");
    if (!known.answer) return;
    REQUIRE(result->transaction == known.answer->transaction && result->moved == known.answer->moved, "I3",
            what + " is answered other than at first");
}

void Invariants::reused(const ModelTransaction& known, const Result<TransactionResult>& result) const {
    REQUIRE(!result && result.error().code() == StatusCode::already_exists, "I3",
            name_of(known.request) +
                ": its idempotency key with other content: " + (result ? "booked" : result.error().message()));
}

void Invariants::transactions() {
    Model& model = world_.model;
    for (const Id128& event : world_.books.take_new_transactions()) {
        take_transaction(world_.books.transactions().at(event));
    }
    for (ModelTransaction& asked : model.transactions) {
        if (asked.entry) {
            REQUIRE(world_.books.transactions().contains(*asked.entry), "I11", name_of(asked.request) + " is lost");
            continue;
        }
        // Where there was nothing to take, the journal has nothing.
        const bool took_nothing = asked.request.kind == TransactionKind::adjustment &&
                                  (asked.answer ? asked.answer->moved : asked.moved.most) == NanoUsd{};
        REQUIRE(!asked.answer || took_nothing, "I11", name_of(asked.request) + " was acknowledged and is lost");
        asked.lost = !asked.answer;  // the ledger accepts: whatever waited to be written again is written
        if (asked.lost && took_nothing) asked.request.idempotency_key.clear();  // nobody can tell
    }
    for (ModelOrganization& organization : model.organizations) {
        organization.granted = world_.books.totals(organization.id).granted;
        organization.unsure = {};
    }
}

void Invariants::take_transaction(const BookedTransaction& booked) {
    if (booked.kind == EntryKind::expiry) return;  // the ledger's own: see Lots and expired()
    auto& asked = world_.model.transactions;
    if (std::ranges::find(asked, booked.event, &ModelTransaction::entry) != asked.end()) return;
    const auto found = std::ranges::find_if(
        asked, [&](const ModelTransaction& one) { return !one.entry && !one.lost && is_of(booked, one); });
    REQUIRE(found != asked.end(), "I3",
            "the journal has a transaction that nobody asked for, or one twice: " +
                std::string(to_string(booked.kind)) + " of " + to_usd(booked.moved));
    found->entry = booked.event;
    ++world_.tally.transactions;
    if (booked.kind != EntryKind::usage_refund) return;
    std::ranges::find(world_.model.organizations, booked.organization, &ModelOrganization::id)->used -= booked.moved;
}

void Invariants::expired(const ModelOrganization& organization) const {
    const ModelExpired& expired = organization.expired;
    NanoUsd promised = expired.unclaimed;
    for (const auto& [request, claim] : expired.claims) promised += claim;
    // Those who ran burned other credit, perhaps, and their room was given to those who came later.
    const NanoUsd others = world_.books.lots().total(organization.id) - expired.left;
    promised = std::max(promised, organization.held - others);
    REQUIRE(!expired.exact || expired.left <= promised, "I19",
            to_usd(expired.left) + " have expired and are still there, " + to_usd(promised) + " of it promised");
}

// All who run were there when it expired: what they would burn is left to them.
void Invariants::promised(const ModelOrganization& organization, const Lots& before, const Lots& after) const {
    NanoUsd due;
    for (const Lot& lot : before.of(organization.id)) {
        if (!lot.expired(world_.now_ms)) continue;
        due += lot.remaining - before.spare(organization.id, lot.transaction, organization.held);
    }
    REQUIRE(after.expired(organization.id, world_.now_ms) >= due, "I19", "credit expires that was promised");
}

void Invariants::lots() const {
    for (const ModelOrganization& organization : world_.model.organizations) {
        const std::vector<Lot> due = world_.books.lots().of(organization.id);
        const std::vector<CreditLot> found = world_.process->ledger->credit_lots(organization.id);
        REQUIRE(std::ranges::equal(due, found,
                                   [](const Lot& one, const CreditLot& other) {
                                       return one.transaction == other.transaction &&
                                              one.remaining == other.remaining && one.priority == other.priority &&
                                              one.expires_ms == other.expires_ms &&
                                              one.purchased() == other.purchased();
                                   }),
                "I17", "the lots of credit are not those of the journal, or in another order");
    }
}

}  // namespace tollgate::simulation
