#include "gateway/outside/google_signer.h"

#include <openssl/crypto.h>
#include <pthread.h>

#include <chrono>
#include <utility>

#include "gateway/outside/http_call.h"
#include "gateway/wire/clock.h"

namespace tollgate {
namespace {

std::int64_t now_ms() { return wire::monotonic_ms(wire::Clock::now()); }

void wipe(std::string& secret) {
    OPENSSL_cleanse(secret.data(), secret.size());
    secret.clear();
}

}  // namespace

GoogleSigner::GoogleSigner(ServiceAccount account, Options options)
    : account_(std::move(account)), options_(std::move(options)) {}

GoogleSigner::~GoogleSigner() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
    wipe(token_);
    wipe(token_before_);
}

void GoogleSigner::start() {
    thread_ = std::thread([this] {
        ::pthread_setname_np(::pthread_self(), "google-token");
        run();
    });
}

bool GoogleSigner::wait_for_token(std::int64_t timeout_ms) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::milliseconds(timeout_ms), [this] {
        return stopping_ || !token_.empty();
    }) && !token_.empty();
}

Error GoogleSigner::sign(const wire::OutgoingRequest& /*request*/, std::string& lines) const {
    const std::lock_guard lock(mutex_);
    if (now_ms() < refresh_.usable_until_ms()) {
        ((lines += "authorization: Bearer ") += token_) += "\r\n";
        return {};
    }
    return {ErrorKind::upstream_auth_failed,
            "the gateway has no access token of Google's" + (failure_.empty() ? "" : ": " + failure_)};
}

void GoogleSigner::redact(std::string& text) const {
    const std::lock_guard lock(mutex_);
    wire::redact_secret(text, token_);
    wire::redact_secret(text, token_before_);
}

Outcome<AccessToken> GoogleSigner::ask() const {
    auto form = account_.token_request(options_.scope, wire::unix_ms_now() / 1000);
    if (!form) return std::unexpected(form.error());
    HttpCall call{.url = account_.token_uri(),
                  .header_lines = {"content-type: application/x-www-form-urlencoded"},
                  .ca_file = options_.ca_file,
                  .may_reach = options_.may_reach,
                  .stop = &stopping_};
    auto reply = post(std::move(call), std::move(*form));
    if (!reply) return std::unexpected(reply.error());
    auto token = read_token_reply(reply->status, reply->body);
    wipe(reply->body);
    return token;
}

void GoogleSigner::run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        if (!refresh_.is_due(now_ms())) {
            changed_.wait_for(lock, std::chrono::milliseconds(refresh_.due_ms() - now_ms()),
                              [this] { return stopping_.load(); });
            continue;
        }
        refresh_.begin();
        lock.unlock();
        auto token = ask();
        if (!token && !stopping_ && options_.on_failure) options_.on_failure(token.error().detail().message);
        lock.lock();
        if (token) {
            wipe(token_before_);
            token_before_ = std::exchange(token_, std::move(token->text));
            failure_.clear();
            refresh_.succeed(token->lifetime_seconds, now_ms());
            changed_.notify_all();
        } else {
            failure_ = token.error().detail().message;
            refresh_.fail(now_ms());
        }
    }
}

}  // namespace tollgate
