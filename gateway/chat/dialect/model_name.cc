#include "gateway/chat/dialect/model_name.h"

#include "gateway/chat/canonical/invalid_field.h"

namespace tollgate {
namespace {

constexpr std::string_view kPresetMark = "@preset/";

}  // namespace

Error take_model_name(std::string_view name, BodyFacts& facts) {
    if (name.size() > kMostModelBytes) return invalid_field("'model' is longer than 128 bytes", "model");
    const auto mark = name.find(kPresetMark);
    facts.model = name.substr(0, mark);
    return mark == std::string_view::npos ? Error() : take_preset(name.substr(mark), "model", facts);
}

// One preset is one; the model's name and the member may both name it.
Error take_preset(std::string_view slug, std::string_view param, BodyFacts& facts) {
    if (slug.starts_with(kPresetMark)) slug.remove_prefix(kPresetMark.size());  // as some clients write it
    if (slug.empty()) return invalid_field("'" + std::string(param) + "' names no preset", param);
    if (slug.size() > kMostModelBytes) return invalid_field("the preset's name is longer than 128 bytes", param);
    if (!facts.preset.empty() && facts.preset != slug) return invalid_field("the request names two presets", param);
    facts.preset = slug;
    return {};
}

}  // namespace tollgate
