#include "gateway/chat/dialect/openai_from_events.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <map>
#include <set>

#include "gateway/chat/answer_meter.h"
#include "gateway/chat/dialect/chat/passed_calls.h"
#include "gateway/chat/dialect/openai_chunk.h"

namespace tollgate {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostDepth = 64;

// Strings that name something: a later one does not continue them.
bool names_something(std::string_view key) {
    static constexpr std::array<std::string_view, 8> kNames = {
        "id", "type", "role", "object", "format", "finish_reason", "model", "system_fingerprint"};
    return std::ranges::find(kNames, key) != kNames.end();
}

constexpr std::size_t kValueBytes = 32;  // of memory, of a value beside its text, and of a member's name

std::size_t memory_of(const json::value& value) {
    std::size_t bytes = kValueBytes;
    if (value.is_string()) bytes += value.get_string().size();
    if (value.is_array()) {
        for (const json::value& element : value.get_array()) bytes += memory_of(element);
    }
    if (value.is_object()) {
        for (const auto& [key, member] : value.get_object()) bytes += kValueBytes + key.size() + memory_of(member);
    }
    return bytes;
}

// Puts the parts of values together, and adds up the memory that they take.
class Merge {
  public:
    explicit Merge(std::size_t& bytes) : bytes_(bytes) {}

    void value(json::value& into, const json::value& delta, std::string_view key) {
        if (delta.is_null()) return;
        if (into.is_string() && delta.is_string()) {
            text(into.get_string(), delta.get_string(), key);
        } else if (into.is_object() && delta.is_object()) {
            object(into.get_object(), delta.get_object());
        } else if (into.is_array() && delta.is_array()) {
            array(into.get_array(), delta.get_array());
        } else if (delta.is_array()) {
            into = json::array();
            array(into.get_array(), delta.get_array());
        } else {
            into = delta;
            bytes_ += memory_of(delta);
        }
    }

  private:
    void text(json::string& into, const json::string& delta, std::string_view key) {
        if (names_something(key)) {
            if (!delta.empty()) into = delta;
        } else if (key != "name" || into != delta) {  // some repeat a function's name in every part
            into += delta;
            bytes_ += delta.size();
        }
    }
    void object(json::object& into, const json::object& delta) {
        for (const auto& [key, part] : delta) {
            if (!into.contains(key)) bytes_ += kValueBytes + key.size();
            value(into[key], part, key);
        }
    }
    // Parts that carry an index continue the element that had the same.
    void array(json::array& into, const json::array& delta) {
        for (const json::value& part : delta) {
            const json::value* const index = part.is_object() ? part.get_object().if_contains("index") : nullptr;
            const auto same = std::ranges::find_if(into, [index](const json::value& element) {
                if (index == nullptr || !element.is_object()) return false;
                const json::value* const own = element.get_object().if_contains("index");
                return own != nullptr && *own == *index;
            });
            if (same == into.end()) {
                into.push_back(part);
                bytes_ += memory_of(part);
            } else {
                object(same->get_object(), part.get_object());
            }
        }
    }

    std::size_t& bytes_;
};

void drop_indexes(json::value& calls) {
    if (!calls.is_array()) return;
    for (json::value& call : calls.get_array()) {
        if (call.is_object()) call.get_object().stable_erase("index");
    }
}

}  // namespace

struct OpenAiFromEvents::Answer {
    json::object members;  // all but the choices
    std::map<std::int64_t, json::object> choices;
    std::set<std::int64_t> with_deltas;  // choices
    PassedCalls passed;
    AnswerMeter meter;
    bool finished = false;
    std::size_t bytes = 0;

    void add_choice(const json::object& part) {
        std::int64_t index = 0;
        if (const json::value* const given = part.if_contains("index"); given != nullptr && given->is_int64()) {
            index = given->get_int64();
        }
        if (!choices.contains(index)) bytes += kValueBytes;
        json::object& choice = choices[index];
        for (const auto& [key, value] : part) {
            if (key == "delta") {
                if (!value.is_object()) continue;
                Merge(bytes).value(choice["message"], value, key);
                with_deltas.insert(index);
            } else if (key == "finish_reason") {
                if (!value.is_string() || value.get_string().empty()) continue;
                choice[key] = value;
                finished = true;
            } else if (key == "message" && with_deltas.contains(index)) {
                fill_in(choice["message"], value);
            } else if (key != "index") {
                Merge(bytes).value(choice[key], value, key);
            }
        }
    }

    // The deltas so far, again: what none of them told.
    void fill_in(json::value& message, const json::value& whole) {
        if (!message.is_object() || !whole.is_object()) return;
        for (const auto& [key, value] : whole.get_object()) {
            json::value& told = message.get_object()[key];
            const bool empty = told.is_null() || (told.is_string() && told.get_string().empty());
            if (empty) Merge(bytes).value(told, value, key);
        }
    }

    void add(const json::object& event) {
        for (const auto& [key, value] : event) {
            if (key == "choices") {
                if (!value.is_array()) continue;
                for (const json::value& choice : value.get_array()) {
                    if (choice.is_object()) add_choice(choice.get_object());
                }
            } else if (key != "object" && key != "error" && !value.is_null()) {
                // Reports of usage may grow from event to event: members of a later one replace those before.
                if (key == "usage" && members[key].is_object() && value.is_object()) {
                    for (const auto& [name, count] : value.get_object()) {
                        if (count.is_null()) continue;
                        json::object& report = members[key].get_object();
                        if (!report.contains(name)) bytes += kValueBytes + name.size() + memory_of(count);
                        report[name] = count;
                    }
                } else {
                    if (!members.contains(key)) bytes += kValueBytes + key.size() + memory_of(value);
                    members[key] = value;
                }
            }
        }
    }

    // An answer that is not streamed says it beside its choices.
    void fail(const json::object& event) {
        members = event;
        const json::value* const list = event.if_contains("choices");
        members.erase("choices");
        if (list == nullptr || !list->is_array()) return;
        for (const json::value& choice : list->get_array()) {
            const json::value* const error = choice.is_object() ? choice.get_object().if_contains("error") : nullptr;
            if (error != nullptr && !members.contains("error")) members["error"] = *error;
        }
    }

    // Where each report is of its own event, the last one is not the answer's.
    void add_up_usage() {
        json::value* const usage = members.if_contains("usage");
        const ReportedUsage reported = reported_usage(meter.facts(), 0);
        if (usage == nullptr || !usage->is_object() || reported.completion == meter.facts().usage.completion) return;
        usage->get_object()["completion_tokens"] = reported.completion;
        usage->get_object().stable_erase("total_tokens");
    }

    json::object whole() {
        add_up_usage();
        json::array list;
        bool completions = false;
        for (auto& [index, choice] : choices) {
            completions = choice.contains("text");
            json::object ordered{{"index", index}};
            for (auto& [key, value] : choice) ordered[key] = std::move(value);
            if (!completions) {
                if (!ordered["message"].is_object()) ordered["message"].emplace_object();
                json::object& message = ordered["message"].get_object();
                if (!message.contains("role")) message["role"] = "assistant";
                if (!message.contains("content")) message["content"] = nullptr;
                if (json::value* const calls = message.if_contains("tool_calls")) drop_indexes(*calls);
            }
            if (!ordered.contains("finish_reason")) ordered["finish_reason"] = nullptr;
            list.push_back(std::move(ordered));
        }
        json::object answer = std::move(members);
        answer["object"] = completions ? "text_completion" : "chat.completion";
        json::value usage;
        if (json::value* const reported = answer.if_contains("usage")) {
            usage = std::move(*reported);
            answer.stable_erase("usage");
        }
        answer["choices"] = std::move(list);
        if (usage.is_object()) answer["usage"] = std::move(usage);
        return answer;
    }
};

OpenAiFromEvents::OpenAiFromEvents(std::size_t max_event_bytes, std::size_t max_bytes)
    : answer_(std::make_unique<Answer>()), max_bytes_(max_bytes) {
    reader_.begin(max_event_bytes);
}

OpenAiFromEvents::~OpenAiFromEvents() = default;

OpenAiFromEvents::State OpenAiFromEvents::take_bytes(std::string_view bytes) {
    while (state_ == State::more) {
        switch (reader_.next(bytes)) {
            case SseReader::Step::more:
                return state_;
            case SseReader::Step::event:
                state_ = take_event(reader_.data());
                break;
            case SseReader::Step::comment:
                break;
            case SseReader::Step::too_large:
                state_ = State::too_large;
                break;
        }
    }
    return state_;
}

OpenAiFromEvents::State OpenAiFromEvents::take_event(std::string_view data) {
    data = event_payload(data);
    if (data.empty() || data.front() == ':') return State::more;  // a comment that someone wrapped as data
    if (data == "[DONE]") return State::done;
    const OpenAiChunk chunk = read_openai_chunk(data);
    std::string mended;
    const bool calls = chunk.kind == OpenAiChunk::Kind::chunk && (chunk.calls || chunk.delta.finish_reasons > 0);
    if (calls && answer_->passed.mend(data, mended)) data = mended;
    json::error_code failed;
    json::parse_options options;
    options.max_depth = kMostDepth;
    const json::value event = json::parse(json::string_view(data.data(), data.size()), failed, {}, options);
    if (failed || !event.is_object()) return State::invalid;
    const json::object& members = event.get_object();
    if (chunk.kind == OpenAiChunk::Kind::chunk) answer_->meter.add(chunk.delta);
    if (reader_.name() == "error" || chunk.delta.error) {
        answer_->fail(members);
        return State::failed;
    }
    answer_->add(members);
    return answer_->bytes > max_bytes_ ? State::too_large : State::more;
}

std::size_t OpenAiFromEvents::bytes() const { return answer_->bytes; }

bool OpenAiFromEvents::complete() const {
    return state_ == State::done || (state_ == State::more && answer_->finished);
}

std::string OpenAiFromEvents::take() {
    return json::serialize(state_ == State::failed ? std::move(answer_->members) : answer_->whole());
}

}  // namespace tollgate
