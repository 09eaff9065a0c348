#include "gateway/chat/dialect/gemini/schema_subset.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <optional>
#include <vector>

#include "gateway/chat/dialect/gemini/fields.h"
#include "gateway/text/ascii.h"

namespace tollgate {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostDepth = 128;  // of a schema's JSON
constexpr Json kAny = R"({"type":"OBJECT"})";
constexpr std::size_t kMostNodes = 2000;           // of a schema whose references are resolved
constexpr std::ptrdiff_t kMostTurns = 2;           // that a reference is resolved inside of itself
constexpr std::size_t kMostOpen = 16;              // references that are resolved inside of each other
constexpr std::size_t kMostToldBytes = 200;        // of a keyword's value, in a description
constexpr std::size_t kMostReferenceBytes = 1024;  // longer ones lead nowhere

std::optional<json::value> parsed(Json text) {
    json::parse_options options;
    options.max_depth = kMostDepth;
    json::error_code failed;
    json::value value = json::parse(text, failed, {}, options);
    return failed ? std::nullopt : std::optional(std::move(value));
}

bool has(const json::object& object, std::string_view name) { return object.if_contains(name) != nullptr; }

const json::string* text_of(const json::object& object, std::string_view name) {
    const json::value* const value = object.if_contains(name);
    return value == nullptr ? nullptr : value->if_string();
}

// --- References in JSON Schema

void bare_references(json::value& schema) {
    if (auto* const list = schema.if_array()) {
        for (json::value& item : *list) bare_references(item);
    }
    auto* const object = schema.if_object();
    if (object == nullptr) return;
    for (auto& [name, value] : *object) bare_references(value);
    if (text_of(*object, "$ref") == nullptr) return;
    json::object bare;
    for (const auto& [name, value] : *object) {
        if (name.starts_with('$') || name == "description" || name == "default") bare.emplace(name, value);
    }
    *object = std::move(bare);
}

// --- The subset

// Keywords that mean the same there.
constexpr std::array<std::string_view, 15> kKept = {
    "title",     "default",       "nullable",      "minimum",   "maximum", "minItems", "maxItems",        "pattern",
    "minLength", "minProperties", "maxProperties", "maxLength", "example", "format",   "propertyOrdering"};
// What is said by others here, or says nothing to a model.
constexpr std::array<std::string_view, 22> kUntold = {
    "type",    "enum",        "const",       "anyOf",      "oneOf",    "allOf",    "properties", "items",
    "$ref",    "required",    "description", "$schema",    "$id",      "$comment", "$defs",      "definitions",
    "$anchor", "prefixItems", "examples",    "deprecated", "readOnly", "writeOnly"};
// Formats that the API knows.
constexpr std::array<std::string_view, 6> kFormats = {"enum", "date-time", "int32", "int64", "float", "double"};

template <std::size_t kCount>
bool is_one_of(std::string_view name, const std::array<std::string_view, kCount>& names) {
    return std::ranges::find(names, name) != names.end();
}

std::string upper(std::string_view text) {
    std::string changed(text);
    for (char& c : changed) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return changed;
}

class Reducer {
  public:
    explicit Reducer(const json::value& root) : root_(root) {}

    json::object reduce(const json::value& schema);

  private:
    json::object reference(const json::object& schema, const json::string& address);
    const json::value* resolve(std::string_view address) const;
    void type(const json::object& schema, json::object& out);
    void values(const json::object& schema, json::object& out);
    void alternatives(const json::array& choices, json::object& out);
    void all_of(const json::array& schemas, json::object& out);
    void properties(const json::object& schema, json::object& out);
    void items(const json::object& schema, json::object& out);
    void rest(const json::object& schema, json::object& out);
    static void tell(json::object& out, std::string_view name, const json::value& value);
    // Adds what `more` says and `out` does not say yet.
    static void merge(json::object more, json::object& out);

    const json::value& root_;
    std::vector<std::string> open_;  // references
    std::size_t nodes_ = 0;
};

json::object Reducer::reduce(const json::value& value) {
    json::object out;
    const auto* const schema = value.if_object();
    if (schema == nullptr || ++nodes_ > kMostNodes) return out;
    if (const auto* const address = text_of(*schema, "$ref")) return reference(*schema, *address);
    if (const auto* const description = text_of(*schema, "description")) out["description"] = *description;
    type(*schema, out);
    values(*schema, out);
    for (const std::string_view name : {"anyOf", "oneOf"}) {
        const json::value* const choices = schema->if_contains(name);
        if (choices != nullptr && choices->is_array()) alternatives(choices->get_array(), out);
    }
    if (const json::value* const all = schema->if_contains("allOf"); all != nullptr && all->is_array()) {
        all_of(all->get_array(), out);
    }
    properties(*schema, out);
    items(*schema, out);
    rest(*schema, out);
    return out;
}

json::object Reducer::reference(const json::object& schema, const json::string& address) {
    const std::string_view name(address);
    const json::value* const target = resolve(name);
    json::object out;
    const bool endless = open_.size() >= kMostOpen || std::ranges::count(open_, name) >= kMostTurns;
    if (target == nullptr || endless || nodes_ >= kMostNodes) {
        out["type"] = "OBJECT";
    } else {
        open_.emplace_back(name);
        out = reduce(*target);
        open_.pop_back();
    }
    for (const std::string_view kept : {"description", "default"}) {
        if (has(schema, kept)) out[kept] = schema.at(kept);
    }
    return out;
}

// "#/$defs/Node"
const json::value* Reducer::resolve(std::string_view address) const {
    if (address == "#") return &root_;
    if (!address.starts_with("#/") || address.size() > kMostReferenceBytes) return nullptr;
    json::error_code failed;
    return root_.find_pointer(address.substr(1), failed);
}

void Reducer::type(const json::object& schema, json::object& out) {
    const json::value* const type = schema.if_contains("type");
    if (type == nullptr) {
        if (has(schema, "properties")) out["type"] = "OBJECT";
        return;
    }
    if (type->is_string()) {
        out["type"] = upper(type->get_string());
        return;
    }
    if (!type->is_array()) return;
    json::array choices;
    for (const json::value& one : type->get_array()) choices.push_back(json::object{{"type", one}});
    alternatives(choices, out);
}

// The subset's are strings.
void Reducer::values(const json::object& schema, json::object& out) {
    json::array values;
    if (const json::value* const one = schema.if_contains("const")) values.push_back(*one);
    const json::value* const several = schema.if_contains("enum");
    if (several != nullptr && several->is_array()) values = several->get_array();
    if (values.empty()) return;
    json::array texts;
    for (const json::value& value : values) {
        if (value.is_string()) texts.push_back(value);
        if (value.is_null()) out["nullable"] = true;
    }
    const bool others =
        std::ranges::any_of(values, [](const json::value& v) { return !v.is_string() && !v.is_null(); });
    if (others) {
        tell(out, has(schema, "const") ? "const" : "enum", has(schema, "const") ? values[0] : json::value(values));
        return;
    }
    if (texts.empty()) return;
    out["type"] = "STRING";
    out["enum"] = std::move(texts);
}

// One alternative is the schema itself; the one that is null says that the others may be.
void Reducer::alternatives(const json::array& choices, json::object& out) {
    json::array kept;
    for (const json::value& choice : choices) {
        const bool is_null = choice.is_object() && text_of(choice.get_object(), "type") != nullptr &&
                             *text_of(choice.get_object(), "type") == "null";
        if (is_null) {
            out["nullable"] = true;
        } else {
            kept.push_back(reduce(choice));
        }
    }
    if (kept.size() == 1) {
        merge(std::move(kept[0].get_object()), out);
    } else if (!kept.empty() && !has(out, "anyOf")) {
        out["anyOf"] = std::move(kept);
    }
}

void Reducer::all_of(const json::array& schemas, json::object& out) {
    for (const json::value& schema : schemas) merge(reduce(schema), out);
}

void Reducer::merge(json::object more, json::object& out) {
    for (auto& [name, value] : more) {
        if (name == "properties" && has(out, name) && value.is_object()) {
            for (auto& [property, schema] : value.get_object()) out[name].as_object().emplace(property, schema);
        } else if (name == "required" && has(out, name) && value.is_array()) {
            for (const json::value& one : value.get_array()) out[name].as_array().push_back(one);
        } else {
            out.emplace(name, std::move(value));
        }
    }
}

void Reducer::properties(const json::object& schema, json::object& out) {
    const json::value* const properties = schema.if_contains("properties");
    if (properties != nullptr && properties->is_object()) {
        json::object reduced;
        for (const auto& [name, property] : properties->get_object()) reduced[name] = reduce(property);
        merge({{"properties", std::move(reduced)}}, out);
    }
    const json::value* const required = schema.if_contains("required");
    if (required == nullptr || !required->is_array()) return;
    // The API refuses names of properties that there are none of.
    json::array known;
    const json::value* const all = out.if_contains("properties");
    for (const json::value& name : required->get_array()) {
        if (all != nullptr && name.is_string() && has(all->get_object(), name.get_string())) known.push_back(name);
    }
    if (!known.empty()) merge({{"required", std::move(known)}}, out);
}

// A list is told what it is of, or the API refuses it.
void Reducer::items(const json::object& schema, json::object& out) {
    const json::value* const items = schema.if_contains("items");
    const json::value* const tuple = schema.if_contains("prefixItems");
    if (items != nullptr && items->is_object()) {
        out["items"] = reduce(*items);
    } else if (tuple != nullptr && tuple->is_array() && !tuple->get_array().empty()) {
        json::object one;
        alternatives(tuple->get_array(), one);
        out["items"] = std::move(one);
        tell(out, "prefixItems", *tuple);
    } else if (const auto* const type = text_of(out, "type");
               type != nullptr && *type == "ARRAY" && !has(out, "items")) {
        out["items"] = json::object{{"type", "STRING"}};
    }
}

void Reducer::rest(const json::object& schema, json::object& out) {
    for (const auto& [name, value] : schema) {
        if (is_one_of(name, kUntold) || (name == "additionalProperties" && value.is_bool())) continue;
        const bool good = name != "format" || (value.is_string() && is_one_of(value.get_string(), kFormats));
        if (good && is_one_of(name, kKept)) {
            out[name] = value;
        } else {
            tell(out, name, value);
        }
    }
}

void Reducer::tell(json::object& out, std::string_view name, const json::value& value) {
    const std::string text = json::serialize(value);
    if (text.size() > kMostToldBytes) return;
    const json::string* const before = text_of(out, "description");
    std::string description = before == nullptr ? std::string() : std::string(*before) + " ";
    out["description"] = description + "(" + std::string(name) + ": " + text + ")";
}

// --- Back

json::value plain_schema(const json::value& schema);

// Numbers of 64 bits are strings in Google's JSON.
json::value plain_number(const json::value& value) {
    const auto* const text = value.if_string();
    const auto number = text == nullptr ? std::nullopt : whole_number(Json(*text));
    return number ? json::value(*number) : value;
}

void add_null(json::object& out) {
    if (const auto* const type = text_of(out, "type")) {
        out["type"] = json::array{*type, "null"};
    } else if (json::value* const any = out.if_contains("anyOf"); any != nullptr && any->is_array()) {
        any->get_array().push_back(json::object{{"type", "null"}});
    }
    json::value* const values = out.if_contains("enum");
    if (values != nullptr && values->is_array()) values->get_array().push_back(nullptr);
}

void add_plain_member(std::string_view name, const json::value& value, json::object& out) {
    constexpr std::array<std::string_view, 6> kCounts = {"minItems",  "maxItems",      "minLength",
                                                         "maxLength", "minProperties", "maxProperties"};
    if (name == "type" && value.is_string()) {
        const std::string type = ascii_lower(std::string(value.get_string()));
        if (type != "type_unspecified") out["type"] = type;
    } else if (name == "properties" && value.is_object()) {
        json::object properties;
        for (const auto& [property, schema] : value.get_object()) properties[property] = plain_schema(schema);
        out["properties"] = std::move(properties);
    } else if (name == "items" || name == "anyOf") {
        out[name] = plain_schema(value);
    } else if (name == "example") {
        out["examples"] = json::array{value};
    } else if (is_one_of(name, kCounts)) {
        out[name] = plain_number(value);
    } else if (name != "nullable" && name != "propertyOrdering" && !(name == "format" && value == "enum")) {
        out[name] = value;
    }
}

json::value plain_schema(const json::value& schema) {
    if (const auto* const list = schema.if_array()) {
        json::array all;
        for (const json::value& item : *list) all.push_back(plain_schema(item));
        return all;
    }
    const auto* const object = schema.if_object();
    if (object == nullptr) return schema;
    json::object out;
    std::string room;
    for (const auto& [name, value] : *object) add_plain_member(camel_case(name, room), value, out);
    const json::value* const nullable = object->if_contains("nullable");
    if (nullable != nullptr && *nullable == json::value(true)) add_null(out);
    return out;
}

// A number beyond doubles is written as none.
std::string serialized(const json::value& value, Json otherwise) {
    std::string text = json::serialize(value);
    return is_json(text, 2 * kMostDepth) ? text : std::string(otherwise);
}

}  // namespace

std::string gemini_json_schema(Json schema) {
    if (schema.find("\"$ref\"") == Json::npos) return std::string(schema);
    auto value = parsed(schema);
    if (!value) return std::string(schema);
    bare_references(*value);
    return serialized(*value, schema);
}

std::string gemini_openapi_schema(Json schema) {
    const auto value = parsed(schema);
    return value ? serialized(Reducer(*value).reduce(*value), kAny) : std::string(kAny);
}

std::string json_schema_of_gemini(Json schema) {
    const auto value = parsed(schema);
    return value ? serialized(plain_schema(*value), schema) : std::string(schema);
}

}  // namespace tollgate
