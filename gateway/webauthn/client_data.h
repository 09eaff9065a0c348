// What the browser says of a ceremony (WebAuthn Level 3, section 5.8.1). The authenticator signs its digest, so that
// what counts is what stands in here, and never a copy that came beside it.
#pragma once

#include <string>
#include <string_view>

#include "store/status.h"

namespace tollgate::webauthn {

inline constexpr std::size_t kMostClientDataBytes = 8192;

struct ClientData {
    std::string type;       // "webauthn.create" or "webauthn.get"
    std::string challenge;  // its bytes
    std::string origin;     // of the page, as browsers write it
    bool cross_origin = false;
};

// invalid passkey_malformed. Members that are none of these may stand in it, as the standard says.
Result<ClientData> read_client_data(std::string_view json);

}  // namespace tollgate::webauthn
