#include "bench/sample_upstream/shapes.h"

#include <zlib.h>

#include <initializer_list>
#include <stdexcept>
#include <utility>

#include "bench/sample_upstream/model_request.h"

namespace sample {
namespace {

constexpr std::uint64_t kAbsurd = 1'000'000'000;
constexpr int kGzipWindowBits = 15 + 16;  // zlib: the largest window, in gzip's wrapping
constexpr int kMemoryLevel = 8;           // zlib's default

using Member = std::pair<std::string_view, std::uint64_t>;

void append_members(std::string& out, std::initializer_list<Member> members) {
    for (const auto& [name, value] : members) {
        if (out.back() != '{') out += ',';
        out += '"';
        out += name;
        out += "\":";
        out += std::to_string(value);
    }
}

void append_object(std::string& out, std::string_view name, std::initializer_list<Member> members) {
    if (out.back() != '{') out += ',';
    out += '"';
    out += name;
    out += "\":{";
    append_members(out, members);
    out += '}';
}

void append_openai(std::string& out, const UsageFigures& figures) {
    append_members(out, {{"prompt_tokens", figures.prompt},
                         {"completion_tokens", figures.completion},
                         {"total_tokens", figures.prompt + figures.completion}});
}

void append_usage_object(std::string& out, UsageShape shape, const UsageFigures& figures) {
    const auto& [prompt, completion, cached, reasoning] = figures;
    out += R"("usage":{)";
    switch (shape) {
        case UsageShape::input_output:
            append_members(out, {{"input_tokens", prompt}, {"output_tokens", completion}});
            append_object(out, "input_tokens_details", {{"cached_tokens", cached}});
            append_object(out, "output_tokens_details", {{"reasoning_tokens", reasoning}});
            break;
        case UsageShape::anthropic:
            append_members(out, {{"input_tokens", prompt - cached},
                                 {"cache_read_input_tokens", cached},
                                 {"cache_creation_input_tokens", 0},
                                 {"output_tokens", completion}});
            break;
        case UsageShape::mistral:
            append_openai(out, figures);
            append_members(out, {{"num_cached_tokens", cached}});
            break;
        case UsageShape::together:
        case UsageShape::moonshot:
            append_openai(out, figures);
            append_members(out, {{"cached_tokens", cached}});
            break;
        case UsageShape::deepseek:
            append_openai(out, figures);
            append_members(out, {{"prompt_cache_hit_tokens", cached}, {"prompt_cache_miss_tokens", prompt - cached}});
            break;
        case UsageShape::hidden:
            append_members(out, {{"prompt_tokens", prompt},
                                 {"completion_tokens", completion - reasoning},
                                 {"total_tokens", prompt + completion}});
            break;
        case UsageShape::total:
            append_members(out, {{"total_tokens", prompt + completion}});
            break;
        case UsageShape::strings:
            out += R"("prompt_tokens":")" + std::to_string(prompt) + R"(","completion_tokens":")" +
                   std::to_string(completion) + R"(","total_tokens":")" + std::to_string(prompt + completion) + '"';
            break;
        case UsageShape::absurd:
            append_openai(out, {.prompt = kAbsurd, .completion = kAbsurd});
            break;
        case UsageShape::negative:
            out += R"("prompt_tokens":-5,"completion_tokens":-5,"total_tokens":-10)";
            break;
        default:
            append_openai(out, figures);
            append_object(out, "prompt_tokens_details", {{"cached_tokens", cached}, {"audio_tokens", 0}});
            append_object(out, "completion_tokens_details",
                          {{"reasoning_tokens", reasoning},
                           {"audio_tokens", 0},
                           {"accepted_prediction_tokens", 0},
                           {"rejected_prediction_tokens", 0}});
            if (shape == UsageShape::openrouter) out += R"(,"cost":0.5,"is_byok":false)";
            break;
    }
    out += '}';
}

// Members that some providers write instead of `usage`; false where this one does not.
bool append_instead(std::string& out, UsageShape shape, const UsageFigures& figures) {
    const auto& [prompt, completion, cached, reasoning] = figures;
    std::string members = "{";  // the helpers put commas behind anything but a brace
    switch (shape) {
        case UsageShape::groq:
            members += R"("x_groq":{"id":"req_sample",)";
            append_usage_object(members, UsageShape::openai, figures);
            members += '}';
            break;
        case UsageShape::gemini:
            append_object(members, "usageMetadata",
                          {{"promptTokenCount", prompt},
                           {"candidatesTokenCount", completion - reasoning},
                           {"thoughtsTokenCount", reasoning},
                           {"cachedContentTokenCount", cached},
                           {"totalTokenCount", prompt + completion}});
            break;
        case UsageShape::cohere:
            members += R"("meta":{)";
            append_object(members, "billed_units", {{"input_tokens", prompt}, {"output_tokens", completion}});
            append_object(members, "tokens", {{"input_tokens", prompt}, {"output_tokens", completion}});
            members += '}';
            break;
        case UsageShape::llama_cpp:
            append_object(members, "timings",
                          {{"cache_n", cached}, {"prompt_n", prompt - cached}, {"predicted_n", completion}});
            break;
        case UsageShape::ollama:
            append_members(members, {{"prompt_eval_count", prompt}, {"eval_count", completion}});
            break;
        default:
            return false;
    }
    out += ',';
    out.append(members, 1);
    return true;
}

void append_quoted(std::string& out, std::string_view before, std::string_view text, std::string_view after) {
    out += before;
    out += text;
    out += after;
}

}  // namespace

void append_usage_members(std::string& out, UsageShape shape, const UsageFigures& figures) {
    if (shape == UsageShape::moonshot || append_instead(out, shape, figures)) return;
    out += ',';
    append_usage_object(out, shape, figures);
}

void append_choice_usage(std::string& out, UsageShape shape, const UsageFigures& figures) {
    if (shape != UsageShape::moonshot) return;
    out += ',';
    append_usage_object(out, shape, figures);
}

void append_error_object(std::string& out, std::string_view message, std::string_view type, std::string_view code) {
    out += R"({"error":{"message":")";
    append_escaped(out, message);
    out += R"(","type":")";
    out += type;
    out += R"(","param":null,"code":)";
    if (code.empty()) {
        out += "null";
    } else {
        out += '"';
        out += code;
        out += '"';
    }
    out += "}}";
}

std::string_view error_type(std::uint32_t status) {
    switch (status) {
        case 401:
            return "authentication_error";
        case 403:
            return "permission_error";
        case 429:
            return "rate_limit_error";
        default:
            return status >= 500 ? "server_error" : "invalid_request_error";
    }
}

void append_error_body(std::string& out, ErrorShape shape, std::uint32_t status, std::string_view message,
                       std::string_view type, std::string_view code) {
    const auto number = std::to_string(status);
    switch (shape) {
        case ErrorShape::openai:
            append_error_object(out, message, type, code);
            break;
        case ErrorShape::text_member:
            append_quoted(out, R"({"error":")", message, R"("})");
            break;
        case ErrorShape::object:
            append_quoted(out, R"({"object":"error","message":")", message, R"(","type":")");
            append_quoted(out, type, R"(","param":null,"code":)", number);
            out += '}';
            break;
        case ErrorShape::message:
            append_quoted(out, R"({"message":")", message, R"("})");
            break;
        case ErrorShape::detail:
            append_quoted(out, R"({"detail":")", message, R"("})");
            break;
        case ErrorShape::detail_list:
            append_quoted(out, R"({"detail":[{"loc":["body","messages"],"msg":")", message,
                          R"(","type":"value_error"}]})");
            break;
        case ErrorShape::list:
            append_quoted(out, R"([{"error":{"code":)", number, R"(,"message":")");
            append_quoted(out, message, R"(","status":"INVALID_ARGUMENT"}}])", "");
            break;
        case ErrorShape::anthropic:
            append_quoted(out, R"({"type":"error","error":{"type":")", type, R"(","message":")");
            append_quoted(out, message, R"("}})", "");
            break;
        case ErrorShape::errors:
            append_quoted(out, R"({"errors":[{"message":")", message, R"("}]})");
            break;
        case ErrorShape::base_resp:
            append_quoted(out, R"({"choices":null,"base_resp":{"status_code":1008,"status_msg":")", message, R"("}})");
            break;
        case ErrorShape::text:
            out += message;
            break;
        case ErrorShape::html:
            append_quoted(out, "<html><head><title>", number, "</title></head><body>");
            append_quoted(out, message, "</body></html>", "");
            break;
        case ErrorShape::empty:
            break;
    }
}

std::string_view error_media_type(ErrorShape shape) {
    if (shape == ErrorShape::text || shape == ErrorShape::empty) return "text/plain";
    return shape == ErrorShape::html ? "text/html" : "application/json";
}

std::string_view media_type(ContentType asked, std::string_view right) {
    switch (asked) {
        case ContentType::events:
            return "text/event-stream";
        case ContentType::json:
            return "application/json";
        case ContentType::text:
            return "text/plain";
        case ContentType::octets:
            return "application/octet-stream";
        case ContentType::none:
            return {};
        default:
            return right;
    }
}

std::string gzip(std::string_view bytes) {
    z_stream stream{};
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindowBits, kMemoryLevel, Z_DEFAULT_STRATEGY) !=
        Z_OK) {
        throw std::runtime_error("zlib has no memory");
    }
    std::string out(deflateBound(&stream, bytes.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // zlib reads it only
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

}  // namespace sample
