// Passwords, hashed by Argon2id (RFC 9106) with what OWASP asks for at least: 19 MiB, two passes. Each takes some 20 ms
// of a processor and that much memory, so that the caller bounds how many run at once.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "store/status.h"

namespace tollgate {

inline constexpr std::size_t kLeastPasswordCharacters = 12;  // of any kind: rules of composition make guessing easier
inline constexpr std::size_t kMostPasswordBytes = 256;

// invalid: too short, too long, or no UTF-8. The message begins with the field's name.
Status check_password(std::string_view field, std::string_view password);

// In the PHC string format, with a salt of its own. io: there is no memory for it.
Result<std::string> hash_password(std::string_view password);
bool is_password(std::string_view password, const std::string& hash);
// Takes as long as is_password() where there is no hash to compare with: an address without an account is not to be
// told from one with another password.
void compare_with_no_password(std::string_view password);

}  // namespace tollgate
