#include "gateway/client/tag_fields.h"

#include <span>

namespace tollgate {
namespace {

constexpr std::string_view kName = "x-tollgate-tags";

}  // namespace

void append_tag_fields(const wire::RequestHead& from, std::string& list) {
    if ((from.name_bits & wire::MessageHead::name_bit(kName)) == 0) return;
    for (const wire::HeaderField& field : std::span(from.fields).first(from.field_count)) {
        if (!wire::equals_ignoring_case(field.name, kName)) continue;
        list.append(list.empty() ? "" : ",").append(field.value);
    }
}

}  // namespace tollgate
