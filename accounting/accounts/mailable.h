// Which addresses mail can be sent to: not all that people sign in with.
#pragma once

#include <string_view>

namespace tollgate {

// False of what is no ASCII, which would need SMTPUTF8 of every server on its way, and of what could end an address or
// a line of a mail's head.
bool can_be_mailed(std::string_view email);

}  // namespace tollgate
