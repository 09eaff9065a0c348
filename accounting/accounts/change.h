// The unit of work: everything that one call changes of accounts. It collects documents, edits of the directory, an
// audit row for each organization that they are of, and the answer for a repeated call; commit() writes them in one
// batch and publishes one snapshot. All limits and rules are checked while it is open.
//
// A Change holds the one lock on changes from its making to its end, on whichever thread: what it reads cannot change
// under it. Without a commit it leaves no trace.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "accounting/accounts/answers.h"
#include "accounting/accounts/audit.h"
#include "accounting/accounts/caller.h"
#include "accounting/accounts/directory_builder.h"
#include "store/store.h"

namespace tollgate {

class Accounts;

class Change {
  public:
    // `action` names what is done in the audit entry, such as "key.create". `accounts` must outlive the change.
    Change(Accounts& accounts, Caller caller, std::string action, std::int64_t now_ms);
    Change(const Change&) = delete;
    Change& operator=(const Change&) = delete;

    const Caller& caller() const { return caller_; }
    std::int64_t now_ms() const { return now_ms_; }
    Accounts& accounts() { return accounts_; }
    // As the change leaves it so far. Pointers into it are valid until the next edit.
    const Directory& directory() const { return directory_.view(); }

    // --- A call that the caller may repeat. Ask first; what is found is the answer, and the change must not go on.
    //   already_exists: the key was used for another call, or for one whose answer held a secret and could not be
    //   sealed
    Result<std::optional<StoredAnswer>> find_answer(const RepeatableCall& call);
    // What a repeated call is answered with; stored by commit() if find_answer() was asked.
    void set_answer(StoredAnswer answer) { answer_ = std::move(answer); }

    // --- For the entities.
    DirectoryBuilder& edit() { return directory_; }
    // The document as this change leaves it so far: what it put, else what is stored; not_found where there is none.
    // What the directory doesn't have must be read by this, or two edits in one change lose the first.
    Result<std::string> find_document(std::string_view document);
    // Stores `after` in the place of `before`, the document's text so far. Empty: it did not exist, it is deleted. Only
    // the audit of its organization shows it; nil: the instance's.
    void put_document(const Id128& organization, std::string document, std::string before, std::string after);
    // The same of what no audit shows: what is sealed, and what only the gateway itself reads.
    void put_unaudited(std::string document, std::string after);
    // What the change is about, as the audit of that organization says; the last call stands. In another one it is
    // about the first document there.
    void concerns(const Id128& organization, std::string target);
    // Runs when the change is stored, before anybody sees it.
    void after_commit(std::function<void()> effect) { commit_effects_.push_back(std::move(effect)); }
    // Runs when the new snapshot is in force.
    void after_publish(std::function<void()> effect) { effects_.push_back(std::move(effect)); }
    // Demands the version of an entity, if the call named one: stale if it is another.
    Status require_version(std::int64_t current) const;
    void expect_version(std::int64_t version) { expected_version_ = version; }

    // In place of commit(), for what the ledger commits: adds the change's documents to that batch, with an entry for
    // each organization, which shows `moved` beside them. The ledger may store a batch later than it says that it could
    // not, so the change must have no edits of the directory. Its number is used up whether or not the batch is stored.
    void add_to(WriteBatch& batch, std::span<const Id128> organizations, const std::string& target,
                const AuditedDocument& moved);

    // Writes and publishes; a change without documents has nothing to write. One that could not be written may have
    // been stored all the same: then it is in force before the next change is looked at, and until that is known, every
    // commit is read_only.
    Status commit();

  private:
    struct Put {
        Id128 organization;
        AuditedDocument document;
        bool audited = true;
    };
    static std::unique_lock<std::mutex> begin(Accounts& accounts);
    void put(Put put);

    // The entries of the organizations that documents were put of.
    void add_audit(WriteBatch& batch) const;
    // Returns their names, one a line.
    std::string put_documents(WriteBatch& batch) const;

    std::unique_lock<std::mutex> lock_;
    Accounts& accounts_;
    const Caller caller_;
    const std::int64_t now_ms_;
    DirectoryBuilder directory_;
    AuditEntry audit_;  // without documents
    std::vector<Put> puts_;
    std::vector<std::function<void()>> commit_effects_, effects_;
    std::optional<std::int64_t> expected_version_;
    std::optional<RepeatableCall> call_;
    std::optional<StoredAnswer> answer_;
};

}  // namespace tollgate
