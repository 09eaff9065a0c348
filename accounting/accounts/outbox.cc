#include "accounting/accounts/outbox.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "accounting/accounts/accounts.h"
#include "accounting/accounts/change.h"
#include "accounting/accounts/email_link.h"
#include "accounting/money/enum_names.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

constexpr std::array<std::string_view, 6> kKinds = {"verification", "registration", "invitation",
                                                    "alert",        "password",     "security"};
constexpr std::array<std::string_view, 4> kStates = {"waiting", "sent", "failed", "dropped"};
constexpr std::int64_t kDayMs = 24LL * 3600 * 1000;
constexpr std::string_view kPresent = "{}";  // of documents that are keys alone

template <class MailOf, class Fields>
void fields_of(MailOf& mail, Fields& fields) {
    fields.choice("kind", mail.kind);
    fields.text("to", mail.to, kMaxEmailBytes);
    fields.optional_text("name", mail.name, kMaxNameBytes);
    fields.optional_text("text", mail.text, kMaxMailTextBytes);
    fields.id("subject", mail.subject);
    fields.id("organization", mail.organization);
    fields.choice("state", mail.state);
    fields.number("attempts", mail.attempts);
    fields.number("due_ms", mail.due_ms);
    fields.digest("link", mail.link);
    fields.optional_text("problem", mail.problem, kMaxMailProblemBytes);
    fields.number("created_ms", mail.created_ms);
    fields.number("ended_ms", mail.ended_ms);
}

std::string document_of(const Mail& mail) {
    DocumentWriter writer;
    fields_of(mail, writer);
    return writer.take();
}

// Mail to one address stands together.
std::string address_of(std::string_view email) { return to_hex(digest_key(email)); }
std::string document_key(const Mail& mail) { return mail_document_key(address_of(mail.to), to_uuid(mail.id)); }
std::string due_key(const Mail& mail) {
    return mail_due_document_key(static_cast<std::uint64_t>(mail.due_ms), document_key(mail));
}

// Its document and the one place where it is found when it is due.
void put_mail(Change& change, const Mail& before, const Mail& after) {
    if (before.due_ms != after.due_ms && before.due_ms != 0) change.put_unaudited(due_key(before), {});
    change.put_unaudited(document_key(after), document_of(after));
    change.put_unaudited(due_key(after), std::string(kPresent));
}

// The same of what somebody asked for, which the audit shows; what the sender does of it, it does not.
void put_queued(Change& change, const Mail& before, const Mail& after) {
    const std::string document = document_key(after);
    change.put_document(after.organization, document, before.id.is_nil() ? std::string() : document_of(before),
                        document_of(after));
    put_mail(change, before, after);
    if (after.organization.is_nil()) change.concerns(after.organization, document);
}

MailState end_mail(Change& change, Mail mail, MailState state, const std::string& problem) {
    const Mail before = mail;
    mail.state = state;
    mail.problem = problem.substr(0, kMaxMailProblemBytes);
    mail.ended_ms = change.now_ms();
    mail.due_ms = change.now_ms() + kMailKeptMs;
    put_mail(change, before, mail);
    return state;
}

std::int64_t wait_after(std::int64_t attempts) {
    std::int64_t wait = kFirstRetryMs;
    for (std::int64_t i = 1; i < attempts && wait < kLastRetryMs; ++i) wait *= 2;
    return std::min(wait, kLastRetryMs);
}

// Those to one address, as the store has them.
Result<std::vector<Mail>> mails_like(Store& store, const std::string& prefix) {
    std::vector<Mail> found;
    Status wrong;
    DocumentReader reader;
    Status scanned =
        store.scan(Family::accounts, prefix, prefix_end(prefix), [&](std::string_view document, std::string_view text) {
            auto mail = read_mail(reader, document, text);
            if (!mail) wrong = mail.error();
            if (mail) found.push_back(std::move(*mail));
            return wrong.ok();
        });
    if (scanned.ok()) scanned = wrong;
    if (!scanned.ok()) return std::unexpected(std::move(scanned));
    return found;
}

}  // namespace

std::string_view to_string(MailKind kind) { return kKinds.at(static_cast<std::size_t>(kind)); }
bool parse(std::string_view text, MailKind& kind) { return parse_name(kKinds, text, kind); }
std::string_view to_string(MailState state) { return kStates.at(static_cast<std::size_t>(state)); }
bool parse(std::string_view text, MailState& state) { return parse_name(kStates, text, state); }

Result<Mail> read_mail(DocumentReader& reader, std::string_view document, std::string_view text) {
    Mail mail;
    reader.open(document, text);
    const std::string_view names = reader.id_part(kMailDocumentPrefix);
    const auto id = parse_uuid(names.substr(std::min(names.size(), names.find('/') + 1)));
    if (!id) reader.fail("the id in its key is malformed");
    mail.id = id.value_or(Id128{});
    fields_of(mail, reader);
    if (Status status = reader.status(); !status.ok()) return std::unexpected(std::move(status));
    return mail;
}

Status queue_mail(Change& change, const NewMail& fields) {
    const auto to_address = mails_like(change.accounts().store(), mail_document_key(address_of(fields.to), {}));
    if (!to_address) return to_address.error();
    const auto alike = [&](const Mail& one) {
        return one.kind == fields.kind && one.organization == fields.organization;
    };
    std::size_t of_today = 0;
    for (const Mail& one : *to_address) {
        if (!alike(one)) continue;
        if (one.created_ms > change.now_ms() - kDayMs) ++of_today;
        if (one.state == MailState::waiting && one.subject == fields.subject) drop_mail(change, one, "sent anew");
    }
    if (of_today >= kMostMailsADay) {
        return {StatusCode::full, "this address got " + std::to_string(kMostMailsADay) + " such mails in a day"};
    }
    const Mail mail{.id = make_uuid7(change.now_ms()),
                    .kind = fields.kind,
                    .to = fields.to,
                    .name = fields.name,
                    .text = fields.text,
                    .subject = fields.subject,
                    .organization = fields.organization,
                    .due_ms = change.now_ms(),
                    .created_ms = change.now_ms()};
    put_queued(change, {}, mail);
    change.after_publish([&accounts = change.accounts()] { accounts.mail_was_queued(); });
    return {};
}

Result<Mail> find_mail(Change& change, const Mail& mail) {
    const std::string document = document_key(mail);
    const auto text = change.find_document(document);
    if (!text) return std::unexpected(text.error());
    DocumentReader reader;
    return read_mail(reader, document, *text);
}

void begin_attempt(Change& change, Mail& mail) {
    const Mail before = mail;
    ++mail.attempts;
    mail.due_ms = change.now_ms() + wait_after(mail.attempts);
    put_mail(change, before, mail);
}

void set_mail_link(Change& change, Mail& mail, const KeyDigest& token) {
    mail.link = token;
    put_mail(change, mail, mail);
}

MailState end_attempt(Change& change, Mail mail, const std::string& problem, bool for_good) {
    if (problem.empty()) return end_mail(change, std::move(mail), MailState::sent, {});
    const bool too_late = mail.attempts >= kMostMailAttempts || mail.due_ms > mail.created_ms + kMailLifetimeMs;
    if (for_good || too_late) return end_mail(change, std::move(mail), MailState::failed, problem);
    const Mail before = mail;
    mail.problem = problem.substr(0, kMaxMailProblemBytes);
    put_mail(change, before, mail);
    return MailState::waiting;
}

void drop_mail(Change& change, Mail mail, const std::string& why) {
    end_mail(change, std::move(mail), MailState::dropped, why);
}

Mail retry_mail(Change& change, Mail mail) {
    const Mail before = mail;
    mail.state = MailState::waiting;
    mail.attempts = 0;
    mail.created_ms = mail.due_ms = change.now_ms();
    mail.ended_ms = 0;
    put_queued(change, before, mail);
    change.after_publish([&accounts = change.accounts()] { accounts.mail_was_queued(); });
    return mail;
}

void erase_mail(Change& change, const Mail& mail) {
    erase_email_link(change, mail.link);
    change.put_unaudited(due_key(mail), {});
    change.put_unaudited(document_key(mail), {});
}

Result<std::vector<Mail>> due_mails(Store& store, std::int64_t now_ms, std::size_t most) {
    std::vector<std::string> due;
    const std::string end = mail_due_document_key(static_cast<std::uint64_t>(now_ms) + 1, {});
    Status scanned = store.scan(Family::accounts, kMailDuePrefix, end, [&](std::string_view key, std::string_view) {
        if (const auto parsed = parse_mail_due_document_key(key)) due.emplace_back(parsed->document);
        return due.size() < most;
    });
    if (!scanned.ok()) return std::unexpected(std::move(scanned));
    std::vector<Mail> mails;
    DocumentReader reader;
    for (const std::string& document : due) {
        const auto text = store.get(Family::accounts, document);
        if (!text) return std::unexpected(text.error());
        auto mail = read_mail(reader, document, *text);
        if (!mail) return std::unexpected(mail.error());
        mails.push_back(std::move(*mail));
    }
    return mails;
}

Result<std::optional<std::int64_t>> next_mail_ms(Store& store) {
    std::optional<std::int64_t> next;
    Status scanned = store.scan(Family::accounts, kMailDuePrefix, prefix_end(kMailDuePrefix),
                                [&](std::string_view key, std::string_view) {
                                    const auto parsed = parse_mail_due_document_key(key);
                                    if (parsed) next = static_cast<std::int64_t>(parsed->due_ms);
                                    return !parsed;
                                });
    if (!scanned.ok()) return std::unexpected(std::move(scanned));
    return next;
}

Result<std::vector<Mail>> all_mails(Store& store) { return mails_like(store, std::string(kMailDocumentPrefix)); }

}  // namespace tollgate
