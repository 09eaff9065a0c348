// By what a person can sign in, so that nobody gives up the last way.
#pragma once

#include "accounting/money/ids.h"
#include "store/status.h"

namespace tollgate {

class Call;
class Change;

// What is about to be given up; zeros: not that.
struct GivenUp {
    KeyDigest identity = {}, passkey = {};
};
// conflict last_way_to_sign_in: without it the person who calls could not sign in, and with it he can. A way is a
// password, a passkey that verified its person and works here, or an identity of a provider of the configuration.
Status check_can_still_sign_in(const Call& call, const Change& change, const GivenUp& given_up);

}  // namespace tollgate
