#include "gateway/command_line/client_call.h"

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <charconv>

#include "gateway/command_line/client_command.h"
#include "gateway/command_line/named_kind.h"
#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

using Type = Field::Type;

// Of gateway/command_line/client_options.cc.
constexpr std::array<std::string_view, 13> kOwnOptions = {
    "all",      "body", "ca-file", "columns",    "credentials", "help", "idempotency-key",
    "if-match", "json", "org",     "token-file", "url",         "yes"};

std::string option_name(std::string_view prefix, std::string_view field) {
    std::string name(prefix);
    name.append(field);
    std::ranges::replace(name, '_', '-');
    return std::ranges::find(kOwnOptions, name) == kOwnOptions.end() ? name : "field-" + name;
}

// Its members have options of their own.
bool is_spread(const Field& field) {
    return field.type == Type::object && field.of != nullptr && !field.of->open && !field.of->fields.empty();
}

void add_options(const Schema& schema, std::string_view prefix, bool in_query, std::vector<FieldOption>& options) {
    for (const Field& field : schema.fields) {
        if (is_spread(field)) {
            add_options(*field.of, std::string(prefix).append(field.name).append("."), in_query, options);
            continue;
        }
        FieldOption option{.name = option_name(prefix, field.name), .field = &field, .in_query = in_query};
        const auto same = [&](const FieldOption& other) { return other.name == option.name; };
        if (std::ranges::none_of(options, same)) options.push_back(std::move(option));
    }
}

Status wrong(std::string_view option, std::string_view what) {
    return {StatusCode::invalid, "--" + std::string(option) + ": " + std::string(what)};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// RFC 8259, section 6: neither "+1" nor ".5" nor "01".
bool is_json_number(std::string_view text) {
    if (text.starts_with('-')) text.remove_prefix(1);
    if (text.empty() || !is_digit(text.front()) || !is_digit(text.back())) return false;
    if (text.size() > 1 && text[0] == '0' && is_digit(text[1])) return false;
    double number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    return failed == std::errc() && end == text.data() + text.size();
}

bool is_json(std::string_view text) {
    boost::system::error_code failed;
    boost::json::parse(text, failed);
    return !failed;
}

Status write_number(const FieldOption& option, const std::string& text, JsonWriter& json) {
    if (!is_json_number(text)) return wrong(option.name, "must be a number, not " + text);
    json.raw(text);
    return {};
}

Status write_value(const FieldOption& option, const std::vector<std::string>& texts, JsonWriter& json) {
    const std::string& text = texts.back();
    if (option.field->is_nullable && text == "null") {
        json.null();
        return {};
    }
    switch (option.field->type) {
        case Type::usd:
        case Type::number:
        case Type::integer:
            return write_number(option, text, json);
        case Type::flag:
            if (text != "true" && text != "false") return wrong(option.name, "must be true or false");
            json.raw(text);
            return {};
        case Type::object:
        case Type::list:
            if (!is_json(text)) return wrong(option.name, "must be JSON");
            json.raw(text);
            return {};
        case Type::texts:
            json.array();
            for (const std::string& one : texts) json.text(one);
            json.end();
            return {};
        default:
            json.text(text);
            return {};
    }
}

using GivenFields = std::map<std::string, std::vector<std::string>>;

bool has_any(const GivenFields& given, const std::string& prefix) {
    const auto first = given.lower_bound(prefix);
    return first != given.end() && first->first.starts_with(prefix);
}

// The members that were given, as an object.
Status write_members(const Schema& schema, const std::string& prefix, const GivenFields& given, JsonWriter& json) {
    json.object();
    for (const Field& field : schema.fields) {
        if (is_spread(field)) {
            const std::string inner = std::string(prefix).append(field.name).append(".");
            if (!has_any(given, option_name(inner, ""))) continue;
            json.key(field.name);
            if (Status status = write_members(*field.of, inner, given, json); !status.ok()) return status;
            continue;
        }
        const FieldOption option{.name = option_name(prefix, field.name), .field = &field};
        const auto found = given.find(option.name);
        if (found == given.end() || found->second.empty()) continue;
        json.key(field.name);
        if (Status status = write_value(option, found->second, json); !status.ok()) return status;
    }
    json.end();
    return {};
}

Result<std::string> make_body(const Operation& operation, const GivenValues& given) {
    if (operation.contract.body == nullptr) {
        if (given.body) return failure(StatusCode::invalid, "--body: this command has no body");
        return std::string();
    }
    if (given.body) {
        if (!is_json(*given.body)) return failure(StatusCode::invalid, "--body: is not JSON");
        return *given.body;
    }
    JsonWriter json;
    if (Status status = write_members(*operation.contract.body, {}, given.fields, json); !status.ok()) {
        return std::unexpected(std::move(status));
    }
    std::string body = json.take();
    return body == "{}" && operation.contract.body_optional ? std::string() : body;
}

// A parameter that takes the rest of the path keeps its slashes.
Result<std::string> make_path(const Operation& operation, const std::map<std::string, std::string>& values) {
    std::string path(operation.path);
    for (const std::string_view name : path_parameters(operation.path)) {
        const auto found = values.find(std::string(name));
        if (found == values.end() || found->second.empty()) {
            return failure(StatusCode::invalid, std::string(name) + " is missing");
        }
        std::string value = percent_encoded(found->second);
        const auto begin = path.find('{'), end = path.find('}', begin);
        if (std::string_view(path).substr(begin, end - begin).ends_with("...")) {
            for (auto slash = value.find("%2F"); slash != std::string::npos; slash = value.find("%2F", slash)) {
                value.replace(slash, 3, "/");
            }
        }
        path.replace(begin, end + 1 - begin, value);
    }
    return path;
}

}  // namespace

std::vector<FieldOption> field_options(const Operation& operation) {
    std::vector<FieldOption> options;
    if (operation.contract.query != nullptr) add_options(*operation.contract.query, {}, true, options);
    if (operation.contract.body != nullptr) add_options(*operation.contract.body, {}, false, options);
    return options;
}

bool repeats(const Field& field) { return field.type == Type::texts; }

std::string value_name(const Field& field) {
    std::string name = [&]() -> std::string {
        if (!field.choices.empty() && field.type != Type::words) return std::string(field.choices);
        switch (field.type) {
            case Type::uuid:
                return std::string(names_of(named_kind(field.name)));
            case Type::key_hash:
                return "HASH";
            case Type::time:
                return "TIME";
            case Type::usd:
                return "USD";
            case Type::number:
            case Type::integer:
                return "NUMBER";
            case Type::flag:
                return "true|false";
            case Type::object:
            case Type::list:
                return "JSON";
            case Type::words:
                return "WORD,...";
            default:
                return "TEXT";
        }
    }();
    if (field.is_nullable) name += "|null";
    return name;
}

Result<ClientCall> make_call(const Operation& operation, const GivenValues& given) {
    auto path = make_path(operation, given.path);
    if (!path) return std::unexpected(path.error());
    ClientCall call{.method = operation.method, .target = std::move(*path), .body = {}};
    for (const FieldOption& option : field_options(operation)) {
        const auto found = given.fields.find(option.name);
        if (found == given.fields.end() || found->second.empty()) continue;
        if (given.body && !option.in_query) return std::unexpected(wrong(option.name, "is part of --body"));
        if (option.in_query) call.target = with_query(std::move(call.target), option.field->name, found->second.back());
    }
    auto body = make_body(operation, given);
    if (!body) return std::unexpected(body.error());
    call.body = std::move(*body);
    return call;
}

std::string with_query(std::string target, std::string_view name, std::string_view value) {
    const std::string assigned = std::string(name) + "=";
    const auto query = target.find('?');
    for (auto at = query; at != std::string::npos; at = target.find('&', at + 1)) {
        if (target.compare(at + 1, assigned.size(), assigned) != 0) continue;
        const auto begin = at + 1 + assigned.size();
        target.replace(begin, std::min(target.find('&', begin), target.size()) - begin, percent_encoded(value));
        return target;
    }
    target += query == std::string::npos ? '?' : '&';
    return target + assigned + percent_encoded(value);
}

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : text) {
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (is_letter || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~') {
            encoded += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        encoded.append({'%', kDigits[byte >> 4U], kDigits[byte & 15U]});
    }
    return encoded;
}

}  // namespace tollgate
