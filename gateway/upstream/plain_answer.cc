#include "gateway/upstream/plain_answer.h"

#include <algorithm>

#include "gateway/chat/dialect/openai_chunk.h"
#include "gateway/chat/dialect/openai_writer.h"
#include "gateway/chat/dialect/provider_error.h"
#include "gateway/chat/dialect/usage.h"
#include "gateway/exchange/token_usage.h"
#include "gateway/upstream/upstream_refusal.h"

namespace tollgate {
namespace {

constexpr std::string_view kSpaces = " \t\r\n";

std::string_view unquoted(std::string_view json) {
    return json.size() >= 2 && json.front() == '"' ? json.substr(1, json.size() - 2) : std::string_view();
}

// It stands near the end; inside a string its quotes would be escaped.
std::string_view last_finish_reason(std::string_view choices) {
    constexpr std::string_view kName = "\"finish_reason\"";
    const auto at = choices.rfind(kName);
    if (at == std::string_view::npos) return {};
    const auto value = choices.find_first_not_of(": \t\r\n", at + kName.size());
    if (value == std::string_view::npos || choices[value] != '"') return {};
    return choices.substr(value + 1, choices.find('"', value + 1) - value - 1);
}

Error invalid_answer(const AnswerSource& source, std::string_view what) {
    return {ErrorKind::upstream_invalid_response,
            "provider " + std::string(source.provider) + " sent " + std::string(what)};
}

Error reported_error(std::string_view body, const AnswerSource& source) {
    static const Credential kNone;
    const Credential& credential = source.credential == nullptr ? kNone : *source.credential;
    return judge_reported(read_provider_error(body), source.provider, credential);
}

// Of the object or list that begins at `at`; the end of the text is none.
bool first_inside_is(char what, std::string_view text, std::size_t at) {
    const std::size_t first = after_separator(text, at + 1);
    return first < text.size() && text[first] == what;
}

// A list whose first element is none is as good as empty.
bool has_choice(std::string_view value) { return value.starts_with('[') && first_inside_is('{', value, 0); }

// That `members` has come to, which is left behind.
void note_usage(std::string_view body, JsonMembers& members, PlainAnswer& answer) {
    answer.escaped_keys = answer.escaped_keys || answer.usage_end != 0;
    const std::size_t begin = members.position();
    if (begin >= body.size() || body[begin] != '{') {
        members.skip_value();
        return;
    }
    answer.has_usage = read_usage(body, members, answer.usage) || answer.has_usage;
    answer.usage_end = static_cast<std::uint32_t>(members.position()) - 1;
    answer.usage_empty = !first_inside_is('"', body, begin);
}

void note_usage_elsewhere(std::string_view name, std::string_view value, PlainAnswer& answer) {
    ReportedUsage report;
    if (!read_usage_member(name, value, report)) return;
    const ReportedUsage before = answer.usage;
    answer.usage.merge(report);
    answer.has_usage = true;
    if (answer.usage != before) answer.usage.openai_text = false;
}

}  // namespace

Error inspect_answer(std::string_view body, const AnswerSource& source, PlainAnswer& answer) {
    const auto open = body.find_first_not_of(kSpaces);
    if (open != std::string_view::npos && body[open] == '[' && read_provider_error(body)) {
        return reported_error(body, source);  // Google's
    }
    if (open == std::string_view::npos || body[open] != '{') {
        return invalid_answer(source, "a body that is not a JSON object");
    }
    JsonMembers members(body, open);
    bool error = false;
    std::string unescaped_key;
    for (std::string_view key = members.next_key(); !key.empty(); key = members.next_key()) {
        const std::string_view name = key_name(key, unescaped_key);
        if (name.data() == unescaped_key.data()) answer.escaped_keys = true;
        if (name == "usage") {
            note_usage(body, members, answer);
            continue;
        }
        const TextSpan span = members.skip_value();
        const std::string_view value = span.of(body);
        if (name == "choices") {
            answer.choices = has_choice(value) ? span : TextSpan{};
        } else if (name == "id") {
            answer.upstream_id = unquoted(value);
        } else if (!says_nothing(name)) {
            if (name != "object") note_usage_elsewhere(name, value, answer);
            error = error || says_error(name, value);
        }
    }
    if (!members.closed() || body.find_first_not_of(kSpaces, members.position() + 1) != std::string_view::npos) {
        return invalid_answer(source, "a body that is not a JSON object");
    }
    const bool answers = source.call == ModelCall::embeddings || answer.choices.size() > 0;
    if (error || !answers) return reported_error(body, source);
    if (answer.choices.size() > 0) answer.finish_reason = last_finish_reason(answer.choices.of(body));
    return {};
}

Error inspect_beginning(std::string_view beginning, const AnswerSource& source) {
    constexpr std::size_t kToldOf = 64 * 1024;  // of an error
    UsageScanner scanner;
    for (std::string_view left = beginning; !left.empty() && !scanner.answers() && !scanner.says_error();) {
        const std::string_view part = left.substr(0, kToldOf);
        scanner.feed(part);
        left.remove_prefix(part.size());
    }
    if (scanner.broken()) return invalid_answer(source, "a body that is not a JSON object");
    const bool answers = source.call == ModelCall::embeddings || scanner.may_answer();
    if (answers && !scanner.says_error()) return {};
    return reported_error(beginning.substr(0, kToldOf), source);
}

Error inspect_scanned(const UsageScanner& scanner, const AnswerSource& source) {
    const bool answers = source.call == ModelCall::embeddings || scanner.answers();
    if (scanner.says_error()) return reported_error(scanner.error(), source);
    return answers ? Error{} : invalid_answer(source, "JSON without an answer");
}

GeneratedText generated_text(std::string_view body, PlainAnswer& answer) {
    if (answer.choices.size() == 0) return {};
    ReportedUsage in_choices;
    const GeneratedText text = read_choices(body, answer.choices, in_choices);
    if (in_choices.names_count() && !answer.has_usage) {
        answer.usage.merge(in_choices);
        answer.usage.openai_text = false;
        answer.has_usage = true;
    }
    return text;
}

void append_spliced(std::string_view body, const PlainAnswer& answer, const AnswerSplices& splices, std::string& out) {
    char cost_text[kUsdText];
    const std::string_view cost =
        splices.told_cost.empty() ? std::string_view(cost_text, write_usd(splices.cost, cost_text)) : splices.told_cost;
    const TokenCounts counts = token_counts(splices.usage);
    const bool as_it_is =
        splices.reported && !answer.usage_empty && !answer.escaped_keys && shows(answer.usage, counts);
    if (!splices.labels && answer.usage_end != 0 && as_it_is) {  // the usual case, without allocating
        out.append(body, 0, answer.usage_end).append(",\"cost\":");
        out.append(cost).append(body, answer.usage_end);
        return;
    }
    std::string labels;
    if (splices.labels) {
        labels = "\"id\":\"" + std::string(splices.generation_id) + "\",\"provider\":" + std::string(splices.provider) +
                 ",\"model\":" + std::string(splices.model);
    }
    const ChargedUsage charged{.counts = counts, .reported = splices.reported && !answer.usage_empty, .cost = cost};
    append_rewritten(body, labels, &charged, out);
}

}  // namespace tollgate
