#include "gateway/chat/dialect/middle_out.h"

namespace tollgate {
namespace {

using simdjson::dom::element;

constexpr std::string_view kTransform = "middle-out", kPlugin = "context-compression";

void wish_for(bool on, MiddleOut& wish) {
    if (wish != MiddleOut::off) wish = on ? MiddleOut::on : MiddleOut::off;
}

// An empty list asks for none.
bool take_transforms(const simdjson::dom::array& list, MiddleOut& wish) {
    bool asked = false, all_known = true;
    for (const element one : list) {
        std::string_view name;
        const bool known = one.get(name) == simdjson::SUCCESS && name == kTransform;
        asked = asked || known;
        all_known = all_known && known;
    }
    if (asked || list.size() == 0) wish_for(asked, wish);
    return all_known;
}

bool take_plugin(const element& plugin, MiddleOut& wish) {
    std::string_view id, engine = kTransform;
    bool enabled = true;
    if (plugin["id"].get(id) != simdjson::SUCCESS || id != kPlugin) return false;
    static_cast<void>(plugin["engine"].get(engine));
    static_cast<void>(plugin["enabled"].get(enabled));
    if (engine != kTransform) return false;
    wish_for(enabled, wish);
    return true;
}

}  // namespace

bool take_middle_out(std::string_view key, const element& value, MiddleOut& wish) {
    simdjson::dom::array list;
    if ((key != "transforms" && key != "plugins") || value.get(list) != simdjson::SUCCESS) return false;
    if (key == "transforms") return take_transforms(list, wish);
    bool all_known = true;
    for (const element one : list) all_known = take_plugin(one, wish) && all_known;
    return all_known;
}

}  // namespace tollgate
