// Where I23 to I28 (docs/reliability.md) are checked.
//
//   I23  AccountBooks, ended, restarted
//   I24  repeated, reused
//   I25  directory
//   I26  ended
//   I27  rules
//   I28  rules
//
// All throw Violation.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <string>

#include "tests/simulation/account_books.h"
#include "tests/simulation/world.h"

namespace tollgate {

struct ApiAnswer;

namespace simulation {

class AccountInvariants {
  public:
    explicit AccountInvariants(World& world) : world_(world) {}

    // --- Around a call; the machine did not crash in it. Whether it changed anything.
    void begins();
    bool ended(const AccountCall& call, const ApiAnswer& answer);
    // Of a call that had changed something, `answer` to its repetition.
    void repeated(MadeCall& known, const ApiAnswer& answer);
    void reused(const MadeCall& known, const ApiAnswer& answer);  // the same key, other content

    // --- The state
    void rules();      // what is in force
    void directory();  // and what it would be after a restart
    void books();      // and what the audit says
    void restarted();  // a new process; marks in the model what became of the last call

  private:
    enum Counted : std::size_t { seats, projects, keys, kinds };
    using Counts = std::map<Id128, std::array<std::size_t, kinds>>;  // by organization

    Counts count() const;
    std::size_t changes_since(std::uint64_t change) const;
    void within_limits();
    void has_owner(const Organization& organization);
    void let_in_rightly(const KeyDigest& key);

    World& world_;
    AccountBooks books_;
    Counts before_;
};

std::string name_of(const AccountCall& call);

}  // namespace simulation
}  // namespace tollgate
