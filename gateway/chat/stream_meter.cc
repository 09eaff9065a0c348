#include "gateway/chat/stream_meter.h"
#include "gateway/text/json_writer.h"

#include <charconv>
#include <cstring>

namespace tollgate {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// Up to the first CR or LF; all of it if there is none.
std::size_t line_length(std::string_view bytes) {
    const void* const newline = std::memchr(bytes.data(), '\n', bytes.size());
    const std::size_t length =
        newline == nullptr ? bytes.size() : static_cast<std::size_t>(static_cast<const char*>(newline) - bytes.data());
    const void* const carriage_return = std::memchr(bytes.data(), '\r', length);
    return carriage_return == nullptr
               ? length
               : static_cast<std::size_t>(static_cast<const char*>(carriage_return) - bytes.data());
}

bool truthy(std::string_view json) { return json != "null" && json != "false" && json != "\"\"" && json != "{}"; }

constexpr int kMostNesting = 8;  // of what a delta holds; deeper text is not counted

std::size_t after_separator(std::string_view data, std::size_t at) {
    while (at < data.size() && (data[at] == ',' || data[at] == ' ' || data[at] == '\t')) ++at;
    return at;
}

// Walks a delta: counts the bytes of its string values, tool-call arguments included. Returns where it ends.
std::size_t walk_generated(std::string_view data, std::size_t at, int depth, std::int64_t& bytes) {
    const char first = at < data.size() ? data[at] : '\0';
    JsonMembers members(data, at);
    if (first == '{' && depth < kMostNesting) {
        for (std::string_view key = members.next_key(); !key.empty(); key = members.next_key()) {
            const bool generated = key != "\"role\"" && key != "\"id\"" && key != "\"type\"" && key != "\"index\"";
            if (generated) {
                members.resume(walk_generated(data, members.position(), depth + 1, bytes));
            } else {
                members.skip_value();
            }
        }
        return members.closed() ? members.position() + 1 : data.size();
    }
    if (first == '[' && depth < kMostNesting) {
        at = after_separator(data, at + 1);
        while (at < data.size() && data[at] != ']') {
            const std::size_t before = at;
            at = after_separator(data, walk_generated(data, at, depth + 1, bytes));
            if (at == before) return data.size();
        }
        return at + 1;
    }
    members.resume(at);
    const TextSpan value = members.skip_value();
    if (first == '"' && value.size() > 2) bytes += static_cast<std::int64_t>(value.size()) - 2;
    return value.end;
}

}  // namespace

std::int64_t generated_bytes(std::string_view body, TextSpan choices) {
    std::int64_t bytes = 0;
    std::size_t at = after_separator(body, choices.begin + 1);
    while (at < choices.end && body[at] == '{') {
        JsonMembers members(body, at);
        for (std::string_view key = members.next_key(); !key.empty(); key = members.next_key()) {
            if (key == "\"message\"" || key == "\"text\"") {
                members.resume(walk_generated(body, members.position(), 0, bytes));
            } else {
                members.skip_value();
            }
        }
        if (!members.closed()) break;
        at = after_separator(body, members.position() + 1);
    }
    return bytes;
}

void StreamMeter::begin(const Options& options) {
    options_ = options;
    facts_ = StreamFacts();
    partial_.clear();
    data_.clear();
    held_.clear();
    finished_.reset();
    usage_insert_at_ = std::string::npos;
    has_data_ = holding_ = comment_ = usage_was_empty_ = false;
    mark_bytes_ = 0;
    skip_line_feed_ = false;
}

void StreamMeter::feed(std::string_view bytes, std::string& out) {
    while (mark_bytes_ < kByteOrderMark.size() && !bytes.empty()) {  // it may come in pieces
        const bool mark = bytes.front() == kByteOrderMark[mark_bytes_];
        if (mark) bytes.remove_prefix(1);
        mark_bytes_ = mark ? mark_bytes_ + 1 : kByteOrderMark.size();
    }
    while (!bytes.empty() && !facts_.invalid) {
        if (skip_line_feed_ && bytes.front() == '\n') bytes.remove_prefix(1);
        skip_line_feed_ = false;
        const std::size_t length = line_length(bytes);
        if (length == bytes.size()) {
            partial_ += bytes;
            if (partial_.size() + data_.size() > options_.max_event_bytes) facts_.invalid = true;
            return;
        }
        skip_line_feed_ = bytes[length] == '\r';  // CR, LF and CRLF all end a line
        const std::string_view line = bytes.substr(0, length);
        bytes.remove_prefix(length + 1);
        if (partial_.empty()) {
            take_line(line, out);
        } else {
            partial_ += line;
            take_line(partial_, out);
            partial_.clear();
        }
    }
}

void StreamMeter::take_line(std::string_view line, std::string& out) {
    if (line.empty()) {
        dispatch(out);
        return;
    }
    if (line.starts_with(':')) {
        comment_ = true;
        return;
    }
    if (!line.starts_with("data:")) return;  // event:, id:, retry: are not OpenAI's
    line.remove_prefix(line.starts_with("data: ") ? 6 : 5);
    if (has_data_) data_ += ' ';  // a line break between JSON tokens is as good as a space
    data_ += line;
    has_data_ = true;
    if (data_.size() > options_.max_event_bytes) facts_.invalid = true;
}

void StreamMeter::dispatch(std::string& out) {
    if (comment_ && !has_data_) {
        comment_ = false;
        if (!holding_) out += ": ping\n";  // a single newline: no event is dispatched by it
        return;
    }
    comment_ = false;
    if (!has_data_) return;
    has_data_ = false;
    take_data(data_, out);
    data_.clear();
}

void StreamMeter::finish() {
    partial_.clear();
    data_.clear();
    has_data_ = false;
}

void StreamMeter::take_data(std::string_view data, std::string& out) {
    while (data.ends_with(' ')) data.remove_suffix(1);  // Anthropic pads its JSON
    if (data.empty()) return;
    if (data == "[DONE]") {
        facts_.done = true;
        return;
    }
    if (facts_.done && data.find("\"usage\"") == std::string_view::npos) return;  // only a late usage is of interest
    if (data.starts_with(':')) {  // a comment that someone wrapped as data (Vertex partners, some proxies)
        if (!holding_) out += ": ping\n";
        return;
    }
    ++facts_.events;
    inspect(data);
    if (!event_.valid) {
        facts_.invalid = true;
        return;
    }
    if (event_.error) return;  // the relay writes the error event itself, in the client's flavour
    // Usage beside content, in the middle (cumulative reports), is not the final one: it is left out, not held.
    if (event_.usage && (event_.usage_only || facts_.finished >= options_.choices)) holding_ = true;
    emit(data, holding_ ? held_ : out);
    if (held_.size() > options_.max_event_bytes) facts_.invalid = true;
}

// One walk over the event; choices are walked, not skipped and walked again.
void StreamMeter::inspect(std::string_view data) {
    event_ = Event();
    if (!data.starts_with('{') || !data.ends_with('}')) return;
    JsonMembers members(data, 0);
    bool empty_choices = false;
    std::uint32_t previous_end = 0;
    for (std::string_view key = members.next_key(); !key.empty(); key = members.next_key()) {
        if (key == "\"choices\"" && data[members.position()] == '[') {
            const std::size_t begin = members.position();
            members.resume(walk_choices(data, begin));
            empty_choices = data[after_separator(data, begin + 1)] == ']';
        } else {
            const TextSpan value = members.skip_value();
            if (value.size() == 0) return;
            note_member(data, key, value, previous_end);
        }
        previous_end = static_cast<std::uint32_t>(members.position());
    }
    event_.valid = members.closed() && members.position() == data.size() - 1;
    event_.usage_only = event_.usage && empty_choices;
}

void StreamMeter::note_member(std::string_view data, std::string_view key, TextSpan value, std::uint32_t previous_end) {
    const std::string_view text = value.of(data);
    if (key == "\"usage\"") {
        event_.usage = text.starts_with('{');
        event_.usage_null = !event_.usage;
        event_.usage_cut = {previous_end, value.end};
        if (event_.usage) note_usage(data, value);
    } else if (key == "\"error\"") {
        event_.error = truthy(text);
        event_.error_null = !event_.error;
        if (event_.error) note_error(data, value);
    } else if (key == "\"id\"" && facts_.upstream_id.empty() && text.size() > 2) {
        facts_.upstream_id = text.substr(1, text.size() - 2);
    }
}

// Returns where the array at `at` ends; the end of the data if it is malformed.
std::size_t StreamMeter::walk_choices(std::string_view data, std::size_t at) {
    std::int64_t bytes = 0;
    at = after_separator(data, at + 1);
    while (at < data.size() && data[at] == '{') {
        std::size_t index = 0;
        bool finished = false;
        JsonMembers members(data, at);
        for (std::string_view key = members.next_key(); !key.empty(); key = members.next_key()) {
            if (key == "\"delta\"" || key == "\"text\"") {
                members.resume(walk_generated(data, members.position(), 0, bytes));
                continue;
            }
            const std::string_view value = members.skip_value().of(data);
            if (key == "\"index\"") std::from_chars(value.data(), value.data() + value.size(), index);
            if (key == "\"finish_reason\"" && value.starts_with('"')) {
                facts_.finish_reason = value.substr(1, value.size() - 2);
                ++facts_.finished;
                finished = true;
            }
        }
        if (finished && index < finished_.size()) finished_.set(index);
        if (!members.closed()) return data.size();
        at = after_separator(data, members.position() + 1);
    }
    facts_.content_bytes += bytes;
    if (bytes > 0) ++facts_.content_events;
    return at < data.size() && data[at] == ']' ? at + 1 : data.size();
}

void StreamMeter::note_usage(std::string_view data, TextSpan value) {
    TokenUsage usage;
    if (!parse_usage(value.of(data), usage)) return;
    facts_.has_usage = true;  // cumulative where it stands in every chunk: the last one counts
    facts_.usage = usage;
}

void StreamMeter::note_error(std::string_view data, TextSpan value) {
    facts_.error_event = true;
    if (!value.of(data).starts_with('{')) return;
    const auto message = find_member(data, value.begin, "message");
    if (!message) return;
    const std::string_view text = message->value.of(data);
    constexpr std::size_t kMostMessageBytes = 1024;
    facts_.error_message = unescaped(text, kMostMessageBytes);
}

// Appends the event with what has to change: hidden usage out, error:null out, id, model and provider of the flavour.
void StreamMeter::emit(std::string_view data, std::string& out) {
    const bool cut_usage = event_.usage_null || (event_.usage && (options_.hide_usage || !holding_));
    if (event_.usage_only && options_.hide_usage) return;
    out += "data: ";
    if (!event_.usage && !event_.usage_null && !event_.error_null && !options_.openrouter) {
        out += data;
        out += "\n\n";
        return;
    }
    if (cut_usage && !event_.error_null && !options_.openrouter && event_.usage_cut.begin > 0) {
        out.append(data, 0, event_.usage_cut.begin).append(data, event_.usage_cut.end).append("\n\n");
        return;
    }
    out += '{';
    if (options_.openrouter) append_flavour(out);
    JsonMembers members(data, 0);
    while (const auto member = members.next()) {
        const std::string_view key = member->key.of(data);
        if (key == "\"usage\"" && cut_usage) continue;
        if (key == "\"error\"") continue;  // null, or this event would not be emitted
        if (options_.openrouter && (key == "\"id\"" || key == "\"model\"" || key == "\"provider\"")) continue;
        if (out.back() != '{') out += ',';
        out += data.substr(member->key.begin, member->value.end - member->key.begin);
        if (key == "\"usage\"" && holding_) {
            usage_insert_at_ = out.size() - 1;
            usage_was_empty_ = JsonMembers(data, member->value.begin).next() == std::nullopt;
        }
    }
    out += "}\n\n";
}

void StreamMeter::append_flavour(std::string& out) const {
    out += "\"id\":\"";
    out += options_.generation;
    out += "\",\"provider\":";
    append_json_string(out, options_.provider);
    out += ",\"model\":";
    append_json_string(out, options_.model);
}

// The beginning of an event of our own, up to its choices.
void StreamMeter::begin_chunk(std::string& out) const {
    out += "data: {";
    if (options_.openrouter) {
        append_flavour(out);
    } else {
        out += "\"id\":\"" + facts_.upstream_id + "\"";  // still escaped
        out += ",\"model\":";
        append_json_string(out, options_.model);
    }
    out += options_.text_completions ? ",\"object\":\"text_completion\"" : ",\"object\":\"chat.completion.chunk\"";
    out += ",\"created\":" + std::to_string(options_.created);
}

// The usage chunk that the client is owed and the upstream did not send.
void StreamMeter::append_usage_chunk(const TokenUsage& usage, NanoUsd cost, std::string& out) const {
    begin_chunk(out);
    out += ",\"choices\":[],\"usage\":" + usage_json(usage, cost) + "}\n\n";
}

void StreamMeter::append_cut(std::string_view reason, std::string& out) {
    begin_chunk(out);
    out += ",\"choices\":[";
    for (std::size_t choice = 0; choice < static_cast<std::size_t>(options_.choices); ++choice) {
        if (choice < finished_.size() && finished_.test(choice)) continue;  // it has its reason
        if (out.back() == '}') out += ',';
        out += "{\"index\":" + std::to_string(choice);
        out += options_.text_completions ? ",\"text\":\"\"" : ",\"delta\":{}";
        out += ",\"finish_reason\":\"length\"}";
    }
    out += "],\"tollgate\":{\"cut\":\"" + std::string(reason) + "\"}}\n\n";
    held_.clear();
}

void StreamMeter::append_cut_end(const TokenUsage& usage, NanoUsd cost, std::string& out) const {
    if (!options_.hide_usage) append_usage_chunk(usage, cost, out);
    out += "data: [DONE]\n\n";
}

void StreamMeter::append_held(const TokenUsage& usage, NanoUsd cost, std::string& out) {
    if (usage_insert_at_ != std::string::npos) {
        char text[kUsdText];
        out.append(held_, 0, usage_insert_at_);
        out += usage_was_empty_ ? "\"cost\":" : ",\"cost\":";
        out.append(text, write_usd(cost, text));
        out.append(held_, usage_insert_at_);
    } else {
        out += held_;
        if (!options_.hide_usage) append_usage_chunk(usage, cost, out);
    }
    held_.clear();
    out += "data: [DONE]\n\n";
}

}  // namespace tollgate
