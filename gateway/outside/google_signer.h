// Signs requests to Google Cloud with a service account's access token, which it keeps fresh on a thread of its own:
// requests never wait for one.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "gateway/outside/service_account.h"
#include "gateway/outside/token_refresh.h"
#include "gateway/wire/networks.h"
#include "gateway/wire/request_signer.h"

namespace tollgate {

class GoogleSigner final : public wire::RequestSigner {
  public:
    struct Options {
        std::string scope = "https://www.googleapis.com/auth/cloud-platform";
        std::string ca_file = {};                                    // empty: the system's trust store
        std::function<bool(const wire::IpAddress&)> may_reach = {};  // of the token endpoint; empty: all
        std::function<void(const std::string&)> on_failure = {};     // on its thread: why there is no new token
    };

    GoogleSigner(ServiceAccount account, Options options);
    ~GoogleSigner() override;  // stops asking

    // Begins to ask for tokens.
    void start();
    // Waits for the first one, at most so long; for threads that may wait. False: there is none.
    bool wait_for_token(std::int64_t timeout_ms) const;

    Error sign(const wire::OutgoingRequest& request, std::string& lines) const override;
    void redact(std::string& text) const override;

  private:
    void run();
    Outcome<AccessToken> ask() const;

    const ServiceAccount account_;
    const Options options_;
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    std::string token_;         // guarded by mutex_
    std::string token_before_;  // the same: still in use by requests that run
    std::string failure_;       // the same: why the last asking failed; empty: it did not
    TokenRefresh refresh_;      // the same
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace tollgate
