// One identity provider, as it is asked: for its description and its keys, which are kept for a while, and who it is
// that comes back from it. For threads that may wait.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/config/sign_in.h"
#include "gateway/oidc/claims.h"
#include "gateway/oidc/id_token.h"
#include "gateway/oidc/key_set.h"
#include "gateway/oidc/provider_metadata.h"
#include "gateway/outside/http_call.h"
#include "gateway/single_sign_on/sign_in_fault.h"

namespace tollgate {

// How it is asked; a test answers itself.
struct AskProvider {
    std::function<Outcome<HttpReply>(HttpCall call)> get;
    std::function<Outcome<HttpReply>(HttpCall call, std::string body)> post;
};

class IdentityProvider {
  public:
    static constexpr std::int64_t kKeptMs = 3'600'000;          // a description, and a set of keys
    static constexpr std::int64_t kLongestMs = 86'400'000;      // the same, while no newer one can be had
    static constexpr std::int64_t kUnknownKeyPauseMs = 60'000;  // between two sets of keys for an unknown key's sake
    static constexpr std::int64_t kFailurePauseMs = 5'000;      // after nothing could be had
    static constexpr std::size_t kMostTokenReplyBytes = 1 << 20;
    static constexpr std::size_t kMostCodeBytes = 4096;

    // `ask` bounds what may be reached and how long it may take, beside what is said in a call. Nothing of `config`
    // is read from files any more.
    IdentityProvider(IdentityProviderConfig config, AskProvider ask);

    const IdentityProviderConfig& config() const { return config_; }

    SignInResult<oidc::ProviderMetadata> metadata(std::int64_t unix_ms);

    struct Code {
        std::string_view code, code_verifier, redirect_uri;
        std::string_view nonce;
        std::int64_t signed_in_since_ms = 0;  // since when the person must have shown there who he is; 0: whenever
    };
    // Changes the code for an ID token, verifies that, and asks for what it does not say.
    SignInResult<oidc::Claims> person_of(const Code& code, std::int64_t unix_ms);

  private:
    struct Tokens {
        std::string id_token, access_token;
    };
    template <class Document>
    struct Kept {
        std::shared_ptr<const Document> document = nullptr;
        std::int64_t had_ms = 0, asked_ms = 0;
        std::string failure = {};  // of the last asking; empty: it did not fail
    };

    HttpCall call_of(std::string url, std::size_t most_bytes) const;
    template <class Document, class Read>
    SignInResult<std::shared_ptr<const Document>> keep(Kept<Document>& kept, const std::string& url, bool anew,
                                                       std::int64_t unix_ms, const Read& read);
    SignInResult<std::shared_ptr<const oidc::KeySet>> keys(const std::string& url, bool anew, std::int64_t unix_ms);
    SignInResult<Tokens> tokens_of(const oidc::ProviderMetadata& metadata, const Code& code) const;
    SignInResult<oidc::Claims> verify(const oidc::ProviderMetadata& metadata, const Tokens& tokens, const Code& code,
                                      std::int64_t unix_ms);
    void add_user_info(const oidc::ProviderMetadata& metadata, const Tokens& tokens, oidc::Claims& claims) const;

    const IdentityProviderConfig config_;
    const AskProvider ask_;
    std::mutex mutex_;                       // also while it is asked: who comes meanwhile needs the same
    Kept<oidc::ProviderMetadata> metadata_;  // guarded, as is the next
    Kept<oidc::KeySet> keys_;
};

}  // namespace tollgate
