// Where I1 to I21 (docs/reliability.md) are checked: what the program answers, what stands in memory and what the
// journal has, against the model. Only what blocks must be by themselves is checked where they are read (Books): the
// prefixes of I1, I5, the chain of I7, that a record and its entry agree (I3, I4, I8, I10), and what an entry may
// do with credit (I17 to I19: Lots).
//
//   I1   admitted, covered, balances            I9   slots_open, ledger_opens, new_records, record_kept,
//   I2   sent_before_settlement, metered,            booked_as_known
//        sent_after_settlement, looked_up,      I10  balances, booked_as_known
//        flushed, record_kept, booked_as_known  I11  record_kept, transactions
//   I3   transacted, repeated, transactions,    I12  balances
//        ever_began                             I13  admitted, covered
//   I4   balances, transacted, looked_up,       I14  metered
//        booked_as_known                        I15  verify
//   I6   no_slot_is_free, balances,             I16  admitted
//        nothing_runs                           I17  lots
//   I7   tamper                                 I18  transacted
//   I8   charged, booked_as_known               I19  admitted, covered, charged, expired,
//                                                    promised
//                                               I20  covered, cut
//                                               I21  dropped, record_kept, looked_up
//
// What is found in the journal is marked in the model, which expects it from then on. All throw Violation.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "tests/simulation/expectation.h"
#include "tests/simulation/world.h"

namespace tollgate::simulation {

class Invariants {
  public:
    explicit Invariants(World& world) : world_(world) {}

    // --- A request's way; the model is still as it was before the answer.
    void no_slot_is_free() const;
    void admitted(const ModelRequest& request, const std::optional<Refusal>& refusal);
    // A part of the answer came: what the hold has grown by, and whether the answer may go on.
    void covered(ModelRequest& request, NanoUsd taken, bool may_go_on);
    void sent_before_settlement(const ModelRequest& request, const std::string& bytes) const;
    void metered(const ModelRequest& request, bool complete, const TokenUsage& usage) const;
    void charged(const ModelRequest& request, NanoUsd cost, NanoUsd charged);
    void cut(const ModelRequest& request, const TokenUsage& usage) const;  // settled
    void sent_after_settlement(const ModelRequest& request, const std::string& bytes) const;

    // --- Other answers
    void transacted(const TransactionRequest& request, const Expectation& expected,
                    const Result<TransactionResult>& result) const;
    void repeated(const ModelTransaction& known, const Result<TransactionResult>& result) const;
    void reused(const ModelTransaction& known, const Result<TransactionResult>& result) const;  // with other content
    void expired(const ModelOrganization& organization) const;
    void promised(const ModelOrganization& organization, const Lots& before, const Lots& after) const;
    void looked_up(const ModelRequest& request, const Result<StoredRequest>& found) const;
    void flushed() const;

    // --- The state, after each step
    void new_records();
    void dropped();       // marks them in the model
    void transactions();  // only while the ledger accepts
    void lots() const;    // likewise, with all that is settled in the journal
    void balances() const;
    void nothing_runs() const;

    // --- A new process
    void slots_open(const Result<std::unique_ptr<SlotFile>>& slots) const;
    void ledger_opens(const Result<std::unique_ptr<Ledger>>& ledger, bool may_fail) const;
    // Reads the journal anew and holds it against all that was promised.
    void promises_kept(bool power_cut);

    // --- `tollgate ledger verify`, with the program's own reference ledger
    void verify();
    void tamper();  // one byte of the journal changes on the disk: verify has to find it

  private:
    void ever_began(const Id128& request) const;
    void take_transaction(const BookedTransaction& booked);
    void record_kept(ModelRequest& request, bool power_cut);
    void booked_as_known(const ModelRequest& request, const BookedRequest& record, bool may_be_orphan,
                         bool power_cut) const;
    void spender(const ModelOrganization& organization, std::size_t index) const;

    World& world_;
};

}  // namespace tollgate::simulation
