#include "accounting/accounts/mailable.h"

#include <algorithm>

namespace tollgate {

bool can_be_mailed(std::string_view email) {
    const auto is_visible = [](char c) { return c > ' ' && c < '\x7f'; };
    return !email.empty() && std::ranges::all_of(email, is_visible) &&
           email.find_first_of("\"\\(),:;<>[]") == std::string_view::npos && std::ranges::count(email, '@') == 1;
}

}  // namespace tollgate
