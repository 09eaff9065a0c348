// Whether the body of an answer is JSON or server-sent events: told by how it begins, since labels are often wrong.
#pragma once

#include <cstdint>
#include <string_view>

namespace tollgate {

enum class AnswerShape : std::uint8_t {
    unknown,  // nothing but white space so far
    json,
    events,
    neither,
};

AnswerShape shape_of(std::string_view beginning);
// Some send a byte order mark before their JSON.
std::string_view without_byte_order_mark(std::string_view text);

}  // namespace tollgate
