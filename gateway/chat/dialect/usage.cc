#include "gateway/chat/dialect/usage.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>

#include "gateway/chat/dialect/openai_text.h"
#include "gateway/chat/dialect/usage_names.h"
#include "gateway/text/json_members.h"

namespace tollgate {
namespace {

constexpr std::int64_t kMostTokens = 1'000'000'000;  // of one count: more is a slip, not a number of tokens

using Role = UsageRole;
using Name = UsageName;
using R = ReportedUsage;

// Where usage stands in an answer, beside `usage`. Those with a second name are objects that hold it.
struct Place {
    std::string_view name;
    std::string_view inner = {};
};
constexpr std::array kPlaces = {
    Place{"usageMetadata"},      // Gemini
    Place{"usage_metadata"},     // the same as Google's and LangChain's Python write it
    Place{"Usage"},              // Hunyuan
    Place{"timings"},            // llama.cpp
    Place{"x_groq", "usage"},    // Groq's streams
    Place{"message", "usage"},   // Anthropic's message_start
    Place{"response", "usage"},  // OpenAI's responses
    Place{"metadata", "usage"},  // Bedrock's ConverseStream
    Place{"meta"},               // Cohere's embeddings
    Place{"data", "usage"},      // proxies that wrap an answer
    Place{"x_cerebras", "usage"},
    Place{"token_usage"},                       // LangChain
    Place{"amazon-bedrock-invocationMetrics"},  // the last event of Bedrock's InvokeModelWithResponseStream
};

// Counts that stand in the answer itself, as Ollama's do, and those of proxies that take an answer apart.
constexpr std::array<std::string_view, 5> kBareCounts = {"prompt_eval_count", "eval_count", "prompt_tokens",
                                                         "completion_tokens", "total_tokens"};

const Name* find(const UsageNames& names, std::string_view key) {
    const std::string_view as_it_stands = key.substr(1, key.size() - 2);
    if (const Name* const found = names.find(as_it_stands)) return found;
    std::string unescaped_key;
    const std::string_view spelt = key_name(key, unescaped_key);
    return spelt.data() == as_it_stands.data() ? nullptr : names.find(spelt);
}

enum class Number : std::uint8_t { absent, plain, written_otherwise, unreadable };

Number read_number(std::string_view text, std::int64_t& out) {
    if (text == "null") return Number::absent;
    const bool quoted = text.size() >= 2 && text.front() == '"';
    if (quoted) {
        text = text.substr(1, text.size() - 2);
        text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
        text = text.substr(0, text.find_last_not_of(' ') + 1);
        if (text.starts_with('+')) text.remove_prefix(1);
    }
    std::int64_t value = 0;
    const char* const end = text.data() + text.size();
    auto [stop, error] = std::from_chars(text.data(), end, value);
    const bool odd = text.size() > 1 && (text.front() == '0' || text.front() == '-');  // 012, -0
    bool plain = !quoted && !odd;
    if (error == std::errc() && stop != end) {  // a fraction or an exponent
        double number = 0;
        const auto read = std::from_chars(text.data(), end, number);
        stop = read.ptr;
        error = read.ec;
        if (!(number >= 0 && number <= static_cast<double>(kMostTokens)) || number != std::floor(number)) {
            return Number::unreadable;
        }
        value = static_cast<std::int64_t>(number);
        plain = false;
    }
    if (error != std::errc() || stop != end || value < 0 || value > kMostTokens) return Number::unreadable;
    out = value;
    return plain ? Number::plain : Number::written_otherwise;
}

void take_count(const Name& name, std::string_view value, ReportedUsage& report) {
    std::int64_t number = 0;
    const Number read = read_number(value, number);
    if (read == Number::absent) return;
    if (read == Number::unreadable) {
        (name.role == Role::count ? report.unreadable : report.unreadable_part) = true;
        report.openai_text = false;
        return;
    }
    std::int64_t& count = report.*name.count;
    // Names of the same count in one object agree, or the one whose prompt is whole says more.
    count = std::max(count, number);
    if (name.mark != nullptr) report.*name.mark = true;
    if (number > 0 || name.openai) report.openai_text = report.openai_text && name.openai && read == Number::plain;
}

// What stands under a name that is not known may not even be JSON.
void check_unknown(std::string_view value, ReportedUsage& report) {
    report.openai_text = report.openai_text && may_be_value(value);
}

void take_written_of(std::string_view object, ReportedUsage& sum) {
    JsonMembers members(object, 0);
    while (const auto member = members.next()) {
        const Name* const part = find(kWrittenParts, member->key.of(object));
        if (part == nullptr) continue;
        ReportedUsage read;
        take_count(*part, member->value.of(object), read);
        if (read.*part->count != ReportedUsage::kAbsent) {
            sum.split_write = std::max<std::int64_t>(sum.split_write, 0) + read.*part->count;
        }
        sum.cache_write_1h = std::max(sum.cache_write_1h, read.cache_write_1h);
        sum.unreadable_part = sum.unreadable_part || read.unreadable_part;
        sum.openai_text = sum.openai_text && read.openai_text;
    }
}

// One of Bedrock's list: {"ttl":"1h","inputTokens":9}
void take_written_item(std::string_view item, ReportedUsage& sum) {
    const auto ttl = find_member(item, 0, "ttl"), tokens = find_member(item, 0, "inputTokens");
    if (!tokens) return;
    const bool hour = ttl && ttl->value.of(item) == "\"1h\"";
    const Name name{"inputTokens", Role::part, hour ? &R::cache_write_1h : &R::cache_write};
    ReportedUsage read;
    take_count(name, tokens->value.of(item), read);
    const std::int64_t written = std::max<std::int64_t>(read.*name.count, 0);
    sum.split_write = std::max<std::int64_t>(sum.split_write, 0) + written;
    if (hour) sum.cache_write_1h = std::max<std::int64_t>(sum.cache_write_1h, 0) + written;
    sum.unreadable_part = sum.unreadable_part || read.unreadable_part;
}

void take_written_list(std::string_view list, ReportedUsage& sum) {
    JsonMembers items(list, 0);
    std::size_t at = after_separator(list, 1);
    while (at < list.size() && list[at] != ']') {
        items.resume(at);
        const std::string_view item = items.skip_value().of(list);
        if (item.empty()) break;  // no value: the list is no JSON
        if (item.starts_with('{')) take_written_item(item, sum);
        at = after_separator(list, items.position());
    }
    sum.openai_text = false;
}

void take_written(const Name& name, std::string_view text, ReportedUsage& report) {
    ReportedUsage sum;
    if (text.starts_with('{')) take_written_of(text, sum);
    if (text.starts_with('[')) take_written_list(text, sum);
    report.merge(sum);
    if (name.mark != nullptr && sum.split_write != ReportedUsage::kAbsent) report.*name.mark = true;
    report.openai_text = report.openai_text && sum.openai_text && (name.openai || sum.split_write <= 0);
}

const UsageNames* parts_of(const Name* name) {
    if (name == nullptr) return nullptr;
    if (name->role == Role::prompt) return &kPromptParts;
    return name->role == Role::completion ? &kCompletionParts : nullptr;
}

// `whole` has come to the object whose members were walked.
void leave_behind(const JsonMembers& members, JsonMembers& whole) {
    if (members.closed()) {
        whole.resume(members.position() + 1);
    } else {
        whole.skip_value();
    }
}

// Of the object of parts that `whole` has come to, which is left behind: it is looked at once.
void read_parts(const UsageNames& names, std::string_view text, JsonMembers& whole, ReportedUsage& report) {
    const std::size_t at = whole.position();
    if (at >= text.size() || text[at] != '{') return check_unknown(whole.skip_value().of(text), report);
    JsonMembers members(text, at);
    while (const auto member = members.next()) {
        const Name* const name = find(names, member->key.of(text));
        const std::string_view value = member->value.of(text);
        if (name == nullptr) {
            check_unknown(value, report);
        } else if (name->role == Role::written) {
            take_written(*name, value, report);
        } else {
            take_count(*name, value, report);
        }
    }
    leave_behind(members, whole);
}

constexpr int kMostNesting = 2;  // of billed units and tokens, which stand in `usage` or `meta`

bool read_object(std::string_view text, int depth, ReportedUsage& report);

void read_inner(std::string_view text, int depth, bool& found, ReportedUsage& report) {
    if (depth < kMostNesting) found = read_object(text, depth + 1, report);
}

bool read_members(std::string_view text, JsonMembers& members, int depth, ReportedUsage& report) {
    ReportedUsage billed, other;
    bool any_billed = false, any_other = false;
    for (std::string_view key = members.next_key(); !key.empty(); key = members.next_key()) {
        const Name* const name = find(kUsageNames, key);
        const bool as_it_stands = name != nullptr && name->name.size() + 2 == key.size();
        if (!as_it_stands && key.find('\\') != std::string_view::npos) report.openai_text = false;
        if (const UsageNames* const parts = parts_of(name)) {
            read_parts(*parts, text, members, report);
            continue;
        }
        const std::string_view value = members.skip_value().of(text);
        if (name == nullptr) {
            check_unknown(value, report);
            continue;
        }
        switch (name->role) {
            case Role::count:
            case Role::part:
                take_count(*name, value, report);
                break;
            case Role::written:
                take_written(*name, value, report);
                break;
            case Role::billed:
                read_inner(value, depth, any_billed, billed);
                break;
            case Role::other:
                read_inner(value, depth, any_other, other);
                break;
            case Role::cost:
                report.openai_text = false;
                break;
            case Role::prompt:
            case Role::completion:
                break;
        }
    }
    if (any_billed || any_other) {
        report.merge(any_billed ? billed : other);
        report.openai_text = false;
    }
    return report.names_count() || report.unreadable;
}

bool read_object(std::string_view text, int depth, ReportedUsage& report) {
    if (!text.starts_with('{')) return false;
    JsonMembers members(text, 0);
    return read_members(text, members, depth, report);
}

void add(const ReportedUsage& read, ReportedUsage& report) {
    const bool first = !report.names_count() && !report.unreadable;
    if (first) {
        report = read;
    } else {
        report.merge(read);
    }
}

}  // namespace

bool read_usage(std::string_view object, ReportedUsage& report) {
    ReportedUsage read;
    if (!read_object(object, 0, read)) return false;
    add(read, report);
    return true;
}

bool read_usage(std::string_view text, JsonMembers& whole, ReportedUsage& report) {
    ReportedUsage read;
    JsonMembers members(text, whole.position());
    const bool names_count = read_members(text, members, 0, read);
    leave_behind(members, whole);
    if (names_count) add(read, report);
    return names_count;
}

bool read_usage_member(std::string_view name, std::string_view value, ReportedUsage& report) {
    if (name == "usage") return read_usage(value, report);
    if (std::ranges::find(kBareCounts, name) != kBareCounts.end()) {
        return read_usage("{\"" + std::string(name) + "\":" + std::string(value) + "}", report);
    }
    if (!value.starts_with('{')) return false;
    const auto place = std::ranges::find(kPlaces, name, &Place::name);
    if (place == kPlaces.end()) return false;
    if (place->inner.empty()) return read_usage(value, report);
    const auto inner = find_member(value, 0, place->inner);
    return inner && read_usage(inner->value.of(value), report);
}

}  // namespace tollgate
