// Sessions: people who signed in from a browser. Its cookie holds a secret of 256 random bits, of which only the digest
// is stored.
//
// A session is no key. Keys of another kind were the other way: their look-up by digest, last use and rotation are all
// there. But then requests to models would find sessions, kept out by checks that every new route must repeat; here
// they find none. What else a key has, limits, rules, scopes, a copy that outlives it, a place in lists and reports, a
// session has not.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "accounting/accounts/api_key.h"
#include "accounting/accounts/document.h"
#include "accounting/money/ids.h"

namespace tollgate {

class Change;

// By what somebody showed who he is.
enum class Proof : std::uint8_t { password, totp, recovery_code, passkey, identity_provider, link };
std::string_view to_string(Proof proof);
bool parse(std::string_view text, Proof& proof);

class ProofSet {
  public:
    constexpr ProofSet() = default;
    constexpr ProofSet(Proof proof) : bits_(bit(proof)) {}  // NOLINT(google-explicit-constructor): a set of one
    constexpr bool contains(Proof proof) const { return (bits_ & bit(proof)) != 0; }
    constexpr bool empty() const { return bits_ == 0; }
    constexpr ProofSet& operator|=(ProofSet other) {
        bits_ = static_cast<std::uint8_t>(bits_ | other.bits_);
        return *this;
    }
    std::vector<std::string> names() const;
    // False: one is no proof's name.
    static bool parse(const std::vector<std::string>& names, ProofSet& proofs);
    bool operator==(const ProofSet&) const = default;

  private:
    static constexpr std::uint8_t bit(Proof proof) {
        return static_cast<std::uint8_t>(1U << static_cast<unsigned>(proof));
    }
    std::uint8_t bits_ = 0;
};

// When it was, written by whoever uses the session while others read it: in an immutable snapshot, too.
class LastUse {
  public:
    LastUse() = default;
    LastUse(const LastUse& other) : at_ms_(other.get()) {}
    LastUse& operator=(const LastUse& other) {
        note(other.get());
        return *this;
    }
    std::int64_t get() const { return at_ms_.load(std::memory_order_relaxed); }
    void note(std::int64_t now_ms) const { at_ms_.store(now_ms, std::memory_order_relaxed); }

  private:
    mutable std::atomic<std::int64_t> at_ms_ = 0;
};

inline constexpr std::size_t kMostAgentBytes = 200;

// How long sessions live and how many there are of a person, by the configuration.
struct SessionLimits {
    std::int64_t idle_ms = 12LL * 3600 * 1000;
    std::int64_t whole_ms = 30LL * 24 * 3600 * 1000;
    std::size_t most = 50;  // of one person: a further one ends the one that was used least lately
};

struct Session {
    KeyDigest id = {};      // of its first secret: what it is called
    KeyDigest secret = {};  // of the one that it has
    Id128 user = {};
    ProofSet proofs = {};         // that its person gave since it began
    std::int64_t created_ms = 0;  // Unix time, as all of them
    std::int64_t proved_ms = 0;   // when he last gave some
    std::int64_t expires_ms = 0;  // whether it is used or not
    std::string address = {};     // it began from; empty: not known
    std::string agent = {};       // the browser, as it calls itself; cut
    LastUse last_used = {};       // kept by LastUses, under its id

    bool is_over(std::int64_t now_ms, std::int64_t idle_ms) const {
        return expires_ms <= now_ms || last_used.get() + idle_ms <= now_ms;
    }
};

// From the document's key and text; last used when it began.
Result<Session> read_session(DocumentReader& reader, std::string_view document, std::string_view text);

// A secret for a session that is about to begin, or to have another one; its digest names the session that begins with
// it.
NewKey make_session_secret();

struct NewSession {
    KeyDigest secret = {};
    Id128 user = {};
    ProofSet proofs = {};
    std::string agent = {};
};
// The person's sessions that are over end, too.
void begin_session(Change& change, const NewSession& fields, const SessionLimits& limits);
// It has another secret from now on, and its person has just given these proofs. not_found: it is over.
Status renew_session(Change& change, const Id128& user, const KeyDigest& session, const KeyDigest& secret,
                     ProofSet proofs);
// not_found: the person has no such session.
Status end_session(Change& change, const Id128& user, const KeyDigest& session);
// All of the person's but one; zeros: all.
void end_sessions(Change& change, const Id128& user, const KeyDigest& but = {});
// Of everybody. How many that were.
std::size_t end_old_sessions(Change& change, const SessionLimits& limits);

}  // namespace tollgate
