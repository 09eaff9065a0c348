#include "gateway/chat/canonical/object_schema.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "gateway/chat/canonical/spelt_json.h"

namespace tollgate {
namespace {

constexpr std::array<std::string_view, 3> kUnions = {"allOf", "anyOf", "oneOf"};
constexpr std::size_t kMostToldBytes = 1000;  // of alternatives, in a description

bool is_union(std::string_view name) { return std::ranges::find(kUnions, name) != kUnions.end(); }

// The members of the object that come together from several schemas.
class Merged {
  public:
    explicit Merged(Json schema) { take(schema, true); }

    std::string properties() const { return "{" + properties_ + "}"; }
    std::string required() const { return "[" + required_ + "]"; }

  private:
    // `holds`: whatever it requires is required.
    void take(Json schema, bool holds) {
        each_member(member(schema, "properties"), [&](std::string_view name, Json value) {
            if (!names_.emplace(name).second) return;
            if (!properties_.empty()) properties_ += ',';
            (((properties_ += '"') += spell(name)) += "\":") += value;
        });
        if (holds) {
            each_element(member(schema, "required"), [&](Json name) {
                if (!needed_.emplace(name).second) return;
                if (!required_.empty()) required_ += ',';
                required_ += name;
            });
        }
        for (const std::string_view name : kUnions) {
            each_element(member(schema, name), [&](Json one) { take(one, holds && name == "allOf"); });
        }
    }

    std::set<std::string> names_, needed_;
    std::string properties_, required_;
};

}  // namespace

Json object_schema(Json schema, bool with_properties, std::string& made) {
    static constexpr std::array<std::string_view, 2> kNames = {"type", "properties"};
    const auto [type, properties] = members_of(schema, kNames);
    const bool typed = spells(spelt(type), "object");
    const bool adds_properties = !is_object(properties) && (with_properties || schema.find('"') == Json::npos);
    if (typed && !adds_properties) return schema;
    made = R"({"type":"object")";
    if (adds_properties) append_member(made, "properties", "{}");
    each_member(schema, [&](std::string_view name, Json value) {
        if (name == "type" || (name == "properties" && adds_properties)) return;
        append_member(made, spell(name), value);
    });
    return made += '}';
}

bool has_union_at_top(Json schema) {
    const auto unions = members_of(schema, kUnions);
    return std::ranges::any_of(unions, is_array);
}

std::string without_union_at_top(Json schema) {
    const Merged merged(schema);
    std::string out = R"({"type":"object","properties":)" + merged.properties();
    if (const std::string required = merged.required(); required != "[]") append_member(out, "required", required);
    std::string description, told;
    each_member(schema, [&](std::string_view name, Json value) {
        if (name == "type" || name == "properties" || name == "required") return;
        if (name == "description") {
            description = spelt(value);
        } else if (!is_union(name)) {
            append_member(out, spell(name), value);
        } else if (value.size() <= kMostToldBytes) {
            tell_keyword(name, value, told);
        }
    });
    append_description(out, std::move(description), told);
    return out += '}';
}

void tell_keyword(std::string_view name, Json value, std::string& told) {
    ((told += told.empty() ? "" : ", ") += spell(name)) += ": ";
    told += spell(value);
}

void append_description(std::string& out, std::string description, const std::string& told) {
    if (!told.empty()) description += (description.empty() ? "{" : "\\n\\n{") + told + "}";
    if (!description.empty()) append_text(out, "description", description);
}

bool is_strict_schema(Json schema) {
    if (!is_object(schema)) return true;
    static constexpr std::array<std::string_view, 4> kNames = {"type", "properties", "additionalProperties",
                                                               "required"};
    const auto [type, properties, more, required] = members_of(schema, kNames);
    std::size_t all = 0, needed = 0;
    each_member(properties, [&](std::string_view /*name*/, Json /*value*/) { ++all; });
    each_element(required, [&](Json /*name*/) { ++needed; });
    bool strict = !(is_object(properties) || spells(spelt(type), "object")) || (more == "false" && all == needed);
    const auto look = [&](Json inner) { strict = strict && is_strict_schema(inner); };
    for (const Json map : {properties, member(schema, "$defs"), member(schema, "definitions")}) {
        each_member(map, [&](std::string_view /*name*/, Json inner) { look(inner); });
    }
    for (const std::string_view name : kUnions) each_element(member(schema, name), look);
    look(member(schema, "items"));
    return strict;
}

}  // namespace tollgate
