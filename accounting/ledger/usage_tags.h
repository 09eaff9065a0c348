// The tags of a request, as its record has them: sorted, each once, with commas between. A tag has no comma in it.
#pragma once

#include <algorithm>
#include <string_view>

namespace tollgate {

// Shows each to `visit`.
template <class Visit>
void for_each_tag(std::string_view tags, const Visit& visit) {
    while (!tags.empty()) {
        const std::string_view tag = tags.substr(0, tags.find(','));
        tags.remove_prefix(std::min(tags.size(), tag.size() + 1));
        visit(tag);
    }
}

inline bool has_tag(std::string_view tags, std::string_view wanted) {
    bool found = false;
    for_each_tag(tags, [&](std::string_view tag) { found = found || tag == wanted; });
    return found;
}

}  // namespace tollgate
