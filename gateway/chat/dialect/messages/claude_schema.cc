#include "gateway/chat/dialect/messages/claude_schema.h"

#include <algorithm>
#include <array>
#include <utility>

#include "gateway/chat/canonical/object_schema.h"
#include "gateway/chat/canonical/spelt_json.h"

namespace tollgate {
namespace {

constexpr std::size_t kMostToldBytes = 200;  // of a keyword's value, in a description

constexpr std::array<std::string_view, 8> kKept = {"type",    "enum",     "const", "title",
                                                   "default", "required", "$ref",  "nullable"};
// They say nothing to a model.
constexpr std::array<std::string_view, 8> kUntold = {"$schema",    "$id",      "$comment",  "$anchor",
                                                     "deprecated", "readOnly", "writeOnly", "propertyOrdering"};
constexpr std::array<std::string_view, 3> kMaps = {"properties", "$defs", "definitions"};
constexpr std::array<std::string_view, 3> kLists = {"anyOf", "oneOf", "allOf"};
constexpr std::array<std::string_view, 10> kFormats = {"date-time", "time", "date", "duration", "email",
                                                       "hostname",  "uri",  "ipv4", "ipv6",     "uuid"};

template <std::size_t kCount>
bool is_one_of(std::string_view name, const std::array<std::string_view, kCount>& names) {
    return std::ranges::find(names, name) != names.end();
}

// Whether the schema is one of objects, maybe among other types.
bool of_objects(Json type, Json properties) {
    bool among = spells(spelt(type), "object");
    each_element(type, [&](Json one) { among = among || spells(spelt(one), "object"); });
    return among || (type.empty() && is_object(properties));
}

class Closer {
  public:
    explicit Closer(std::string& out) : out_(out) {}

    bool changed() const { return changed_; }
    void write(Json schema) {
        if (!is_object(schema)) {
            out_ += schema;
            return;
        }
        out_ += '{';
        std::string told;
        each_member(schema, [&](std::string_view name, Json value) { keyword(name, value, told); });
        static constexpr std::array<std::string_view, 4> kNames = {"type", "properties", "additionalProperties",
                                                                   "description"};
        const auto [type, properties, more, description] = members_of(schema, kNames);
        if (of_objects(type, properties)) {
            append_member(out_, "additionalProperties", "false");
            changed_ = changed_ || more != "false";
        }
        append_description(out_, std::string(spelt(description)), told);
        out_ += '}';
    }

  private:
    void keyword(std::string_view name, Json value, std::string& told) {
        if (name == "description" || is_one_of(name, kUntold)) return;
        if (is_one_of(name, kKept)) {
            append_member(out_, spell(name), value);
        } else if (is_one_of(name, kMaps)) {
            map(name, value);
        } else if (is_one_of(name, kLists)) {
            changed_ = changed_ || name == "oneOf";
            list(name == "oneOf" ? "anyOf" : name, value);
        } else if (name == "items" && is_object(value)) {
            append_member(out_, name, "");
            write(value);
        } else if (name == "format" && is_one_of(plain(spelt(value)), kFormats)) {
            append_member(out_, name, value);
        } else if (name == "minItems" && (value == "0" || value == "1")) {
            append_member(out_, name, value);
        } else if (name != "additionalProperties" || is_object(value)) {
            tell(name, value, told);
        }
    }

    void map(std::string_view name, Json value) {
        append_member(out_, name, "{");
        each_member(value, [&](std::string_view key, Json schema) {
            append_member(out_, spell(key), "");
            write(schema);
        });
        out_ += '}';
    }

    void list(std::string_view name, Json value) {
        append_member(out_, name, "[");
        each_element(value, [&](Json schema) {
            separate(out_);
            write(schema);
        });
        out_ += ']';
    }

    void tell(std::string_view name, Json value, std::string& told) {
        changed_ = true;
        if (name.size() + value.size() <= kMostToldBytes) tell_keyword(name, value, told);
    }

    std::string& out_;
    bool changed_ = false;
};

}  // namespace

std::string claude_output_schema(Json schema, bool& changed) {
    std::string out;
    Closer closer(out);
    closer.write(schema);
    changed = closer.changed();
    return changed ? out : std::string(schema);
}

Json claude_tool_schema(const Tool& tool, std::string& made, TranslationNotes& notes) {
    if (tool.schema.empty()) return R"({"type":"object","properties":{}})";
    std::string schema;
    if (has_union_at_top(tool.schema)) schema = without_union_at_top(tool.schema);
    bool closed = false;
    if (tool.strict == "true") {
        std::string strict = claude_output_schema(schema.empty() ? tool.schema : Json(schema), closed);
        if (closed) schema = std::move(strict);
    }
    if (schema.empty()) return object_schema(tool.schema, false, made);
    notes.changed.add("tools");
    std::string object;
    made = object_schema(schema, false, object);
    return made;
}

}  // namespace tollgate
