#include "gateway/upstream/plain_answer.h"

#include <algorithm>
#include <vector>

#include "gateway/chat/answer_meter.h"
#include "gateway/chat/dialect/openai_chunk.h"
#include "gateway/chat/dialect/openai_writer.h"
#include "gateway/chat/dialect/usage.h"
#include "gateway/exchange/token_usage.h"

namespace tollgate {
namespace {

constexpr std::size_t kMostMessageBytes = 1024;  // of a provider's error message
constexpr std::string_view kSpaces = " \t\r\n";

std::string_view unquoted(std::string_view json) {
    return json.size() >= 2 && json.front() == '"' ? json.substr(1, json.size() - 2) : std::string_view();
}

void note_choices(std::string_view body, TextSpan choices, PlainAnswer& answer) {
    answer.choices = choices;
    // It stands near the end; inside a string its quotes would be escaped.
    constexpr std::string_view kName = "\"finish_reason\":";
    const std::string_view text = choices.of(body);
    const auto at = text.rfind(kName);
    if (at == std::string_view::npos) return;
    std::string_view value = text.substr(at + kName.size());
    while (value.starts_with(' ')) value.remove_prefix(1);
    if (value.starts_with('"')) answer.finish_reason = value.substr(1, value.find('"', 1) - 1);
}

Error invalid_answer(const std::string& provider, std::string_view what) {
    return {ErrorKind::upstream_invalid_response, "provider " + provider + " sent " + std::string(what)};
}

Error reported_error(std::string_view body, const std::string& provider, TextSpan value) {
    Error error{ErrorKind::upstream_error, "provider " + provider + " answered 200 with an error"};
    if (!value.of(body).starts_with('{')) return error;
    const auto message = find_member(body, value.begin, "message");
    if (message) error.detail().message += ": " + unescaped(message->value.of(body), kMostMessageBytes);
    return error;
}

bool says_error(std::string_view value) {
    return value != "null" && value != "{}" && value != "false" && value != "\"\"";
}

struct Edit {
    std::uint32_t begin, end;
    std::string text;
};

void add_labels(std::string_view body, const PlainAnswer& answer, const AnswerSplices& splices,
                std::vector<Edit>& edits) {
    const std::string id =
        "\"" + std::string(splices.generation_id) + "\",\"provider\":" + std::string(splices.provider);
    const auto at = static_cast<std::uint32_t>(body.find('{')) + 1;
    if (answer.id) {
        edits.push_back({answer.id->value.begin, answer.id->value.end, id});
    } else {
        edits.push_back({at, at, "\"id\":" + id + (answer.empty ? "" : ",")});
    }
    if (answer.model) edits.push_back({answer.model->value.begin, answer.model->value.end, std::string(splices.model)});
}

Edit usage_edit(const PlainAnswer& answer, const AnswerSplices& splices) {
    if (answer.usage_end != 0) {
        return {answer.usage_end, answer.usage_end,
                (answer.usage_empty ? "\"cost\":" : ",\"cost\":") + to_usd(splices.cost)};
    }
    const std::string usage = usage_json(token_counts(splices.usage), to_usd(splices.cost));
    if (answer.usage_member) return {answer.usage_member->value.begin, answer.usage_member->value.end, usage};
    const bool first = answer.empty && !splices.labels;
    return {answer.object_end, answer.object_end, (first ? "\"usage\":" : ",\"usage\":") + usage};
}

}  // namespace

Error inspect_answer(std::string_view body, const std::string& provider, PlainAnswer& answer) {
    const auto open = body.find_first_not_of(kSpaces);
    if (open == std::string_view::npos || body[open] != '{') {
        return invalid_answer(provider, "a body that is not a JSON object");
    }
    JsonMembers members(body, open);
    while (const auto member = members.next()) {
        answer.empty = false;
        const std::string_view key = member->key.of(body);
        const std::string_view value = member->value.of(body);
        if (key == "\"usage\"") {
            answer.usage_member = member;
            if (!value.starts_with('{')) continue;
            answer.has_usage = parse_usage(value, answer.usage);
            answer.usage_end = member->value.end - 1;
            answer.usage_empty = !JsonMembers(body, member->value.begin).next().has_value();
        } else if (key == "\"error\"" && says_error(value)) {
            return reported_error(body, provider, member->value);
        } else if (key == "\"choices\"") {
            note_choices(body, member->value, answer);
        } else if (key == "\"id\"") {
            answer.id = member;
            answer.upstream_id = unquoted(value);
        } else if (key == "\"model\"") {
            answer.model = member;
        }
    }
    if (!members.closed() || body.find_first_not_of(kSpaces, members.position() + 1) != std::string_view::npos) {
        return invalid_answer(provider, "a body that is not a JSON object");
    }
    answer.object_end = static_cast<std::uint32_t>(members.position());
    return {};
}

// Walks the choices only where their size says that it is worth it.
bool contradicts_text(std::string_view body, const PlainAnswer& answer, std::int64_t visible_tokens) {
    constexpr std::int64_t kUsualStructureBytes = 200;  // of `choices`, around the text
    const auto size = static_cast<std::int64_t>(answer.choices.size());
    if (size == 0) return false;
    const std::int64_t text = std::max<std::int64_t>(size - kUsualStructureBytes, 0);
    if (!contradicts(visible_tokens, 0, size) && !contradicts(visible_tokens, 0, text)) return false;
    return contradicts(visible_tokens, 0, generated_bytes(body, answer.choices));
}

void append_spliced(std::string_view body, const PlainAnswer& answer, const AnswerSplices& splices, std::string& out) {
    if (!splices.labels && answer.usage_end != 0) {  // the usual case, without allocating
        char cost[kUsdText];
        out.append(body, 0, answer.usage_end).append(answer.usage_empty ? "\"cost\":" : ",\"cost\":");
        out.append(cost, write_usd(splices.cost, cost)).append(body, answer.usage_end);
        return;
    }
    std::vector<Edit> edits;
    if (splices.labels) add_labels(body, answer, splices, edits);
    edits.push_back(usage_edit(answer, splices));
    std::ranges::sort(edits, {}, &Edit::begin);
    std::size_t at = 0;
    for (const Edit& edit : edits) {
        out.append(body, at, edit.begin - at);
        out += edit.text;
        at = edit.end;
    }
    out.append(body, at);
}

Error inspect_tail(std::string_view tail, const std::string& provider, AnswerTail& facts) {
    const auto last_byte = tail.find_last_not_of(kSpaces);
    if (last_byte == std::string_view::npos || tail[last_byte] != '}') {
        return invalid_answer(provider, "a body that ends inside a JSON object");
    }
    constexpr std::string_view kName = "\"usage\"";
    const auto name = tail.rfind(kName);
    if (name == std::string_view::npos) return {};
    const auto open = tail.find_first_not_of(": \t\r\n", name + kName.size());
    if (open == std::string_view::npos || tail[open] != '{') return {};
    facts.usage_begin = open;
    facts.has_usage = parse_usage(tail.substr(open), facts.usage);
    return {};
}

void splice_tail(const AnswerTail& facts, NanoUsd cost, std::string& tail) {
    if (!facts.has_usage) return;
    JsonMembers members(tail, facts.usage_begin);
    while (members.next()) {
    }
    if (members.closed()) tail.insert(members.position(), ",\"cost\":" + to_usd(cost));
}

}  // namespace tollgate
