// What people may call things: UTF-8 without control characters, of bounded length. Names can also be seen: they are
// not blank, and hold nothing invisible that makes two of them look alike or changes how others are shown.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "store/status.h"

namespace tollgate {

inline constexpr std::size_t kMaxNameBytes = 100;   // of organizations, projects, keys
inline constexpr std::size_t kMaxSlugBytes = 140;   // a name's and a part of the id
inline constexpr std::size_t kMaxModelBytes = 200;  // of a model's or provider's name
inline constexpr std::size_t kMaxEmailBytes = 254;  // RFC 5321 allows a path of 256 with its brackets

// invalid: says which field, what is wrong and at which byte.
Status check_text(std::string_view field, std::string_view text, std::size_t max_bytes);
// At most kMaxNameBytes; neither empty nor blank; no invisible characters, such as those that change the direction of
// text. Joiners (U+200C, U+200D) and variation selectors are allowed: scripts and emoji need them.
Status check_name(std::string_view field, std::string_view name);

// An e-mail address in the one form in which two are compared: without blanks around it, ASCII letters small. Dots and
// "+tag" are kept: they may be another person. invalid: it has not the shape of an address.
Result<std::string> normal_email(std::string_view field, std::string_view text);

}  // namespace tollgate
