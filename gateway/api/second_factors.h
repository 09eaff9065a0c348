// The second factors of the person who calls, by a session: what he has, an authenticator app, recovery codes. Passkeys
// are in passkeys.h.
#pragma once

#include <array>

#include "accounting/accounts/second_factors.h"
#include "gateway/api/call.h"

namespace tollgate {

ApiAnswer show_second_factors(Call& call);
// The secret for an app, which counts when confirm_totp() has seen a code of it.
ApiAnswer begin_totp(Call& call, Change& change);
ApiAnswer confirm_totp(Call& call, Change& change);
ApiAnswer delete_totp(Call& call, Change& change);
// In the place of those there were.
ApiAnswer replace_recovery_codes(Call& call, Change& change);

// Mail to the person about a change of how he signs in, if the gateway sends any and the address is proven. The change
// is about him then.
void tell_of_sign_in_change(const Call& call, Change& change, const Id128& user, const std::string& what);
// Recovery codes in an answer; null where there are none to show.
void write_recovery_codes(const std::vector<std::string>& codes, JsonWriter& json);

inline constexpr Field kRecoveryCodesField =
    fields::texts("recovery_codes").or_null().note("Shown this once; null: the person has some already");
inline constexpr std::array kAppFields = {fields::time("since")};
inline constexpr Schema kApp{"AuthenticatorApp", kAppFields};
inline constexpr std::array kRecoveryCodesLeftFields = {fields::integer("left"), fields::time("made_at")};
inline constexpr Schema kRecoveryCodesLeft{"RecoveryCodesLeft", kRecoveryCodesLeftFields};
inline constexpr std::array kSecondFactorsFields = {
    fields::object("totp", kApp).or_null().note("null: no authenticator app"),
    fields::object("recovery_codes", kRecoveryCodesLeft).or_null(),
    fields::integer("passkeys"),
    fields::integer("stranded_passkeys").note("Those among them that were made for another host"),
    fields::flag("passkeys_available").note("false: browsers have none at the gateway's public_url"),
    fields::texts("required_by")
        .note("Ids of organizations that one may do nothing in as owner without a second factor"),
};
inline constexpr Schema kSecondFactors{"SecondFactors", kSecondFactorsFields};
inline constexpr std::array kTotpSetupFields = {fields::text("secret").note("In base 32, to be typed"),
                                                fields::text("otpauth_url").note("For a QR code")};
inline constexpr Schema kTotpSetup{"TotpSetup", kTotpSetupFields};
inline constexpr std::array kTotpCodeFields = {fields::text("code").required().from(6, 12).note("Six digits")};
inline constexpr Schema kTotpCode{"TotpCode", kTotpCodeFields};
inline constexpr std::array kRecoveryCodesFields = {kRecoveryCodesField};
inline constexpr Schema kRecoveryCodesAnswer{"RecoveryCodes", kRecoveryCodesFields};

}  // namespace tollgate
