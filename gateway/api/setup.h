// The first start: whoever has the link that `tollgate init` printed becomes the person who operates the gateway.
#pragma once

#include <array>

#include "gateway/api/passwords.h"
#include "gateway/api/sessions.h"

namespace tollgate {

Error prove_setup(Call& call);
// Signs the new person in. not_found setup_invalid; conflict email_taken.
ApiAnswer set_up(Call& call, Change& change);

inline constexpr std::array kSetupFields = {
    fields::text("token").required().from(1, 200).note("The last part of the link"),
    kEmailField.required(),
    kNameField,
    kNewPasswordField,
};
inline constexpr Schema kSetup{"Setup", kSetupFields};

}  // namespace tollgate
