// Sends what is in the outbox, on a thread of its own. Several attempts at one mail are far apart, and bounded
// (accounting/accounts/outbox.h).
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>

#include "accounting/accounts/accounts.h"
#include "accounting/accounts/outbox.h"
#include "gateway/config/config.h"
#include "gateway/log/log.h"
#include "gateway/mail/delivery.h"
#include "gateway/mail/message.h"

namespace tollgate {

// Since the start; `waiting` is of the last look, which is at most two minutes old.
struct MailCounts {
    std::uint64_t sent = 0, attempts_failed = 0, failed = 0;  // the last: given up
    std::uint64_t waiting = 0;
};

class Mailer {
  public:
    // `accounts` must outlive it. `base` is the gateway's public URL. Makes the drop folder, if there is to be one. io.
    static Result<std::unique_ptr<Mailer>> open(Accounts& accounts, const MailConfig& config, std::string base,
                                                const Logger& logger);
    ~Mailer();  // stops it
    Mailer(const Mailer&) = delete;
    Mailer& operator=(const Mailer&) = delete;

    void start();
    void stop();  // soon: a running attempt is given up, and repeated after the next start
    // Any thread: there is something to send.
    void wake();
    MailCounts counts() const;  // any thread

  private:
    Mailer(Accounts& accounts, const MailConfig& config, std::string base, const Logger& logger);
    void run();
    void wait();
    // One mail that is due: sent, deleted, or put off. False: the store takes nothing now.
    bool handle(const Mail& mail);
    Status attempt(Mail mail);
    Status remove(const Mail& mail);
    // What it says, with a new token, whose digest the change stores; not_found: what it is about is over.
    Result<Letter> write(Change& change, Mail& mail);
    Result<Letter> write_password(Change& change, const Mail& mail);
    Result<Letter> write_invitation(Change& change, const Mail& mail);
    void count_waiting();
    Delivery deliver(const Mail& mail, const Letter& letter);

    Accounts& accounts_;
    const MailConfig config_;
    const std::string base_;
    const Logger logger_;
    std::mutex mutex_;
    std::condition_variable woken_;
    bool wake_ = false;  // guarded by mutex_
    std::atomic<bool> stopping_{false};
    std::atomic<std::uint64_t> sent_{0}, attempts_failed_{0}, failed_{0}, waiting_{0};
    std::int64_t counted_ms_ = 0;  // when waiting_ was
    std::thread thread_;
};

}  // namespace tollgate
