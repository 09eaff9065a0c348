// Digests by which the same request is known when it comes again: to say what a cache of answers would have served.
// They are keyed by a secret that lives in memory alone: who has the store cannot test whether a prompt was sent. After
// a restart the same request has another digest.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "gateway/exchange/exchange.h"

struct evp_mac_ctx_st;

namespace tollgate {

class RequestDigests {
  public:
    RequestDigests();  // with a new secret; throws where the system has no randomness
    ~RequestDigests();
    RequestDigests(const RequestDigests&) = delete;
    RequestDigests& operator=(const RequestDigests&) = delete;

    // Of the organization, the API, the model that was chosen and what of the body decides the answer: not of who asks,
    // nor of whether it is streamed. `body` is its text; the order of members matters. Never 0. Any thread.
    std::uint64_t of(const Exchange& request, std::string_view body) const;

  private:
    struct Free {
        void operator()(evp_mac_ctx_st* context) const;
    };
    std::unique_ptr<evp_mac_ctx_st, Free> keyed_;  // copied for each digest
};

}  // namespace tollgate
