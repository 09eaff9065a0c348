// Sign-ins that have begun and wait for a browser to come back from its identity provider. What must be known of one
// then is in the `state` that the browser carries, sealed: so nothing is kept of those that never come back, however
// many are begun. Each comes back once, within ten minutes, in the browser that began it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "accounting/money/ids.h"
#include "accounting/secrets/locked_bytes.h"
#include "accounting/secrets/sealing.h"
#include "store/status.h"

namespace tollgate::oidc {

// Of the browser: a cookie that other sites can neither read nor set, and that only the browser's own sign-ins know.
inline constexpr std::string_view kBrowserCookie = "__Host-tollgate-sign-in";

// What somebody is sent to a provider for.
enum class SignInPurpose : std::uint8_t {
    sign_in,  // a session begins
    step_up,  // who is signed in proves again who he is
    link,     // who is signed in adds whom the provider names to his account
};

// Who is signed in already, and by which session: it alone may end what it began. Zeros: nobody.
struct SignedIn {
    Id128 user = {};
    KeyDigest session = {};  // its id, which stays when it gets another secret
    bool operator==(const SignedIn&) const = default;
};

struct BegunSignIn {
    std::string provider = {};      // its id
    std::string return_route = {};  // as return_route() made it
    std::int64_t begun_ms = 0;
    SignInPurpose purpose = SignInPurpose::sign_in;
    SignedIn by = {};                // zeros for sign_in
    std::string nonce = {};          // that the ID token must have
    std::string code_verifier = {};  // RFC 7636: without it the code is of no use
};

// Any thread. The key of the seal is the process's own: a restart ends the sign-ins that are under way.
class BegunSignIns {
  public:
    static constexpr std::int64_t kLifetimeMs = 600'000;
    static constexpr std::size_t kMostStateBytes = 2048;
    static constexpr std::size_t kMostRemembered = 65'536;  // that came back; the code of an older one is used up, too

    // io: there is no locked memory.
    static Result<std::unique_ptr<BegunSignIns>> make();
    BegunSignIns(const BegunSignIns&) = delete;
    BegunSignIns& operator=(const BegunSignIns&) = delete;

    struct Beginning {
        std::string state, nonce;
        std::string code_challenge;  // of the method S256
    };
    struct NewSignIn {
        std::string_view provider, return_route;  // the id of at most 255 bytes
        std::string_view browser;                 // the cookie's value
        SignInPurpose purpose = SignInPurpose::sign_in;
        SignedIn by = {};
    };
    Beginning begin(const NewSignIn& sign_in, std::int64_t unix_ms) const;
    // Nothing: the state was not made here or not for this browser, is too old, or has come back before.
    std::optional<BegunSignIn> finish(std::string_view state, std::string_view browser, std::int64_t unix_ms);

    // A value of the cookie for a browser that has none, and whether a text can be one.
    static std::string new_browser();
    static bool is_browser(std::string_view text);

  private:
    using Id = std::array<char, 16>;
    explicit BegunSignIns(LockedBytes key) : key_(std::move(key)) {}
    SealingKey key() const { return SealingKey(key_.bytes()); }
    std::string derived(std::string_view purpose, const Id& id) const;
    bool is_first(const Id& id);

    const LockedBytes key_;
    std::mutex mutex_;
    std::set<Id> finished_;    // guarded, as is the next
    std::deque<Id> in_order_;  // the same, the oldest first
};

}  // namespace tollgate::oidc
