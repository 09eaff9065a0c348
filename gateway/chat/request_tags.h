// The tags that a client gives a request, to tell its usage apart by: `team=search`, `nightly`. They are a set, kept as
// one text: sorted, each once, with commas between.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "gateway/text/error.h"

namespace tollgate {

inline constexpr std::size_t kMostTags = 10;        // of a request
inline constexpr std::size_t kMostTagBytes = 64;    // of one of them
inline constexpr std::size_t kMostTagsBytes = 240;  // of all, with their commas

// Adds one tag to `tags`; spaces around it do not belong to it. invalid_request, with `param`: it is empty or too long,
// has a comma or a control character, is not UTF-8, or is one too many.
Error add_tag(std::string_view tag, std::string_view param, std::string& tags);
// Adds each of a list with commas between. Empty places of the list are no tags.
Error add_tags(std::string_view list, std::string_view param, std::string& tags);

}  // namespace tollgate
