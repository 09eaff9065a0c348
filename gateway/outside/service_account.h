// A service account of Google Cloud: how it asks for an access token (RFC 7523) and what it is answered.
// https://developers.google.com/identity/protocols/oauth2/service-account#httprest. Pure: no calls, no clock.
#pragma once

#include <openssl/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/text/error.h"
#include "store/status.h"

namespace tollgate {

class ServiceAccount {
  public:
    static constexpr std::int64_t kAssertionSeconds = 3600;  // Google's own bound

    // From the JSON that Google gives out for a key. invalid: says what is wrong with it, and tells nothing of the key.
    static Result<ServiceAccount> parse(std::string_view json);

    const std::string& token_uri() const { return token_uri_; }
    const std::string& project() const { return project_; }  // may be empty

    // The form that asks for a token of that scope.
    Outcome<std::string> token_request(std::string_view scope, std::int64_t unix_seconds) const;

  private:
    Outcome<std::string> sign(std::string_view text) const;

    std::string email_, key_id_, token_uri_, project_;
    std::shared_ptr<EVP_PKEY> key_;
};

struct AccessToken {
    std::string text;
    std::int64_t lifetime_seconds = 0;
};

// What the token endpoint replied. upstream_auth_failed: it refuses the account; upstream_invalid_response: anything
// else than a token. The message says why in the endpoint's words, and holds no secret.
Outcome<AccessToken> read_token_reply(int status, const std::string& body);

}  // namespace tollgate
