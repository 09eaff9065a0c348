#include "gateway/chat/dialect/gemini/embeddings.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstdint>

#include "gateway/chat/canonical/invalid_field.h"
#include "gateway/chat/canonical/json_text.h"
#include "gateway/chat/dialect/gateway_members.h"
#include "gateway/chat/dialect/gemini/fields.h"
#include "gateway/chat/dialect/usage.h"
#include "gateway/text/base64.h"
#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

struct Asked {
    Json input{};
    Json dimensions{};
};

bool is_of_the_exchange(std::string_view name) {
    return name == "model" || std::ranges::find(kGatewayOnly, name) != kGatewayOnly.end();
}

Error read_member(std::string_view name, Json value, Asked& asked, VectorFormat& format, TranslationNotes& notes) {
    if (!says_something(value) || is_of_the_exchange(name)) return {};
    if (name == "input") {
        asked.input = value;
    } else if (name == "dimensions") {
        if (whole_number(value).value_or(0) <= 0)
            return invalid_field("'dimensions' must be a whole number above 0", name);
        asked.dimensions = value;
    } else if (name == "encoding_format") {
        if (!spells(spelt(value), "float") && !spells(spelt(value), "base64")) {
            return invalid_field("'encoding_format' must be float or base64", name);
        }
        format = spells(spelt(value), "base64") ? VectorFormat::base64 : VectorFormat::numbers;
    } else {
        notes.dropped.add(name);
    }
    return {};
}

void append_request(Spelt text, Json model, Json dimensions, std::string& out) {
    if (out.back() == '}') out += ',';
    (((out += "{\"model\":") += model) += R"(,"content":{"parts":[{"text":")") += text;
    out += "\"}]}";
    if (!dimensions.empty()) (out += ",\"outputDimensionality\":") += dimensions;
    out += '}';
}

Error append_requests(const Asked& asked, Json model, std::string& out) {
    constexpr std::string_view kField = "input";
    if (is_text(asked.input)) {
        append_request(spelt(asked.input), model, asked.dimensions, out);
        return {};
    }
    Error error;
    std::size_t count = 0;
    each_element(asked.input, [&](Json one) {
        ++count;
        if (is_text(one)) {
            append_request(spelt(one), model, asked.dimensions, out);
        } else if (!error) {
            error = unsupported_field("'input' holds tokens, which mean nothing to the chosen model", kField);
        }
    });
    return error || count > 0 ? error : invalid_field("'input' must be a string or a list of strings", kField);
}

// Little-endian, whatever this machine is.
void append_float(float number, std::string& bytes) {
    const auto bits = std::bit_cast<std::uint32_t>(number);
    for (unsigned shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(bits >> shift & 255U);
}

bool append_vector(Json values, VectorFormat format, std::string& out) {
    std::string bytes;
    bool good = is_array(values);
    each_element(values, [&](Json value) {
        double number = 0;
        const auto [end, failed] = std::from_chars(value.data(), value.data() + value.size(), number);
        good = good && failed == std::errc() && end == value.data() + value.size();
        if (format == VectorFormat::base64) append_float(static_cast<float>(number), bytes);
    });
    if (format == VectorFormat::numbers) {
        out += values;
    } else {
        ((out += '"') += base64(bytes)) += '"';
    }
    return good;
}

}  // namespace

Error write_gemini_embeddings(std::string_view body, std::string_view model, VectorFormat& format, std::string& out,
                              TranslationNotes& notes) {
    Asked asked;
    Error error;
    format = VectorFormat::numbers;
    each_member(body.substr(std::min(body.find('{'), body.size())), [&](std::string_view name, Json value) {
        if (!error) error = read_member(name, value, asked, format, notes);
    });
    if (error) return error;
    std::string name;
    append_json_string(name, model.find('/') == std::string_view::npos ? "models/" + std::string(model) : model);
    out += "{\"requests\":[";
    error = append_requests(asked, name, out);
    out += "]}";
    return error;
}

AnswerRead read_gemini_embeddings(std::string_view body, AnswerDelta& facts) {
    body.remove_prefix(std::min(body.find('{'), body.size()));
    const auto [embeddings, usage, failure] =
        fields_of(body, std::array<std::string_view, 3>{"embeddings", "usageMetadata", "error"});
    if (says_something(failure)) {
        facts.error = true;
        return AnswerRead::error;
    }
    if (!is_array(embeddings)) return AnswerRead::invalid;
    ReportedUsage report;
    if (read_usage_member("usageMetadata", usage, report)) facts.usage = report;
    return AnswerRead::event;
}

bool write_embeddings_answer(std::string_view body, std::string_view model, VectorFormat format,
                             const ChargedUsage& usage, std::string& out) {
    const std::size_t before = out.size();
    std::int64_t index = 0;
    bool good = true;
    out += R"({"object":"list","data":[)";
    each_element(field(body.substr(std::min(body.find('{'), body.size())), "embeddings"), [&](Json embedding) {
        if (index > 0) out += ',';
        out += R"({"object":"embedding","index":)";
        append_number(out, index++);
        out += ",\"embedding\":";
        good = append_vector(field(embedding, "values"), format, out) && good;
        out += '}';
    });
    out += "],\"model\":";
    append_json_string(out, model);
    out += ",\"usage\":{\"prompt_tokens\":";
    append_number(out, usage.counts.prompt);
    out += ",\"total_tokens\":";
    append_number(out, usage.counts.prompt);
    if (!usage.cost.empty()) (out += ",\"cost\":") += usage.cost;
    out += "}}";
    if (!good) out.resize(before);
    return good;
}

}  // namespace tollgate
