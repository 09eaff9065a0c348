// Codes that people copy by hand: 80 random bits in sixteen characters, none of which looks like another. What is
// stored of one is its digest.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "accounting/money/ids.h"

namespace tollgate {

inline constexpr std::size_t kTypedCodeCharacters = 16;

std::string make_typed_code();
// Of a code as somebody typed it, with dashes, blanks or small letters; nullopt: it is none.
std::optional<KeyDigest> digest_of_code(std::string_view typed);

}  // namespace tollgate
