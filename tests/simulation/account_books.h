// The oracle's reading of the accounts: a stranger goes through the log of changes and the audit, from the first to the
// last, and holds what they say against the documents that there are. It shares the decoders with the program, nothing
// else.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "accounting/accounts/audit.h"
#include "store/store.h"

namespace tollgate::simulation {

class AccountBooks {
  public:
    // Reads it all anew. Throws Violation I23: a change without its audit entry or the other way round, an entry that
    // tells of other documents than its change, one that is not what the entries before it left, a document that no
    // entry leads to.
    void read(Store& store);

    // The entries of a change, one for each organization that it is of.
    const std::vector<AuditEntry>& entries_of(std::uint64_t change) const;

  private:
    void read_changes(Store& store);
    void read_audit_of_all(Store& store);
    void replay(std::uint64_t change, const std::set<std::string>& names);
    void hold_against(Store& store) const;

    std::map<std::uint64_t, std::set<std::string>> changes_;  // the names of the documents that each put
    std::map<std::uint64_t, std::vector<AuditEntry>> entries_;
    std::map<std::string, std::string> documents_;  // as the entries leave them
};

// The number of the last change that is stored; 0: there is none.
std::uint64_t last_stored_change(Store& store);

}  // namespace tollgate::simulation
