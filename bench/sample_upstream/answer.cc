#include "bench/sample_upstream/answer.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace sample {
namespace {

constexpr std::uint32_t kArgumentFragmentBytes = 8;
constexpr std::size_t kMaxWords = 1024;

void append_number(std::string& out, std::uint64_t value) {
    char digits[24];
    auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
    out.append(digits, end);
}

std::size_t code_point_start(std::string_view text, std::size_t at) {
    while (at > 0 && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0u) == 0x80u) --at;
    return std::min(at, text.size());
}

void split_words(std::string_view text, std::size_t limit, std::vector<std::string_view>& words) {
    constexpr std::string_view kSpace = " \t\r\n";
    words.clear();
    std::size_t at = 0;
    while (words.size() < limit) {
        at = text.find_first_not_of(kSpace, at);
        if (at == std::string_view::npos) break;
        auto end = std::min(text.find_first_of(kSpace, at), text.size());
        words.push_back(text.substr(at, end - at));
        at = end;
    }
    if (words.empty()) words.push_back("sample");
}

}  // namespace

void Answer::begin(Endpoint endpoint, const ModelRequest& request, const Script& script, std::string_view id,
                   std::time_t now) {
    endpoint_ = endpoint;
    request_ = &request;
    script_ = &script;
    now_ = now;
    sent_pieces_ = 0;
    events_ = 0;
    id_.assign(id);
    tool_call_ = endpoint == Endpoint::chat && request.tool_named && (request.calls_tool || script.tool_call);
    if (tool_call_) {
        pieces_ = static_cast<std::uint32_t>((request.tool_arguments.size() + kArgumentFragmentBytes - 1) /
                                             kArgumentFragmentBytes);
        finish_reason_ = "tool_calls";
    } else {
        const std::uint32_t left = request.max_tokens - reasoning_tokens();
        pieces_ = std::min(script.tokens, left);
        finish_reason_ = left < script.tokens ? "length" : "stop";
        split_words(request.text, std::min<std::size_t>(pieces_, kMaxWords), words_);
    }
    if (!request.stream && !script.other_shape) return;
    prefix_ = R"({"id":")";
    prefix_ += id_;
    prefix_ += endpoint == Endpoint::chat ? R"(","object":"chat.completion.chunk","created":)"
                                          : R"(","object":"text_completion","created":)";
    append_number(prefix_, static_cast<std::uint64_t>(now_));
    prefix_ += R"(,"model":")";
    append_escaped(prefix_, request.model);
    prefix_ += R"(","system_fingerprint":"fp_sample","choices":[)";
}

std::uint32_t Answer::prompt_tokens() const {
    return script_->prompt_tokens != kUnset ? script_->prompt_tokens : request_->prompt_tokens();
}

std::uint32_t Answer::completion_tokens() const {
    if (script_->completion_tokens != kUnset) return script_->completion_tokens;
    return pieces_ + reasoning_tokens();
}

std::uint32_t Answer::reasoning_tokens() const { return std::min(script_->reasoning_tokens, request_->max_tokens); }

void Answer::append_text_piece(std::string& out, std::uint32_t index) const {
    if (index > 0) out += ' ';
    auto word = words_[index % words_.size()];
    auto bytes = script_->token_bytes;
    if (bytes == 0) {
        append_escaped(out, word);
    } else {
        // The space before the token is one of its bytes.
        std::size_t wanted = bytes - (index > 0 ? 1u : 0u);
        auto cut = word.substr(0, code_point_start(word, std::min(wanted, word.size())));
        append_escaped(out, cut);
        out.append(wanted - cut.size(), '.');
    }
    if (script_->big > 0 && index + 1 == pieces_) out.append(script_->big, 'x');
}

UsageFigures Answer::figures(std::uint32_t completion_tokens) const {
    if (script_->usage == UsageMode::zero) return {};
    if (script_->reasoning_outside) completion_tokens -= std::min(completion_tokens, reasoning_tokens());
    return {.prompt = prompt_tokens(),
            .completion = completion_tokens,
            .cached = script_->cached_tokens,
            .reasoning = reasoning_tokens()};
}

void Answer::append_usage(std::string& out, std::uint32_t completion_tokens) const {
    if (script_->usage == UsageMode::null) {
        out += R"(,"usage":null)";
        return;
    }
    append_usage_members(out, script_->usage_shape, figures(completion_tokens));
}

void Answer::append_choice_end(std::string& out, bool finish) const {
    if (finish && script_->usage != UsageMode::none) {
        append_choice_usage(out, script_->usage_shape, figures(completion_tokens()));
    }
    out += '}';
}

// Base64 of nothing: what pictures look like to a reader of events.
void Answer::append_picture(std::string& out) const {
    if (script_->picture == 0) return;
    out += R"(,"images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,)";
    out.append(script_->picture, 'A');
    out += R"("}}])";
}

void Answer::append_body(std::string& out) const {
    if (endpoint_ == Endpoint::messages) return append_message(out);
    bool chat = endpoint_ == Endpoint::chat;
    out += R"({"id":")";
    out += id_;
    out += chat ? R"(","object":"chat.completion","created":)" : R"(","object":"text_completion","created":)";
    append_number(out, static_cast<std::uint64_t>(now_));
    out += R"(,"model":")";
    append_escaped(out, request_->model);
    out += R"(","system_fingerprint":"fp_sample","choices":[{"index":0,)";
    if (tool_call_) {
        out += R"("message":{"role":"assistant","content":null,"tool_calls":[{"id":"call_sample_1","type":"function",)";
        out += R"("function":{"name":")";
        append_escaped(out, request_->tool_name);
        out += R"(","arguments":")";
        append_escaped(out, request_->tool_arguments);
        out += R"("}}],"refusal":null})";
    } else {
        out += chat ? R"("message":{"role":"assistant","content":")" : R"("text":")";
        for (std::uint32_t i = 0; i < pieces_; ++i) append_text_piece(out, i);
        out += '"';
        if (chat) {
            out += R"(,"refusal":null)";
            append_picture(out);
            out += '}';
        }
    }
    out += R"(,"logprobs":null)";
    if (!script_->no_finish) {
        out += R"(,"finish_reason":")";
        out += finish_reason_;
        out += '"';
    }
    append_choice_end(out, true);
    out += ']';
    if (script_->usage != UsageMode::none) append_usage(out, completion_tokens());
    if (script_->error_null) out += R"(,"error":null)";
    out += '}';
}

void Answer::open_event(std::string& out) {
    std::string_view line_end = script_->crlf ? "\r\n" : "\n";
    if (events_ == 0 && script_->bom) out += "\xEF\xBB\xBF";
    if (script_->comments) {
        out += ": ping";
        out += line_end;
        out += line_end;
    }
    if (script_->id_lines) {
        out += "id: ";
        append_number(out, events_);
        out += line_end;
    }
    ++events_;
    out += "data: ";
}

void Answer::close_event(std::string& out) { out += script_->crlf ? "\r\n\r\n" : "\n\n"; }

void Answer::open_chunk(std::string& out) {
    open_event(out);
    out += prefix_;
}

void Answer::append_chunk_tail(std::string& out, bool finish) {
    out += ']';
    auto mode = script_->usage;
    if (mode == UsageMode::every_chunk || (mode == UsageMode::finish_chunk && finish)) {
        append_usage(out, completion_tokens());
    } else if (mode == UsageMode::cumulative) {
        append_usage(out, finish ? completion_tokens() : sent_pieces_);
    } else if (request_->include_usage && mode != UsageMode::none) {
        out += R"(,"usage":null)";
    }
    if (script_->error_null) out += R"(,"error":null)";
    out += '}';
    close_event(out);
}

void Answer::append_start(std::string& out) {
    if (endpoint_ == Endpoint::messages) return append_message_start(out);
    if (endpoint_ != Endpoint::chat) return;
    open_chunk(out);
    out += R"({"index":0,"delta":{"role":"assistant",)";
    if (tool_call_) {
        out += R"("content":null,"tool_calls":[{"index":0,"id":"call_sample_1","type":"function","function":{"name":")";
        append_escaped(out, request_->tool_name);
        out += R"(","arguments":""}}]})";
    } else {
        out += R"("content":"","refusal":null)";
        append_picture(out);
        out += '}';
    }
    out += R"(,"logprobs":null,"finish_reason":null})";
    append_chunk_tail(out, false);
}

void Answer::append_piece(std::string& out, std::uint32_t index) {
    if (endpoint_ == Endpoint::messages) return append_message_piece(out, index);
    open_chunk(out);
    if (tool_call_) {
        // Fragments are cut at code points, so that each is valid text by itself.
        std::string_view all = request_->tool_arguments;
        auto from = code_point_start(all, std::size_t{index} * kArgumentFragmentBytes);
        auto to = code_point_start(all, (std::size_t{index} + 1) * kArgumentFragmentBytes);
        out += R"({"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":")";
        append_escaped(out, all.substr(from, to - from));
        out += R"("}}]})";
    } else if (endpoint_ == Endpoint::chat) {
        out += R"({"index":0,"delta":{"content":")";
        append_text_piece(out, index);
        out += R"("})";
    } else {
        out += R"({"index":0,"text":")";
        append_text_piece(out, index);
        out += '"';
    }
    out += R"(,"logprobs":null,"finish_reason":)";
    out += script_->finish_every_chunk ? R"("stop"})" : "null}";
    sent_pieces_ = index + 1;
    append_chunk_tail(out, false);
}

bool Answer::has_usage_chunk() const {
    switch (script_->usage) {
        case UsageMode::always:
            return true;
        case UsageMode::none:
        case UsageMode::every_chunk:
        case UsageMode::cumulative:
        case UsageMode::finish_chunk:
            return false;
        default:
            return request_->include_usage || script_->other_shape;
    }
}

void Answer::append_usage_chunk(std::string& out) {
    open_chunk(out);
    out += ']';
    append_usage(out, completion_tokens());
    if (script_->error_null) out += R"(,"error":null)";
    out += '}';
    close_event(out);
}

void Answer::append_end(std::string& out) {
    if (endpoint_ == Endpoint::messages) return append_message_end(out);
    if (!script_->no_finish) {
        open_chunk(out);
        out += endpoint_ == Endpoint::chat ? R"({"index":0,"delta":{},"logprobs":null,"finish_reason":")"
                                           : R"({"index":0,"text":"","logprobs":null,"finish_reason":")";
        out += finish_reason_;
        out += '"';
        append_choice_end(out, true);
        append_chunk_tail(out, true);
    }
    bool after_done = script_->usage == UsageMode::after_done;
    if (has_usage_chunk() && !after_done) append_usage_chunk(out);
    if (script_->usage == UsageMode::extra_chunk_after) {
        open_chunk(out);
        out += R"(],"moderation":{"flagged":false},"usage":null})";
        close_event(out);
    }
    if (!script_->no_done) {
        open_event(out);
        out += "[DONE]";
        close_event(out);
    }
    if (has_usage_chunk() && after_done) append_usage_chunk(out);
}

void Answer::append_error_event(std::string& out) {
    open_event(out);
    append_error_body(out, script_->error_shape, 500, "the sample upstream was told to fail here", "server_error",
                      "sample_error");
    close_event(out);
}

void Answer::append_garbage_event(std::string& out) {
    open_event(out);
    out += R"({"id": not JSON)";
    close_event(out);
}

namespace {

// SplitMix64: a good generator in four lines, and the same vectors everywhere.
std::uint64_t next_random(std::uint64_t& state) {
    std::uint64_t z = (state += 0x9E3779B97F4A7C15ull);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
}

void make_vector(std::uint64_t seed, std::vector<float>& values) {
    float scale = 1.0f / std::sqrt(static_cast<float>(values.size()));
    for (auto& value : values) value = (next_random(seed) & 1u) != 0 ? scale : -scale;
}

void append_base64(std::string& out, std::string_view bytes) {
    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t group = 0;
        auto have = std::min<std::size_t>(3, bytes.size() - i);
        for (std::size_t j = 0; j < 3; ++j) {
            group = group << 8 | (j < have ? static_cast<unsigned char>(bytes[i + j]) : 0u);
        }
        for (std::size_t j = 0; j < 4; ++j) out += j <= have ? kAlphabet[group >> (18 - 6 * j) & 63u] : '=';
    }
}

void append_vector(std::string& out, const std::vector<float>& values, bool base64) {
    if (base64) {
        // Little-endian floats, as OpenAI sends them; this program runs on nothing else.
        out += '"';
        append_base64(out, {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)});
        out += '"';
        return;
    }
    char separator = '[';
    for (float value : values) {
        out += separator;
        separator = ',';
        char digits[32];
        auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
        out.append(digits, end);
    }
    out += ']';
}

}  // namespace

void append_embeddings(std::string& out, const ModelRequest& request, std::uint32_t prompt_tokens) {
    std::vector<float> values(request.dimensions);
    out += R"({"object":"list","data":[)";
    for (std::size_t i = 0; i < request.inputs.size(); ++i) {
        if (i > 0) out += ',';
        out += R"({"object":"embedding","index":)";
        append_number(out, i);
        out += R"(,"embedding":)";
        make_vector(request.inputs[i], values);
        append_vector(out, values, request.base64);
        out += '}';
    }
    out += R"(],"model":")";
    append_escaped(out, request.model);
    out += R"(","usage":{"prompt_tokens":)";
    append_number(out, prompt_tokens);
    out += R"(,"total_tokens":)";
    append_number(out, prompt_tokens);
    out += "}}";
}

}  // namespace sample
