#include "gateway/chat/dialect/json_splice.h"

#include "gateway/chat/canonical/spelt_json.h"

namespace tollgate {

std::string without_member(Json object, std::string_view name) {
    std::string out = "{";
    each_member(object, [&](std::string_view key, Json value) {
        if (key != name) append_member(out, spell(key), value);
    });
    return out + '}';
}

}  // namespace tollgate
