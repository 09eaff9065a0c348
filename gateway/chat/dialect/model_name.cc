#include "gateway/chat/dialect/model_name.h"

#include "gateway/chat/canonical/invalid_field.h"
#include "gateway/text/ascii.h"

namespace tollgate {
namespace {

constexpr std::string_view kPresetMark = "@preset/";

}  // namespace

Error check_model_name(std::string_view name, std::string_view param) {
    const bool too_long = name.size() > kMostModelBytes;
    if (!too_long && !has_ascii_control(name)) return {};
    return invalid_field(
        "'" + std::string(param) + "'" + (too_long ? " is longer than 128 bytes" : " must have no control characters"),
        param);
}

Error take_model_name(std::string_view name, BodyFacts& facts) {
    if (Error error = check_model_name(name, "model")) return error;
    const auto mark = name.find(kPresetMark);
    facts.model = name.substr(0, mark);
    return mark == std::string_view::npos ? Error() : take_preset(name.substr(mark), "model", facts);
}

// One preset is one; the model's name and the member may both name it.
Error take_preset(std::string_view slug, std::string_view param, BodyFacts& facts) {
    if (slug.starts_with(kPresetMark)) slug.remove_prefix(kPresetMark.size());  // as some clients write it
    if (slug.empty()) return invalid_field("'" + std::string(param) + "' names no preset", param);
    if (Error error = check_model_name(slug, param)) return error;
    if (!facts.preset.empty() && facts.preset != slug) return invalid_field("the request names two presets", param);
    facts.preset = slug;
    return {};
}

}  // namespace tollgate
