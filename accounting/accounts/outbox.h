// Mail that is to be sent: documents, stored with what causes them, so that neither is there without the other. No
// secret is in them. A link's token is made when the mail is sent, and stored as a digest: what is lost or stolen of
// the outbox opens nothing, with a master key or without.
//
// A mail is sent at least once: after a crash between sending it and writing that down it is sent again, with another
// token. The token of the last one is good.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounting/accounts/document.h"
#include "accounting/money/ids.h"
#include "store/store.h"

namespace tollgate {

class Change;

enum class MailKind : std::uint8_t {
    verification,  // of a person's address
    registration,  // of somebody who has no account yet, or has one
    invitation,
    alert,     // of alerts.h
    password,  // a link for a new one
    security,  // of what somebody signs in with
};
std::string_view to_string(MailKind kind);
bool parse(std::string_view text, MailKind& kind);

enum class MailState : std::uint8_t {
    waiting,
    sent,
    failed,   // it was tried often enough, or refused for good
    dropped,  // what it was about is over
};
std::string_view to_string(MailState state);
bool parse(std::string_view text, MailState& state);

inline constexpr std::int64_t kMostMailAttempts = 12;
inline constexpr std::int64_t kMailLifetimeMs = 48LL * 3600 * 1000;  // from its making; then it is failed
inline constexpr std::int64_t kMailKeptMs = 7LL * 24 * 3600 * 1000;  // after its end
inline constexpr std::int64_t kFirstRetryMs = 30'000, kLastRetryMs = 4LL * 3600 * 1000;
inline constexpr std::size_t kMostMailsADay = 5;  // of a kind, to one address, about one organization
inline constexpr std::size_t kMaxMailProblemBytes = 300;
inline constexpr std::size_t kMaxMailTextBytes = 4000;

struct Mail {
    Id128 id = {};
    MailKind kind = MailKind::verification;
    std::string to = {};      // normal_email()
    std::string name = {};    // that whoever registers gives himself; empty: none
    std::string text = {};    // of an alert, and of security: what it says, in lines
    Id128 subject = {};       // the person, the invitation, or itself
    Id128 organization = {};  // of the invitation or the alert
    MailState state = MailState::waiting;
    std::int64_t attempts = 0;
    std::int64_t due_ms = 0;   // when it is looked at next: tried if it waits, deleted if not
    KeyDigest link = {};       // of the token that was sent last; zeros: none was
    std::string problem = {};  // of the last attempt; empty: it had none
    std::int64_t created_ms = 0, ended_ms = 0;
};

// From the document's key and text.
Result<Mail> read_mail(DocumentReader& reader, std::string_view document, std::string_view text);

struct NewMail {
    MailKind kind = MailKind::verification;
    std::string to = {}, name = {}, text = {};
    Id128 subject = {}, organization = {};
};
// Takes the place of one of the same kind that waits for the same subject. full: the address got as many in a day as it
// may; nothing is queued then. When the change is in force the sender is told (Accounts::on_mail()).
Status queue_mail(Change& change, const NewMail& fields);

// As the change leaves it; not_found.
Result<Mail> find_mail(Change& change, const Mail& mail);
// Before an attempt: counts it, and puts off the next one by then, so that a mail which ends the process does not come
// back at once.
void begin_attempt(Change& change, Mail& mail);
// The token in what is sent next.
void set_mail_link(Change& change, Mail& mail, const KeyDigest& token);
// After it. An empty problem: it was sent. `for_good`: no further attempt can help. Returns what it is from now on.
MailState end_attempt(Change& change, Mail mail, const std::string& problem, bool for_good);
// It is not to be sent any more.
void drop_mail(Change& change, Mail mail, const std::string& why);
// A failed one is tried again from now on; returns it as it is then.
Mail retry_mail(Change& change, Mail mail);
// It ended long enough ago.
void erase_mail(Change& change, const Mail& mail);

// Those that are due, the longest due first.
Result<std::vector<Mail>> due_mails(Store& store, std::int64_t now_ms, std::size_t most);
// When the next one is; nullopt: there is none.
Result<std::optional<std::int64_t>> next_mail_ms(Store& store);
Result<std::vector<Mail>> all_mails(Store& store);

}  // namespace tollgate
