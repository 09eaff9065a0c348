#include "accounting/accounts/document.h"

#include <simdjson.h>

#include <limits>
#include <utility>

namespace tollgate {
namespace {

// `text` as a JSON string. It is UTF-8 without control characters, as checked_text.h has it, or of this program: that
// may have several lines.
void append_string(std::string& out, std::string_view text) {
    out += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\' || c == '\n') out += '\\';
        out += c == '\n' ? 'n' : c;
    }
    out += '"';
}

}  // namespace

void DocumentWriter::key(std::string_view name) {
    if (out_.size() > 1) out_ += ',';
    out_ += '"';
    out_ += name;
    out_ += "\":";
}

void DocumentWriter::null(std::string_view name) {
    key(name);
    out_ += "null";
}

void DocumentWriter::text(std::string_view name, std::string_view value, std::size_t) {
    key(name);
    append_string(out_, value);
}

void DocumentWriter::texts(std::string_view name, const std::vector<std::string>& values) {
    key(name);
    out_ += '[';
    for (const std::string& value : values) {
        if (out_.back() != '[') out_ += ',';
        append_string(out_, value);
    }
    out_ += ']';
}

void DocumentWriter::object(std::string_view name, const std::vector<NamedJson>& members) {
    key(name);
    out_ += '{';
    for (const NamedJson& member : members) {
        if (out_.back() != '{') out_ += ',';
        append_string(out_, member.name);
        out_ += ':';
        out_ += member.json;
    }
    out_ += '}';
}

void DocumentWriter::json(std::string_view name, std::string_view value) {
    if (value.empty()) return null(name);
    key(name);
    out_ += value;
}

void DocumentWriter::flag(std::string_view name, bool value) {
    key(name);
    out_ += value ? "true" : "false";
}

void DocumentWriter::number(std::string_view name, std::int64_t value) {
    key(name);
    out_ += std::to_string(value);
}

void DocumentWriter::id(std::string_view name, const Id128& value) {
    if (value.is_nil()) return null(name);
    key(name);
    append_string(out_, to_uuid(value));
}

void DocumentWriter::amount(std::string_view name, const std::optional<NanoUsd>& value) {
    value ? number(name, value->value) : null(name);
}

void DocumentWriter::count(std::string_view name, const std::optional<std::int64_t>& value, std::int64_t) {
    value ? number(name, *value) : null(name);
}

std::string DocumentWriter::take() {
    out_ += '}';
    return std::exchange(out_, "{");
}

struct DocumentReader::Parser {
    simdjson::ondemand::parser parser;
    simdjson::ondemand::document document;
    simdjson::ondemand::object object;
    std::string text;  // with the padding that the parser reads beyond the end
};

DocumentReader::DocumentReader() : parser_(std::make_unique<Parser>()) {}
DocumentReader::~DocumentReader() = default;

void DocumentReader::open(std::string_view key, std::string_view text) {
    key_ = key;
    problem_.clear();
    parser_->text.reserve(text.size() + simdjson::SIMDJSON_PADDING);
    parser_->text = text;
    const simdjson::padded_string_view padded(parser_->text.data(), text.size(), parser_->text.capacity());
    if (parser_->parser.iterate(padded).get(parser_->document) != simdjson::SUCCESS ||
        parser_->document.get_object().get(parser_->object) != simdjson::SUCCESS) {
        fail("it isn't a JSON object");
    }
}

Status DocumentReader::status() const { return problem_.empty() ? Status() : Status(StatusCode::corrupt, problem_); }

void DocumentReader::fail(std::string_view problem) {
    if (problem_.empty()) problem_ = "account document " + std::string(key_) + ": " + std::string(problem);
}

void DocumentReader::fail_field(std::string_view name, std::string_view problem) {
    fail("member \"" + std::string(name) + "\" " + std::string(problem));
}

std::string_view DocumentReader::id_part(std::string_view prefix) {
    if (key_.starts_with(prefix)) return key_.substr(prefix.size());
    fail("its key has another prefix");
    return {};
}

std::optional<std::string_view> DocumentReader::text_or_null(std::string_view name) {
    if (!problem_.empty()) return std::nullopt;
    simdjson::ondemand::value value;
    if (parser_->object.find_field_unordered(name).get(value) != simdjson::SUCCESS) {
        fail_field(name, "is missing");
        return std::nullopt;
    }
    std::string_view text;
    if (value.get_string().get(text) == simdjson::SUCCESS) return text;
    if (!value.is_null()) fail_field(name, "must be a string");
    return std::nullopt;
}

void DocumentReader::text(std::string_view name, std::string& value, std::size_t) {
    const auto text = text_or_null(name);
    if (text) return void(value = *text);
    fail_field(name, "must be a string");
}

void DocumentReader::optional_text(std::string_view name, std::string& value, std::size_t) {
    value = text_or_null(name).value_or(std::string_view());
}

void DocumentReader::texts(std::string_view name, std::vector<std::string>& values) {
    values.clear();
    if (!problem_.empty()) return;
    simdjson::ondemand::array array;
    if (parser_->object.find_field_unordered(name).get_array().get(array) != simdjson::SUCCESS) {
        return fail_field(name, "must be a list");
    }
    for (auto element : array) {
        std::string_view text;
        if (element.get_string().get(text) != simdjson::SUCCESS) return fail_field(name, "must be a list of strings");
        values.emplace_back(text);
    }
}

void DocumentReader::object(std::string_view name, std::vector<NamedJson>& members) {
    members.clear();
    if (!problem_.empty()) return;
    simdjson::ondemand::object object;
    if (parser_->object.find_field_unordered(name).get_object().get(object) != simdjson::SUCCESS) {
        return fail_field(name, "must be an object");
    }
    for (auto field : object) {
        std::string_view key, value;
        if (field.unescaped_key().get(key) != simdjson::SUCCESS) return fail_field(name, "has a malformed name");
        std::string owned(key);  // the parser's own memory, which the value may use again
        if (simdjson::to_json_string(field.value()).get(value) != simdjson::SUCCESS) {
            return fail_field(name, "has a malformed value");
        }
        members.push_back({std::move(owned), std::string(value)});
    }
}

void DocumentReader::json(std::string_view name, std::string& value) {
    value.clear();
    if (!problem_.empty()) return;
    simdjson::ondemand::value found;
    std::string_view text;
    if (parser_->object.find_field_unordered(name).get(found) != simdjson::SUCCESS) {
        return fail_field(name, "is missing");
    }
    if (simdjson::to_json_string(found).get(text) != simdjson::SUCCESS) return fail_field(name, "is malformed");
    if (text != "null") value = text;
}

void DocumentReader::digest(std::string_view name, KeyDigest& value) {
    const auto text = text_or_null(name);
    const auto parsed = text ? parse_key_digest(*text) : std::nullopt;
    if (!parsed) return fail_field(name, "must be 64 hexadecimal digits");
    value = *parsed;
}

void DocumentReader::flag(std::string_view name, bool& value) {
    if (!problem_.empty()) return;
    if (parser_->object.find_field_unordered(name).get_bool().get(value) != simdjson::SUCCESS) {
        fail_field(name, "must be true or false");
    }
}

void DocumentReader::optional_flag(std::string_view name, std::optional<bool>& value) {
    value.reset();
    if (!problem_.empty()) return;
    simdjson::ondemand::value found;
    if (parser_->object.find_field_unordered(name).get(found) != simdjson::SUCCESS) {
        return fail_field(name, "is missing");
    }
    bool flag = false;
    if (found.get_bool().get(flag) == simdjson::SUCCESS) return void(value = flag);
    if (!found.is_null()) fail_field(name, "must be null, true or false");
}

std::optional<std::int64_t> DocumentReader::integer_or_null(std::string_view name, std::int64_t least,
                                                            std::int64_t most) {
    if (!problem_.empty()) return std::nullopt;
    simdjson::ondemand::value value;
    if (parser_->object.find_field_unordered(name).get(value) != simdjson::SUCCESS) {
        fail_field(name, "is missing");
        return std::nullopt;
    }
    std::int64_t number = 0;
    if (value.get_int64().get(number) == simdjson::SUCCESS) {
        if (number >= least && number <= most) return number;
    } else if (value.is_null()) {
        return std::nullopt;
    }
    fail_field(name, "must be null or an integer from " + std::to_string(least) + " to " + std::to_string(most));
    return std::nullopt;
}

void DocumentReader::number(std::string_view name, std::int64_t& value) {
    constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
    const auto number = integer_or_null(name, 0, kMost);
    if (number) return void(value = *number);
    fail_field(name, "must be an integer");
}

void DocumentReader::id(std::string_view name, Id128& value) {
    const auto text = text_or_null(name);
    if (!text) return;
    const auto parsed = parse_uuid(*text);
    if (!parsed) return fail_field(name, "must be null or a UUID");
    value = *parsed;
}

void DocumentReader::amount(std::string_view name, std::optional<NanoUsd>& value) {
    const auto number = integer_or_null(name, 0, std::numeric_limits<std::int64_t>::max());
    if (number) value = NanoUsd{*number};
}

void DocumentReader::count(std::string_view name, std::optional<std::int64_t>& value, std::int64_t most) {
    value = integer_or_null(name, 0, most);
}

void DocumentReader::count(std::string_view name, std::optional<std::uint8_t>& value, std::int64_t most) {
    const auto number = integer_or_null(name, 0, most);
    if (number) value = static_cast<std::uint8_t>(*number);
}

void DocumentCheck::amount(std::string_view name, const std::optional<NanoUsd>& value) {
    if (value && value->value < 0) note({StatusCode::invalid, std::string(name) + ": must be at least 0"});
}

void DocumentCheck::count(std::string_view name, const std::optional<std::int64_t>& value, std::int64_t most) {
    if (!value || (*value >= 0 && *value <= most)) return;
    note({StatusCode::invalid, std::string(name) + ": must be from 0 to " + std::to_string(most)});
}

}  // namespace tollgate
