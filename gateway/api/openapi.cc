#include "gateway/api/openapi.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "gateway/api/routes.h"

namespace tollgate {
namespace {

constexpr std::string_view kSchemas = "#/components/schemas/";

void write_schema_reference(const Schema& schema, JsonWriter& json) {
    json.object().key("$ref").text(std::string(kSchemas) + std::string(schema.name)).end();
}

// The words of "a|b|c".
template <class Visit>
void for_each_choice(std::string_view choices, Visit visit) {
    while (!choices.empty()) {
        const std::string_view word = choices.substr(0, choices.find('|'));
        choices.remove_prefix(std::min(choices.size(), word.size() + 1));
        visit(word);
    }
}

void write_type(std::string_view type, bool nullable, JsonWriter& json) {
    json.key("type");
    if (!nullable) {
        json.text(type);
        return;
    }
    json.array().text(type).text("null").end();
}

void write_text_members(const Field& field, JsonWriter& json) {
    write_type("string", field.is_nullable, json);
    if (field.type == Field::Type::uuid) json.key("format").text("uuid");
    if (field.type == Field::Type::time) json.key("format").text("date-time");
    if (field.type == Field::Type::key_hash) json.key("pattern").text("^[0-9a-f]{64}$");
    if (field.type == Field::Type::text && field.least != INT64_MIN) json.key("minLength").number(field.least);
    if (field.type == Field::Type::text && field.most != INT64_MAX) json.key("maxLength").number(field.most);
    if (field.choices.empty()) return;
    json.key("enum").array();
    for_each_choice(field.choices, [&json](std::string_view word) { json.text(word); });
    if (field.is_nullable) json.null();
    json.end();
}

void write_number_members(const Field& field, JsonWriter& json) {
    write_type(field.type == Field::Type::integer ? "integer" : "number", field.is_nullable, json);
    if (field.least != INT64_MIN) json.key("minimum").number(field.least);
    if (field.most != INT64_MAX) json.key("maximum").number(field.most);
}

void write_shorthand(const Field& field, JsonWriter& json) {
    json.object().key("type").text(field.shorthand);
    if (!field.choices.empty()) {
        json.key("enum").array();
        for_each_choice(field.choices, [&json](std::string_view word) { json.text(word); });
        json.end();
    }
    json.end();
}

void write_field(const Field& field, JsonWriter& json) {
    using enum Field::Type;
    if (field.type == object && !field.is_nullable && field.shorthand.empty())
        return write_schema_reference(*field.of, json);
    json.object();
    switch (field.type) {
        case text:
        case uuid:
        case key_hash:
        case time:
        case words:
            write_text_members(field, json);
            break;
        case usd:
        case number:
        case integer:
            write_number_members(field, json);
            break;
        case flag:
            write_type("boolean", field.is_nullable, json);
            break;
        case texts:
            write_type("array", field.is_nullable, json);
            json.key("items").object().key("type").text("string").end();
            break;
        case scalars:
            json.key("anyOf").raw(R"([{"type":["string","number"]},)"
                                  R"({"type":"array","items":{"type":["string","number"]}}])");
            break;
        case list:
            write_type("array", field.is_nullable, json);
            json.key("items");
            write_schema_reference(*field.of, json);
            break;
        case object:
            json.key("anyOf").array();
            write_schema_reference(*field.of, json);
            if (!field.shorthand.empty()) write_shorthand(field, json);
            if (field.is_nullable) json.object().key("type").text("null").end();
            json.end();
            break;
    }
    if (!field.about.empty()) json.key("description").text(field.about);
    json.end();
}

enum class Use : bool { request, answer };

// Fields without names are what stands in place of an object: the one, or any of several.
void write_values(const Schema& schema, JsonWriter& json) {
    if (schema.fields.size() == 1) return write_field(schema.fields.front(), json);
    json.object().key("anyOf").array();
    for (const Field& field : schema.fields) write_field(field, json);
    json.end().end();
}

void write_schema(const Schema& schema, Use use, JsonWriter& json) {
    if (!schema.fields.empty() && schema.fields.front().name.empty()) return write_values(schema, json);
    json.object().key("type").text("object").key("properties").object();
    for (const Field& field : schema.fields) {
        json.key(field.name);
        write_field(field, json);
    }
    json.end();
    json.key("required").array();
    for (const Field& field : schema.fields) {
        if (use == Use::answer ? !field.is_maybe : field.is_required) json.text(field.name);
    }
    json.end();
    json.key("additionalProperties").flag(schema.open).end();
}

// Schemas of answers and bodies, with all that they name, each once.
using Schemas = std::map<std::string_view, std::pair<const Schema*, Use>>;

void collect(const Schema* schema, Use use, Schemas& all) {
    if (schema == nullptr || !all.try_emplace(schema->name, schema, use).second) return;
    for (const Field& field : schema->fields) collect(field.of, use, all);
}

// The path's parameters, each in braces, without what says that one takes the rest.
std::string openapi_path(std::string_view path) {
    std::string text(path);
    if (const auto rest = text.find("...}"); rest != std::string::npos) text.erase(rest, 3);
    return text;
}

void write_parameter(std::string_view in, const Field& field, bool required, JsonWriter& json) {
    json.object().key("name").text(field.name).key("in").text(in).key("required").flag(required);
    if (!field.about.empty()) json.key("description").text(field.about);
    json.key("schema");
    if (field.type == Field::Type::words) {  // a list with commas
        std::string pattern = "^(" + std::string(field.choices) + ")(,(" + std::string(field.choices) + "))*$";
        json.object().key("type").text("string").key("pattern").text(pattern).end();
    } else {
        write_field(field, json);
    }
    json.end();
}

void write_path_parameters(std::string_view path, JsonWriter& json) {
    for (auto begin = path.find('{'); begin != std::string_view::npos; begin = path.find('{', begin + 1)) {
        std::string_view name = path.substr(begin + 1, path.find('}', begin) - begin - 1);
        if (name.ends_with("...")) name.remove_suffix(3);
        static constexpr std::array<std::string_view, 6> kTexts = {"purchase", "model",  "token",
                                                                   "preset",   "author", "slug"};
        const bool is_text = std::ranges::find(kTexts, name) != kTexts.end();
        const bool is_hash = name == "key" || name == "voucher";
        const Field field = is_hash   ? fields::key_hash(name)
                            : is_text ? fields::text(name).from(1)
                                      : fields::uuid(name);
        write_parameter("path", field, true, json);
    }
}

bool changes(const Operation& operation) { return operation.handler.mutate != nullptr; }

bool takes_if_match(const Operation& operation) {
    return changes(operation) && (operation.method != "POST" || operation.contract.versioned);
}

constexpr Field kIdempotencyKey =
    fields::text("Idempotency-Key").from(1, 255).note("Repeats with the same key return the first answer");

constexpr Field kIfMatch =
    fields::text("If-Match").from(1, 255).note("The ETag of an earlier answer: fails with 412 if it changed since");

void write_parameters(const Operation& operation, JsonWriter& json) {
    json.key("parameters").array();
    write_path_parameters(operation.path, json);
    if (operation.contract.query != nullptr) {
        for (const Field& field : operation.contract.query->fields) {
            write_parameter("query", field, field.is_required, json);
        }
    }
    if (changes(operation)) write_parameter("header", kIdempotencyKey, false, json);
    if (takes_if_match(operation)) write_parameter("header", kIfMatch, false, json);
    json.end();
}

void write_content(std::string_view type, const Schema& schema, JsonWriter& json) {
    json.key(type).object().key("schema");
    write_schema_reference(schema, json);
    json.end();
}

void write_text_content(std::string_view type, JsonWriter& json) {
    json.key(type).object().key("schema").object().key("type").text("string").end().end();
}

// OpenAPI 3.1 has no words for what an event of a stream is.
void write_events_content(JsonWriter& json) { json.key("text/event-stream").object().end(); }

void write_success(const Operation& operation, int status, std::string_view description, JsonWriter& json) {
    json.key(std::to_string(status)).object().key("description").text(description);
    if (operation.contract.events) {
        json.key("content").object();
        write_events_content(json);
        json.end();
    }
    if (passes_through(operation.contract.api)) {
        json.key("content").object().key("*/*").object().end().end();  // as the provider made it
    }
    if (operation.contract.answer != nullptr) {
        json.key("content").object();
        write_content("application/json", *operation.contract.answer, json);
        if (operation.contract.csv) write_text_content("text/csv", json);
        if (operation.runs_on == RunsOn::exchange) write_events_content(json);
        json.end();
    }
    json.end();
}

void write_responses(const Operation& operation, JsonWriter& json) {
    json.key("responses").object();
    write_success(operation, operation.contract.status, "Success", json);
    if (operation.contract.repeat_status != 0) {
        write_success(operation, operation.contract.repeat_status, "An earlier call had done it", json);
    }
    json.key("default").object().key("$ref").text("#/components/responses/Error").end();
    json.end();
}

// Like "get_api_organizations_keys".
std::string operation_id(const Operation& operation) {
    std::string id;
    for (const char c : operation.method) id += static_cast<char>(c - 'A' + 'a');
    bool word = true;
    for (const char c : operation.path) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (plain && word) id += '_';
        if (plain) id += c;
        word = !plain;
    }
    return id;
}

// The permission that is needed, as /api/organizations/permissions names it.
std::string_view name_of(const Guard& guard) {
    switch (guard.kind) {
        case Guard::Kind::open:
            return "open";
        case Guard::Kind::anybody:
            return "anybody";
        case Guard::Kind::page:
            return "page";
        case Guard::Kind::session:
            return "session";
        case Guard::Kind::any_key:
            return "any_key";
        case Guard::Kind::permission:
            break;
    }
    return to_string(guard.permission);
}

void write_operation(const Operation& operation, JsonWriter& json) {
    std::string method(operation.method);
    for (char& c : method) c = static_cast<char>(c - 'A' + 'a');
    json.key(method).object().key("operationId").text(operation_id(operation)).key("summary").text(operation.summary);
    json.key("x-tollgate-guard").text(name_of(operation.guard));
    if (!operation.guard.needs_key()) {
        json.key("security").array();
        if (operation.guard.reads_body()) json.object().end().object().key("key").array().end().end();  // or none
        json.end();
    }
    write_parameters(operation, json);
    if (const Schema* const body = operation.contract.body; body != nullptr) {
        json.key("requestBody").object().key("required").flag(!operation.contract.body_optional);
        json.key("content").object();
        write_content("application/json", *body, json);
        if (passes_through(operation.contract.api)) write_content("multipart/form-data", *body, json);
        json.end().end();
    }
    write_responses(operation, json);
    json.end();
}

void write_paths(JsonWriter& json) {
    json.key("paths").object();
    for (const Route& route : routes()) {
        if (!route.path.starts_with('/') || route.operations.front().contract.file) continue;
        json.key(openapi_path(route.path)).object();
        for (const Operation& operation : route.operations) write_operation(operation, json);
        json.end();
    }
    json.end();
}

// Both shapes (gateway/chat/inbound.h); all that clients may build on is `code`.
constexpr std::string_view kErrorSchema =
    R"({"type":"object","properties":{"error":{"type":"object","properties":{"message":{"type":"string"},)"
    R"("code":{"type":["string","integer"]},"type":{"type":"string"},"param":{"type":["string","null"]},)"
    R"("reason":{"type":"string"},"metadata":{"type":"object"}},"required":["message","code"]}},"required":["error"]})";

void write_components(JsonWriter& json) {
    Schemas all;
    for (const Route& route : routes()) {
        for (const Operation& operation : route.operations) {
            collect(operation.contract.body, Use::request, all);
            collect(operation.contract.answer, Use::answer, all);
        }
    }
    json.key("components").object().key("schemas").object();
    for (const auto& [name, schema] : all) {
        json.key(name);
        write_schema(*schema.first, schema.second, json);
    }
    json.key("Error").raw(kErrorSchema).end();
    json.key("responses").object().key("Error").object().key("description").text("What went wrong");
    json.key("content").object().key("application/json").object().key("schema").object();
    json.key("$ref").text("#/components/schemas/Error").end().end().end().end().end();
    json.key("securitySchemes").object().key("key").object();
    json.key("type").text("http").key("scheme").text("bearer").key("description").text("An API key: sk-tg-…");
    json.end().end().end();
}

}  // namespace

std::string make_openapi_document() {
    JsonWriter json;
    json.object().key("openapi").text("3.1.0");
    json.key("info").object().key("title").text("Tollgate").key("version").text(TOLLGATE_VERSION).end();
    json.key("security").array().object().key("key").array().end().end().end();
    write_paths(json);
    write_components(json);
    return json.end().take();
}

ApiAnswer show_openapi(Call&) {
    static const std::string document = make_openapi_document();
    ApiAnswer answer;
    answer.body = document;
    return answer;
}

}  // namespace tollgate
