// With which key each attempt of a request goes, and what the attempts tell of the keys. Where there is one key alone
// nothing is asked and nothing learned.
#pragma once

#include <cstdint>

#include "gateway/routing/candidate_walk.h"
#include "gateway/routing/operator_keys.h"
#include "gateway/routing/plan.h"

namespace tollgate {

class Connection;
struct Attempt;

class AttemptKeys {
  public:
    explicit AttemptKeys(Connection& connection) : connection_(connection) {}

    // The candidate's own, or one of the operator's: the same one as long as the candidate is, unless it is changed.
    const PickedKey& of(const Candidate& candidate) {
        if (candidate.endpoint != endpoint_ || candidate.credential != own_) turn_to(candidate);
        return key_;
    }
    // The candidate is in hand, and was asked with that key, which another one chose.
    void take(const Candidate& candidate, const PickedKey& key);
    // After a failed attempt: whether it was for its key alone, and the endpoint may be asked with another one now.
    // Where none is left for now, the error says when the first one is.
    bool change(Error& error, CandidateWalk& walk) { return key_.was_chosen() && find_another(error, walk); }

  private:
    void hold(const Candidate& candidate);
    void turn_to(const Candidate& candidate);
    bool find_another(Error& error, CandidateWalk& walk);
    void choose(std::size_t place);
    KeyAsk ask() const;

    Connection& connection_;
    const CatalogueEndpoint* endpoint_ = nullptr;  // of the candidate in hand
    const Credential* own_ = nullptr;              // the same: its own
    PickedKey key_{};
    KeySet tried_{};                  // there
    std::uint64_t conversation_ = 0;  // that is to stay with one of its keys
};

// An answer of the endpoint that is none of its errors has begun.
void note_key_answer(const Attempt& attempt, std::int64_t now_ms);
// The attempt's key was answered 429, and is to rest; 0: nobody said how long. Returns until when no key is left to ask
// the endpoint with; 0: another one is well.
std::int64_t rest_key(const Attempt& attempt, std::int64_t rest_ms, std::int64_t now_ms);
// The attempt has come to its end, with a key that was chosen. Returns whether that says nothing of the endpoint: its
// key was at fault, and another one is well.
bool note_key(Connection& connection, const Error& error);

}  // namespace tollgate
