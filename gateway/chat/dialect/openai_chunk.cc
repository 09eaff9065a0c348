#include "gateway/chat/dialect/openai_chunk.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "gateway/chat/dialect/provider_error.h"
#include "gateway/chat/dialect/usage.h"

namespace tollgate {
namespace {

constexpr std::string_view kPadding = "obfuscation";  // OpenAI's
constexpr std::string_view kDone = "[DONE]";

// [DONE], in quotes, without its brackets or in small letters.
bool is_end_mark(std::string_view data) {
    constexpr std::string_view kWord = "done", kAround = "[]\"";
    const auto begin = data.find_first_not_of(kAround);
    if (begin == std::string_view::npos || data.size() > kDone.size() + 2) return false;
    data = data.substr(begin, data.find_last_not_of(kAround) + 1 - begin);
    return std::ranges::equal(data, kWord, [](char a, char b) { return (a | 0x20) == b; });
}

}  // namespace

std::string_view event_payload(std::string_view data) {
    constexpr std::string_view kSpaces = " \t", kField = "data:";
    if (data.starts_with('{') && data.ends_with('}')) return data;  // the usual case
    do {
        if (data.starts_with(kField)) data.remove_prefix(kField.size());
        data.remove_prefix(std::min(data.find_first_not_of(kSpaces), data.size()));
        data = data.substr(0, data.find_last_not_of(kSpaces) + 1);
    } while (data.starts_with(kField));
    if (data == "null") return {};
    return is_end_mark(data) ? kDone : data;
}

bool says_nothing(std::string_view name) {
    return name == "created" || name == "model" || name == "system_fingerprint" || name == "service_tier" ||
           name == kPadding;
}

namespace {

std::string_view unquoted(std::string_view string) { return string.substr(1, string.size() - 2); }

void add_usage(std::string_view name, std::string_view value, std::optional<ReportedUsage>& usage) {
    ReportedUsage report;
    if (!read_usage_member(name, value, report)) return;
    if (usage) {
        usage->merge(report);
    } else {
        usage = report;
    }
}

// One event, or the choices of a whole answer.
class ChunkWalk {
  public:
    ChunkWalk(std::string_view data, bool whole, AnswerDelta& delta)
        : data_(data), whole_(whole), text_(data), delta_(delta) {}

    // Returns where the array at `at` ends; the end of the data if it is malformed.
    std::size_t choices(std::size_t at) {
        at = after_separator(data_, at + 1);
        delta_.choices = at < data_.size() && data_[at] == '{';
        while (at < data_.size() && data_[at] == '{') at = after_separator(data_, choice(at));
        delta_.text = text_.found();
        delta_.error = delta_.error || text_.failed();
        return at < data_.size() && data_[at] == ']' ? at + 1 : data_.size();
    }
    // Of the choices; the answer's own is of all of them.
    void note_usage() {
        if (!usage_) return;
        if (delta_.usage) {
            if (delta_.usage->completion <= 0) delta_.usage->merge(*usage_);
        } else {
            delta_.usage = usage_;
            delta_.usage_choice = first_index_;
        }
    }
    bool calls() const { return text_.calls(); }
    const FreeStrings& strings() const { return text_.strings(); }
    bool malformed() const { return text_.malformed() || malformed_; }

  private:
    std::size_t choice(std::size_t at) {
        std::size_t index = 0;
        bool finished = false;
        std::optional<ReportedUsage> usage;
        JsonMembers members(data_, at);
        for (std::string_view key = members.next_key(); !key.empty(); key = members.next_key()) {
            const std::string_view name = key_name(key, unescaped_key_);
            if ((name == "delta" || name == "message") && !repeats(name, at)) {
                members.resume(text_.message(members.position()));
                const TextSpan inside = text_.take_usage();
                if (inside.size() > 0) add_usage("usage", inside.of(data_), usage);
                continue;
            }
            if (name == "text") {
                members.resume(text_.string(members.position()));
                continue;
            }
            const std::string_view value = members.skip_value().of(data_);
            malformed_ = malformed_ || !may_be_value(value);
            if (name == "index") std::from_chars(value.data(), value.data() + value.size(), index);
            if (name == "finish_reason" && value.starts_with('"') && value.size() > 2) {  // "" says that there is none
                delta_.finish_reason = unquoted(value);
                ++delta_.finish_reasons;
                finished = true;
            }
            const bool failed =
                name == "finish_reason" ? value == "\"error\"" : name == "error" && says_error(name, value);
            delta_.error = delta_.error || failed;
            if (name == "usage") add_usage(name, value, usage);
        }
        if (usage) add_choice_usage(*usage, index);
        if (finished && index < kMostChoices) delta_.finished.set(index);
        return members.closed() ? members.position() + 1 : data_.size();
    }

    // Some send both: in an event `message` is all the text so far, in a whole answer `delta` is no news.
    bool repeats(std::string_view name, std::size_t choice) const {
        if ((name == "message") == whole_) return false;
        const auto other = find_member(data_, choice, whole_ ? "message" : "delta");
        return other && other->value.of(data_).starts_with('{');
    }

    // All of an event's are noted as the first one's: which they are is the same in each event that has several.
    void add_choice_usage(const ReportedUsage& usage, std::size_t index) {
        if (usage_) {
            usage_->add_choice(usage);
        } else {
            usage_ = usage;
            first_index_ = std::min(index, kMostChoices - 1);
        }
    }

    std::string_view data_;
    const bool whole_;
    OpenAiText text_;
    std::optional<ReportedUsage> usage_;
    std::size_t first_index_ = 0;
    AnswerDelta& delta_;
    std::string unescaped_key_;
    bool malformed_ = false;
};

// `previous_end` is where the member before ended.
void note_usage(std::string_view text, TextSpan value, std::uint32_t previous_end, OpenAiChunk& chunk) {
    if (chunk.usage) chunk.escaped_keys = true;  // it stands twice
    chunk.usage = true;
    chunk.usage_value = text.starts_with('{') ? value : TextSpan{};
    chunk.usage_cut = {previous_end, value.end};
}

// What an event is, by the members that it has.
struct Members {
    bool choices = false;  // any that is no empty list
    bool object = false;   // it names the kind of answer that it is of
    bool words = false;    // as errors have them that name no error
};

void note_member(std::string_view name, std::string_view text, Members& seen, OpenAiChunk& chunk) {
    if (name == "object" && text.size() > 2 && text.front() == '"') seen.object = true;
    if (name == "id" && text.size() > 2 && text.front() == '"' && chunk.delta.id.empty())
        chunk.delta.id = unquoted(text);
    if (says_error(name, text)) {
        chunk.delta.error = true;
    } else if (name == "error") {
        chunk.error_null = true;
    }
    seen.words = seen.words || holds_words(name, text);
}

// Choices are walked, not skipped and walked again.
void walk_chunk(std::string_view data, OpenAiChunk& chunk) {
    JsonMembers members(data, 0);
    ChunkWalk walk(data, false, chunk.delta);
    Members seen;
    bool malformed = false;
    std::uint32_t previous_end = 0;
    std::string unescaped_key;
    for (std::string_view key = members.next_key(); !key.empty(); key = members.next_key()) {
        const std::string_view name = key_name(key, unescaped_key);
        if (name.data() == unescaped_key.data()) chunk.escaped_keys = true;
        if (name == "choices" && members.position() < data.size() && data[members.position()] == '[') {
            const std::size_t begin = members.position();
            members.resume(walk.choices(begin));
            chunk.strings = walk.strings();
            chunk.calls = walk.calls();
            seen.choices = data[after_separator(data, begin + 1)] != ']';
        } else {
            const TextSpan value = members.skip_value();
            const std::string_view text = value.of(data);
            malformed = malformed || !may_be_value(text);
            if (name == kPadding && text.starts_with('"')) chunk.strings.add(value, FreeStrings::Kind::padding);
            if (!says_nothing(name)) note_member(name, text, seen, chunk);
            if (!says_nothing(name) && name != "id" && name != "object") add_usage(name, text, chunk.delta.usage);
            if (name == "usage") note_usage(text, value, previous_end, chunk);
        }
        previous_end = static_cast<std::uint32_t>(members.position());
    }
    walk.note_usage();
    if (seen.words && !seen.choices && !seen.object && !chunk.delta.usage) chunk.delta.error = true;
    chunk.usage_only = chunk.usage_value.size() > 0 && !seen.choices;
    const bool whole = members.closed() && members.position() == data.size() - 1;
    if (whole && !malformed && !walk.malformed()) chunk.kind = OpenAiChunk::Kind::chunk;
}

}  // namespace

OpenAiChunk read_openai_chunk(std::string_view data) {
    OpenAiChunk chunk;
    if (data.front() == '{' && data.back() == '}') {
        walk_chunk(data, chunk);
    } else if (data == kDone) {
        chunk.kind = OpenAiChunk::Kind::done;
    } else if (data.front() == ':') {
        chunk.kind = OpenAiChunk::Kind::comment;
    } else if (data.front() == '[' && read_provider_error(data)) {  // Google's
        chunk.kind = OpenAiChunk::Kind::chunk;
        chunk.delta.error = true;
    }
    return chunk;
}

GeneratedText read_choices(std::string_view body, TextSpan choices, ReportedUsage& usage) {
    AnswerDelta delta;
    ChunkWalk walk(body.substr(0, choices.end), true, delta);
    walk.choices(choices.begin);
    walk.note_usage();
    if (delta.usage) usage.merge(*delta.usage);
    return delta.text;
}

}  // namespace tollgate
