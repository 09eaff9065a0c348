#include "accounting/accounts/change.h"

#include <map>
#include <utility>

#include "accounting/accounts/accounts.h"
#include "store/fail_point.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

constexpr Durability kDurability = Durability::disk;  // account changes are rare, and a key once shown must exist

std::string name_of(const Caller& caller, const Directory& directory) {
    if (caller.is_person() || caller.kind == CallerKind::operator_session) {
        const User* const person = directory.find_user(caller.is_person() ? caller.user : caller.person);
        return person == nullptr ? std::string() : person->name;
    }
    const KeyRecord* const key = directory.find_key(caller.key);
    return key == nullptr ? std::string() : key->name;
}

}  // namespace

// Before anything is read: what is unsure of the change before this one.
std::unique_lock<std::mutex> Change::begin(Accounts& accounts) {
    std::unique_lock lock(accounts.change_mutex_);
    accounts.settle_unsure();
    return lock;
}

Change::Change(Accounts& accounts, Caller caller, std::string action, std::int64_t now_ms)
    : lock_(begin(accounts)),
      accounts_(accounts),
      caller_(std::move(caller)),
      now_ms_(now_ms),
      directory_(*accounts.directory()) {
    audit_.at_ms = now_ms;
    audit_.actor = actor_of(caller_);
    audit_.actor_name = name_of(caller_, directory());
    audit_.via = via_of(caller_);
    audit_.address = caller_.address;
    audit_.action = std::move(action);
}

Result<std::optional<StoredAnswer>> Change::find_answer(const RepeatableCall& call) {
    call_ = call;
    return tollgate::find_answer(accounts_.store(), accounts_.vault(), call, now_ms_);
}

Result<std::string> Change::find_document(std::string_view document) {
    for (const Put& put : puts_) {
        if (put.document.document != document) continue;
        if (put.document.after.empty()) return failure(StatusCode::not_found, "it is deleted");
        return put.document.after;
    }
    return accounts_.store().get(Family::accounts, document);
}

void Change::put_document(const Id128& organization, std::string document, std::string before, std::string after) {
    put({.organization = organization, .document = {std::move(document), std::move(before), std::move(after)}});
}

void Change::put_unaudited(std::string document, std::string after) {
    put({.organization = {}, .document = {std::move(document), {}, std::move(after)}, .audited = false});
}

void Change::put(Put put) {
    for (Put& earlier : puts_) {
        if (earlier.document.document != put.document.document) continue;
        earlier.document.after = std::move(put.document.after);  // changed twice: what was before the change stays
        return;
    }
    puts_.push_back(std::move(put));
}

void Change::concerns(const Id128& organization, std::string target) {
    audit_.organization = organization;
    audit_.target = std::move(target);
}

Status Change::require_version(std::int64_t current) const {
    if (!expected_version_ || *expected_version_ == current) return {};
    return {StatusCode::stale, "it has changed: its version is " + std::to_string(current) + ", the call names " +
                                   std::to_string(*expected_version_)};
}

std::string Change::put_documents(WriteBatch& batch) const {
    std::string names;
    for (const auto& [organization, document, audited] : puts_) {
        if (document.after.empty()) {
            batch.erase(Family::accounts, document.document);
        } else {
            batch.put(Family::accounts, document.document, document.after);
        }
        if (!names.empty()) names += '\n';
        names += document.document;
    }
    return names;
}

void Change::add_to(WriteBatch& batch, std::span<const Id128> organizations, const std::string& target,
                    const AuditedDocument& moved) {
    std::string names = put_documents(batch);
    if (!names.empty()) names += '\n';
    audit_.change = accounts_.last_change_ = accounts_.next_change();
    batch.put(Family::changes, change_key(audit_.change), names + moved.document);
    concerns(organizations.front(), target);
    for (const Id128& organization : organizations) puts_.push_back({organization, moved});
    add_audit(batch);
}

void Change::add_audit(WriteBatch& batch) const {
    std::map<Id128, AuditEntry> entries;
    for (const auto& [organization, document, audited] : puts_) {
        if (!audited) continue;
        const auto [entry, made] = entries.try_emplace(organization, audit_);
        if (made && organization != audit_.organization) entry->second.target = document.document;
        entry->second.organization = organization;
        entry->second.documents.push_back(document);
    }
    for (const auto& [organization, entry] : entries) add_audit_entry(entry, batch);
}

Status Change::commit() {
    // Also where nothing is to be changed: that was judged without the earlier change.
    if (accounts_.unsure_) return {StatusCode::read_only, "an earlier change may be stored or not"};
    if (puts_.empty()) return {};
    const bool is_kept = call_ && answer_;
    std::string answer = is_kept ? encode_answer(*this, *call_, *answer_) : std::string();
    WriteBatch batch;
    std::string names = put_documents(batch);
    const std::uint64_t number = accounts_.next_change();
    batch.put(Family::changes, change_key(number), std::move(names));
    audit_.change = number;
    add_audit(batch);
    if (is_kept) {
        Status added = put_answer(accounts_.store(), *call_, std::move(answer), now_ms_, batch);
        if (!added.ok()) return added;
    }
    Accounts::UnsureChange stored{.number = number,
                                  .next = std::move(directory_).build(),
                                  .commit_effects = std::move(commit_effects_),
                                  .effects = std::move(effects_)};
    fail_point("before_accounts_commit");
    if (Status status = accounts_.store().commit(batch, kDurability); !status.ok()) {
        if (status.code() != StatusCode::read_only) accounts_.unsure_ = std::move(stored);  // else it was not tried
        return status;
    }
    fail_point("after_accounts_commit");
    accounts_.take_effect(std::move(stored));
    return {};
}

}  // namespace tollgate
