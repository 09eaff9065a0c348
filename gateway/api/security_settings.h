// What an organization demands of how its people sign in.
#pragma once

#include <array>

#include "gateway/api/call.h"

namespace tollgate {

ApiAnswer show_security_settings(Call& call);
ApiAnswer set_security_settings(Call& call, Change& change);

inline constexpr Field kOwnersNeedSecondFactorField =
    fields::flag("owners_need_second_factor").note("An owner who has none may what a member may, until he has one");
inline constexpr std::array kSecuritySettingsFields = {kOwnersNeedSecondFactorField,
                                                       fields::integer("version").note("Of the organization")};
inline constexpr Schema kSecuritySettings{"SecuritySettings", kSecuritySettingsFields};
inline constexpr std::array kSecuritySettingsBodyFields = {kOwnersNeedSecondFactorField.required(),
                                                           fields::integer("version")};
inline constexpr Schema kSecuritySettingsBody{"NewSecuritySettings", kSecuritySettingsBodyFields};

}  // namespace tollgate
