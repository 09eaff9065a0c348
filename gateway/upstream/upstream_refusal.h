// An upstream's answer that is an error: by its status, or by what a 200 or an event of a stream says. What it means
// for the request is decided here, without I/O; chat/inbound.h shapes it for the client.
//
// The provider's status and words reach the client, but for those that are about the gateway's own account at the
// provider: 401, 402, 407, a 403 that speaks of a key or an account, or says nothing, and a 400 that is surely about a
// key. They become 502 upstream_auth_failed, because the client would blame its own key. A 403 that says that the
// account may not use the model is a 502, too, but says nothing of the key. One about content or a region stays a 403.
// A 424 is a model that failed: a 502. A quota that is used up keeps its status, and the client is told not to try
// again. What the operator's account is named is not told.
#pragma once

#include <optional>
#include <string_view>

#include "gateway/routing/operator_keys.h"
#include "gateway/text/error.h"

namespace tollgate {

struct UpstreamRefusal {
    int status = 0;
    std::string_view provider;       // its name here
    std::string_view retry_headers;  // its retry-after and the like, as lines to pass on
    std::string_view body;
    bool whole = false;  // the body came to its end
};

// Whose fault it is, whether another endpoint can help, and what the client is told. No secret of the credential is in
// it.
Error judge(const UpstreamRefusal& refusal, const Credential& credential);

// The same for an error that the provider reports under status 200. It may name a status, which then counts.
Error judge_reported(std::optional<ProviderError> said, std::string_view provider, const Credential& credential);

// What an attempt says of the key that it went with, by the status that came and what it ended with. A request that is
// refused for what it asks says nothing of it.
KeyVerdict key_verdict(int upstream_status, const Error& error);

// Whether it is a 404 about something that the request names, as a file: by the parameter, or by what the message
// speaks of. A model is the endpoint's; so is a 404 that says nothing of what was not found.
bool is_of_own_object(const Error& error);

}  // namespace tollgate
