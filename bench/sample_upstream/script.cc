#include "bench/sample_upstream/script.h"

#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace sample {
namespace {

constexpr std::array<std::pair<std::string_view, std::uint32_t Script::*>, 22> kNumbers{{
    {"tokens", &Script::tokens},
    {"token_bytes", &Script::token_bytes},
    {"big", &Script::big},
    {"picture", &Script::picture},
    {"prompt_tokens", &Script::prompt_tokens},
    {"completion_tokens", &Script::completion_tokens},
    {"cached_tokens", &Script::cached_tokens},
    {"reasoning_tokens", &Script::reasoning_tokens},
    {"ttft_ms", &Script::ttft_ms},
    {"token_ms", &Script::token_ms},
    {"slow_body_ms", &Script::slow_body_ms},
    {"split_ms", &Script::split_ms},
    {"split", &Script::split},
    {"events_per_write", &Script::events_per_write},
    {"status", &Script::status},
    {"early_status", &Script::early_status},
    {"retry_after", &Script::retry_after},
    {"error_at", &Script::error_at},
    {"reset_at", &Script::reset_at},
    {"close_at", &Script::close_at},
    {"stall_at", &Script::stall_at},
    {"chaos", &Script::chaos},
}};

constexpr std::array<std::pair<std::string_view, bool Script::*>, 21> kFlags{{
    {"tool_call", &Script::tool_call},
    {"reasoning_outside", &Script::reasoning_outside},
    {"abort_stops_billing", &Script::abort_stops_billing},
    {"early_head", &Script::early_head},
    {"other_shape", &Script::other_shape},
    {"gzip", &Script::gzip},
    {"bare_lf", &Script::bare_lf},
    {"finish_every_chunk", &Script::finish_every_chunk},
    {"coalesce", &Script::coalesce},
    {"close", &Script::close},
    {"comments", &Script::comments},
    {"crlf", &Script::crlf},
    {"bom", &Script::bom},
    {"id_lines", &Script::id_lines},
    {"error_null", &Script::error_null},
    {"error_body", &Script::error_body},
    {"stall_head", &Script::stall_head},
    {"reset_head", &Script::reset_head},
    {"close_head", &Script::close_head},
    {"no_done", &Script::no_done},
    {"no_finish", &Script::no_finish},
}};

constexpr std::array<std::pair<std::string_view, UsageMode>, 10> kUsageModes{{
    {"normal", UsageMode::normal},
    {"always", UsageMode::always},
    {"none", UsageMode::none},
    {"zero", UsageMode::zero},
    {"null", UsageMode::null},
    {"every_chunk", UsageMode::every_chunk},
    {"cumulative", UsageMode::cumulative},
    {"finish_chunk", UsageMode::finish_chunk},
    {"after_done", UsageMode::after_done},
    {"extra_chunk_after", UsageMode::extra_chunk_after},
}};
constexpr std::array<std::pair<std::string_view, UsageShape>, 18> kUsageShapes{{
    {"openai", UsageShape::openai},
    {"input_output", UsageShape::input_output},
    {"anthropic", UsageShape::anthropic},
    {"mistral", UsageShape::mistral},
    {"together", UsageShape::together},
    {"deepseek", UsageShape::deepseek},
    {"moonshot", UsageShape::moonshot},
    {"groq", UsageShape::groq},
    {"gemini", UsageShape::gemini},
    {"hidden", UsageShape::hidden},
    {"total", UsageShape::total},
    {"cohere", UsageShape::cohere},
    {"llama_cpp", UsageShape::llama_cpp},
    {"ollama", UsageShape::ollama},
    {"openrouter", UsageShape::openrouter},
    {"strings", UsageShape::strings},
    {"absurd", UsageShape::absurd},
    {"negative", UsageShape::negative},
}};
constexpr std::array<std::pair<std::string_view, ErrorShape>, 13> kErrorShapes{{
    {"openai", ErrorShape::openai},
    {"text_member", ErrorShape::text_member},
    {"object", ErrorShape::object},
    {"message", ErrorShape::message},
    {"detail", ErrorShape::detail},
    {"detail_list", ErrorShape::detail_list},
    {"list", ErrorShape::list},
    {"anthropic", ErrorShape::anthropic},
    {"errors", ErrorShape::errors},
    {"base_resp", ErrorShape::base_resp},
    {"text", ErrorShape::text},
    {"html", ErrorShape::html},
    {"empty", ErrorShape::empty},
}};
constexpr std::array<std::pair<std::string_view, ContentType>, 6> kContentTypes{{
    {"right", ContentType::right},
    {"events", ContentType::events},
    {"json", ContentType::json},
    {"text", ContentType::text},
    {"octets", ContentType::octets},
    {"none", ContentType::none},
}};
constexpr std::array<std::pair<std::string_view, Garbage>, 4> kGarbage{
    {{"none", Garbage::none}, {"head", Garbage::head}, {"json", Garbage::json}, {"chunk", Garbage::chunk}}};
constexpr std::array<std::pair<std::string_view, Framing>, 3> kFramings{
    {{"chunked", Framing::chunked}, {"close", Framing::close}, {"length", Framing::length}}};

template <class Table>
auto find(const Table& table, std::string_view name) -> std::optional<decltype(table[0].second)> {
    for (const auto& [key, value] : table) {
        if (key == name) return value;
    }
    return std::nullopt;
}

std::optional<std::uint32_t> number(std::string_view text) {
    std::uint32_t value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value > kMaxScriptNumber) return std::nullopt;
    return value;
}

std::optional<bool> flag(std::string_view text) {
    if (text.empty() || text == "1" || text == "yes") return true;
    if (text == "0" || text == "no") return false;
    return std::nullopt;
}

template <class T, class Found>
bool assign(T& to, const Found& found) {
    if (found) to = *found;
    return found.has_value();
}

enum class Verdict { applied, bad_value, unknown };

Verdict verdict(bool applied) { return applied ? Verdict::applied : Verdict::bad_value; }

Verdict apply(Script& script, std::string_view name, std::string_view value) {
    if (auto member = find(kNumbers, name)) return verdict(assign(script.**member, number(value)));
    if (auto member = find(kFlags, name)) return verdict(assign(script.**member, flag(value)));
    if (name == "usage") return verdict(assign(script.usage, find(kUsageModes, value)));
    if (name == "usage_shape") return verdict(assign(script.usage_shape, find(kUsageShapes, value)));
    if (name == "error_shape") return verdict(assign(script.error_shape, find(kErrorShapes, value)));
    if (name == "content_type") return verdict(assign(script.content_type, find(kContentTypes, value)));
    if (name == "garbage") return verdict(assign(script.garbage, find(kGarbage, value)));
    if (name == "framing") return verdict(assign(script.framing, find(kFramings, value)));
    if (name == "content_length") {
        auto asked = flag(value);
        if (asked) script.framing = *asked ? Framing::length : Framing::chunked;
        return verdict(asked.has_value());
    }
    return Verdict::unknown;
}

}  // namespace

std::expected<Script, std::string> parse_script(std::string_view words, const Script& base) {
    Script script = base;
    while (true) {
        auto start = words.find_first_not_of(" ,\t\r\n");
        if (start == std::string_view::npos) break;
        words.remove_prefix(start);
        auto word = words.substr(0, words.find_first_of(" ,\t\r\n"));
        words.remove_prefix(word.size());
        auto equals = word.find('=');
        auto name = word.substr(0, equals);
        auto value = equals == std::string_view::npos ? std::string_view{} : word.substr(equals + 1);
        switch (apply(script, name, value)) {
            case Verdict::applied:
                break;
            case Verdict::bad_value:
                return std::unexpected("sample script: bad value in '" + std::string(word) + "'");
            case Verdict::unknown:
                return std::unexpected("sample script: unknown word '" + std::string(word) + "'");
        }
    }
    if (script.status < 200 || script.status > 599) return std::unexpected("sample script: status is not in 200..599");
    if (script.events_per_write == 0) script.events_per_write = 1;
    return script;
}

}  // namespace sample
