// What an answer's citation cites, as OpenAI's two APIs write them: of chat completions inside of `url_citation`, of
// the Responses API without that.
#pragma once

#include <array>

#include "gateway/chat/canonical/json_text.h"

namespace tollgate {

// The object that has the page's `url` and `title`; empty: it cites something else, such as a file at OpenAI, which no
// other API can name.
inline Json cited_page(Json annotation) {
    const auto [type, inner] = members_of(annotation, std::array<std::string_view, 2>{"type", "url_citation"});
    if (is_object(inner)) return inner;
    return type == R"("url_citation")" ? annotation : Json();
}

}  // namespace tollgate
