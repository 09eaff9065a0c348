#include "gateway/chat/dialect/chat/passed_calls.h"

#include <algorithm>

#include "gateway/chat/dialect/chat/finish_reason.h"
#include "gateway/chat/model_call.h"
#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

void append_name(std::string_view name, std::string& out) {
    if (out.back() != '{') out += ',';
    append_json_string(out, name);
    out += ':';
}

// The object with other values where `write(name, value, out)` writes one; false: the member stays.
template <class Write>
void append_members(Json object, std::string& out, Write&& write) {
    out += '{';
    each_member(object, [&](std::string_view name, Json value) {
        append_name(name, out);
        if (!write(name, value, out)) out += value;
    });
    out += '}';
}

template <class Write>
void append_elements(Json array, std::string& out, Write&& write) {
    out += '[';
    each_element(array, [&](Json one) {
        if (out.back() != '[') out += ',';
        write(one, out);
    });
    out += ']';
}

// Whether the reason hides that there are calls.
bool hides_calls(Json reason) {
    const Spelt said = spelt(reason);
    if (said.empty() || said == "tool_calls" || said == "function_call") return false;
    return read_chat_finish(said, true) == FinishReason::tool_calls;
}

constexpr std::string_view kCalls = R"("tool_calls")";

bool has_calls(Json choice) {
    const Json calls = member(member(choice, "message"), "tool_calls");
    return is_array(calls) && next_element(calls, 1) + 1 < calls.size();
}

}  // namespace

PassedCalls::Choice& PassedCalls::choice_at(Json index) {
    const std::int64_t told = std::clamp<std::int64_t>(whole_number(index).value_or(0), 0, kMostChoices - 1);
    const auto at = static_cast<std::size_t>(told);
    if (at >= choices_.size()) choices_.resize(at + 1);
    return choices_[at];
}

void PassedCalls::append_call(Choice& choice, Json entry, std::string& out) {
    const CallFragment fragment = read_call_fragment(entry);
    if (!is_object(entry) || fragment.says_nothing()) {
        out += entry;
        return;
    }
    std::vector<std::int64_t>& numbers = choice.numbers;
    const std::size_t place = choice.fragments.add(fragment);
    const bool begins = place == numbers.size();
    if (begins) {
        const bool taken = fragment.index < 0 || std::ranges::find(numbers, fragment.index) != numbers.end();
        const std::int64_t next = numbers.empty() ? 0 : *std::ranges::max_element(numbers) + 1;
        numbers.push_back(taken ? next : fragment.index);
    }
    const CallFragments::Call& call = choice.fragments.at(place);
    const bool needs_name = begins && fragment.name.empty() && !call.name.empty();
    const bool needs_id = begins && fragment.id.empty();
    if (numbers[place] == fragment.index && !needs_name && !needs_id) {
        out += entry;
        return;
    }
    changed_ = true;
    ((out += "{\"index\":") += std::to_string(numbers[place]));
    if (needs_id) ((out += ",\"id\":\"") += made_call_id(id_, place)) += '"';
    each_member(entry, [&](std::string_view name, Json value) {
        if (name == "index" || (needs_id && name == "id")) return;
        append_name(name, out);
        const bool named = needs_name && name == "function" && is_object(value);
        if (!named) {
            out += value;
            return;
        }
        append_members(value, out, [&](std::string_view inner, Json, std::string& into) {
            if (inner == "name") ((into += '"') += call.name) += '"';
            return inner == "name";
        });
    });
    out += '}';
}

void PassedCalls::append_calls(Choice& choice, Json calls, std::string& out) {
    if (!is_array(calls)) return append_call(choice, calls, out);
    append_elements(calls, out, [&](Json entry, std::string& into) { append_call(choice, entry, into); });
}

bool PassedCalls::mend(std::string_view event, std::string& mended) {
    changed_ = false;
    id_ = spelt(member(event, "id"));
    mended.clear();
    append_members(event, mended, [&](std::string_view name, Json value, std::string& out) {
        if (name != "choices" || !is_array(value)) return false;
        append_elements(value, out, [&](Json one, std::string& into) {
            Choice& choice = choice_at(member(one, "index"));
            const Json calls = member(member(one, "delta"), "tool_calls");
            std::string told;
            if (says_something(calls)) append_calls(choice, calls, told);
            append_members(one, into, [&](std::string_view inner, Json of_choice, std::string& text) {
                const bool ends = inner == "finish_reason" && !choice.numbers.empty() && hides_calls(of_choice);
                if (ends) text += kCalls;
                changed_ = changed_ || ends;
                if (inner != "delta" || told.empty()) return ends;
                append_members(of_choice, text, [&](std::string_view member_name, Json, std::string& delta) {
                    if (member_name == "tool_calls") delta += told;
                    return member_name == "tool_calls";
                });
                return true;
            });
        });
        return true;
    });
    return changed_;
}

bool mend_finish_reasons(std::string_view body, std::string& mended) {
    bool changed = false;
    body.remove_prefix(std::min(body.find('{'), body.size()));
    mended.clear();
    append_members(body, mended, [&](std::string_view name, Json value, std::string& out) {
        if (name != "choices" || !is_array(value)) return false;
        append_elements(value, out, [&](Json choice, std::string& into) {
            const bool calls = has_calls(choice);
            append_members(choice, into, [&](std::string_view inner, Json of_choice, std::string& text) {
                const bool ends = inner == "finish_reason" && calls && hides_calls(of_choice);
                if (ends) text += kCalls;
                changed = changed || ends;
                return ends;
            });
        });
        return true;
    });
    return changed;
}

}  // namespace tollgate
