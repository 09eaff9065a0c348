// Lists in a client's request.
#pragma once

#include <cstdint>
#include <vector>

#include "gateway/chat/canonical/json_text.h"
#include "gateway/text/error.h"

namespace tollgate {

// Calls `read(element, index)` for each, until one fails.
template <class Read>
Error read_elements(Json list, Read&& read) {
    Error error;
    std::uint32_t index = 0;
    each_element(list, [&](Json element) {
        if (!error) error = read(element, index++);
    });
    return error;
}

// Adds its strings to `texts`; false: it is no list of strings alone.
inline bool read_texts(Json list, std::vector<Spelt>& texts) {
    bool all = is_array(list);
    each_element(list, [&](Json one) {
        all = all && is_text(one);
        texts.push_back(spelt(one));
    });
    return all;
}

}  // namespace tollgate
