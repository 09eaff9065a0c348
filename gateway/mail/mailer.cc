#include "gateway/mail/mailer.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "accounting/accounts/change.h"
#include "accounting/accounts/email_link.h"
#include "accounting/accounts/organization.h"
#include "accounting/accounts/person_link.h"
#include "gateway/mail/letters.h"
#include "gateway/wire/clock.h"

namespace tollgate {
namespace {

constexpr std::size_t kTakenAtOnce = 16;
constexpr std::int64_t kLongestWaitMs = 60'000;  // between two looks, as the clock may be set
constexpr std::int64_t kCountPauseMs = 5'000;    // between two counts of the outbox
constexpr std::int64_t kPauseMs = 5'000;         // while the store takes nothing

Caller job() { return {.kind = CallerKind::job, .job = "mail"}; }

}  // namespace

Mailer::Mailer(Accounts& accounts, const MailConfig& config, std::string base, const Logger& logger)
    : accounts_(accounts), config_(config), base_(std::move(base)), logger_(logger) {}

Result<std::unique_ptr<Mailer>> Mailer::open(Accounts& accounts, const MailConfig& config, std::string base,
                                             const Logger& logger) {
    if (!config.drop_folder.empty()) {
        if (Status made = make_folder(config.drop_folder); !made.ok()) return std::unexpected(std::move(made));
    }
    return std::unique_ptr<Mailer>(new Mailer(accounts, config, std::move(base), logger));
}

Mailer::~Mailer() { stop(); }

void Mailer::start() {
    thread_ = std::thread([this] {
        ::pthread_setname_np(::pthread_self(), "mail");
        run();
    });
}

void Mailer::stop() {
    stopping_ = true;
    wake();
    if (thread_.joinable()) thread_.join();
}

void Mailer::wake() {
    {
        const std::lock_guard lock(mutex_);
        wake_ = true;
    }
    woken_.notify_one();
}

void Mailer::run() {
    while (!stopping_) {
        const auto due = due_mails(accounts_.store(), wire::unix_ms_now(), kTakenAtOnce);
        if (!due) logger_.error("the outbox cannot be read", {{"why", due.error().message()}});
        bool taken = due.has_value();
        for (const Mail& mail : due.value_or(std::vector<Mail>())) {
            if (stopping_ || !taken) break;
            taken = handle(mail);
        }
        if (taken && !due->empty()) continue;
        std::unique_lock lock(mutex_);
        if (!taken) {
            woken_.wait_for(lock, std::chrono::milliseconds(kPauseMs), [this] { return stopping_.load(); });
        } else {
            lock.unlock();
            wait();
        }
    }
}

MailCounts Mailer::counts() const {
    return {.sent = sent_, .attempts_failed = attempts_failed_, .failed = failed_, .waiting = waiting_};
}

// It reads the whole outbox: not more often than somebody may want to see it.
void Mailer::count_waiting() {
    const std::int64_t now_ms = wire::unix_ms_now();
    if (now_ms < counted_ms_ + kCountPauseMs && now_ms >= counted_ms_) return;
    const auto all = all_mails(accounts_.store());
    if (!all) return;
    waiting_ = static_cast<std::uint64_t>(std::ranges::count(*all, MailState::waiting, &Mail::state));
    counted_ms_ = now_ms;
}

void Mailer::wait() {
    count_waiting();
    const auto next = next_mail_ms(accounts_.store());
    const std::int64_t until = next ? next->value_or(INT64_MAX) : INT64_MAX;
    const std::int64_t wait_ms = std::clamp<std::int64_t>(until - wire::unix_ms_now(), 0, kLongestWaitMs);
    std::unique_lock lock(mutex_);
    woken_.wait_for(lock, std::chrono::milliseconds(wait_ms), [this] { return std::exchange(wake_, false); });
}

bool Mailer::handle(const Mail& mail) {
    const Status status = mail.state == MailState::waiting ? attempt(mail) : remove(mail);
    if (status.ok()) return true;
    logger_.error("the outbox cannot be changed", {{"mail", to_uuid(mail.id)}, {"why", status.message()}});
    return false;
}

Status Mailer::remove(const Mail& mail) {
    Change change(accounts_, job(), "mail.remove", wire::unix_ms_now());
    erase_mail(change, mail);
    return change.commit();
}

// The change is over before the mail is sent: nobody waits for a server. What it stored stands for the attempt until
// its end is known.
Status Mailer::attempt(Mail mail) {
    Letter letter;
    {
        Change change(accounts_, job(), "mail.send", wire::unix_ms_now());
        auto now = find_mail(change, mail);
        if (!now) return now.error();
        if (now->state != MailState::waiting || now->due_ms != mail.due_ms) return {};  // dropped meanwhile
        mail = std::move(*now);
        begin_attempt(change, mail);
        auto written = write(change, mail);
        if (!written) drop_mail(change, mail, written.error().message());
        if (Status status = change.commit(); !status.ok()) return status;
        if (!written) return {};
        letter = std::move(*written);
    }
    const Delivery delivery = deliver(mail, letter);
    const std::string attempts = std::to_string(mail.attempts);
    if (!delivery.problem.empty()) {
        logger_.warning("a mail could not be sent", {{"mail", to_uuid(mail.id)},
                                                     {"kind", to_string(mail.kind)},
                                                     {"attempt", attempts},
                                                     {"why", delivery.problem}});
    }
    Change change(accounts_, job(), "mail.sent", wire::unix_ms_now());
    const auto now = find_mail(change, mail);
    if (!now) return now.error();
    MailState state = now->state;
    if (state == MailState::waiting) state = end_attempt(change, *now, delivery.problem, delivery.for_good);
    if (Status status = change.commit(); !status.ok()) return status;
    if (delivery.problem.empty()) ++sent_;
    if (!delivery.problem.empty()) ++attempts_failed_;
    if (state == MailState::failed) ++failed_;
    return {};
}

Result<Letter> Mailer::write(Change& change, Mail& mail) {
    const auto over = [](const char* why) { return failure(StatusCode::not_found, why); };
    if (mail.kind == MailKind::invitation) return write_invitation(change, mail);
    if (mail.kind == MailKind::password) return write_password(change, mail);
    if (mail.kind == MailKind::alert) {
        const auto organization = open_organization(change, mail.organization);
        if (!organization) return over("the organization is deleted");
        return alert_letter(base_, **organization, mail.text);
    }
    if (mail.kind == MailKind::security) return security_letter(base_, mail.text);
    EmailLink link{.email = mail.to, .name = mail.name};
    const Directory& directory = change.directory();
    if (mail.kind == MailKind::verification) {
        const User* const user = directory.find_user(mail.subject);
        if (user == nullptr || user->email != mail.to) return over("the person has another address, or is deleted");
        if (user->verified()) return over("the address is verified already");
        link.user = user->id;
    } else if (directory.find_user_by_email(mail.to) != nullptr) {
        return known_address_letter(base_);
    } else {
        link.kind = EmailLinkKind::registration;
    }
    erase_email_link(change, mail.link);
    const std::string token = make_email_link(change, link);
    set_mail_link(change, mail, digest_key(token));
    return link.kind == EmailLinkKind::verification ? verification_letter(base_, token)
                                                    : registration_letter(base_, token);
}

Result<Letter> Mailer::write_password(Change& change, const Mail& mail) {
    const User* const user = change.directory().find_user(mail.subject);
    if (user == nullptr || user->email != mail.to) return failure(StatusCode::not_found, "nobody has the address");
    return password_letter(base_, make_person_link(change, user->id, PersonLinkKind::mailed_password));
}

Result<Letter> Mailer::write_invitation(Change& change, const Mail& mail) {
    auto token = make_mail_token(change, mail.organization, mail.subject);
    if (!token) return std::unexpected(token.error());
    const Directory& directory = change.directory();
    const Invitation& invitation = *directory.find_invitation(mail.organization, mail.subject);
    const User* const inviter = directory.find_user(invitation.inviter);
    return invitation_letter(base_, *token,
                             {.organization = directory.find_organization(mail.organization)->name,
                              .inviter = inviter == nullptr ? std::string() : inviter->name,
                              .role = std::string(to_string(invitation.role))});
}

Delivery Mailer::deliver(const Mail& mail, const Letter& letter) {
    const std::string name = to_uuid(mail.id) + "." + std::to_string(mail.attempts);
    auto message = message_of({.from = {.email = config_.from, .name = config_.from_name},
                               .to = {.email = mail.to},
                               .id = name,
                               .date_ms = wire::unix_ms_now()},
                              letter);
    if (!message) return {.problem = message.error().message(), .for_good = true};
    const Outgoing outgoing{.from = config_.from, .to = mail.to, .message = std::move(*message), .name = name};
    return config_.smtp_url.empty() ? write_to_folder(config_.drop_folder, outgoing)
                                    : send_by_smtp(config_, outgoing, stopping_);
}

}  // namespace tollgate
