// An answer of Bedrock's Converse, plain or as the events of a stream, a line each with its name before it, of any
// bytes: what is told of it begins once, ends once, names no call before it is told, and is spelt as JSON is.
#include <string>
#include <string_view>
#include <vector>

#include "gateway/chat/canonical/json_text.h"
#include "gateway/chat/dialect/converse/answer_reader.h"
#include "tests/fuzz/input.h"

namespace {

using namespace tollgate;
using tollgate::fuzz::require;
using Kind = AnswerEvent::Kind;

constexpr std::size_t kDepth = 64;

class Listener {
  public:
    void take(const AnswerEvent& event) {
        if (event.kind == Kind::call) require(event.call == calls_++, "calls are counted");
        if (event.kind == Kind::arguments) require(event.call < calls_, "a call comes first");
        require(event.part >= part_ || event.kind == Kind::begin || event.kind == Kind::finish || streamed_,
                "parts are counted");
        part_ = event.part;
        for (const Spelt text : {event.text, event.id, event.name, event.native_reason, event.stop_sequence}) {
            require(is_json("\"" + std::string(text) + "\"", kDepth), "texts are as they are spelt");
        }
        if (!event.value.empty()) require(is_json(event.value, kDepth), "values are JSON");
    }
    void expect_stream() { streamed_ = true; }  // whose blocks may come mixed

  private:
    std::uint32_t calls_ = 0, part_ = 0;
    bool streamed_ = false;
};

void check_facts(AnswerRead read, const AnswerDelta& facts, const std::vector<AnswerEvent>& events) {
    const bool says = read == AnswerRead::event || read == AnswerRead::done;
    require(says || events.empty(), "only events say something, and the end");
    require(facts.text.bytes >= facts.text.reasoning_bytes && facts.text.reasoning_bytes >= 0, "texts are counted");
    require(facts.finish_reasons == 0 || !facts.finish_reason.empty(), "an end has its reason");
}

void check_plain(std::string_view body) {
    if (!is_json(body, kDepth)) return;
    AnswerDelta facts;
    std::vector<AnswerEvent> events;
    check_facts(read_converse_answer(body, facts, events), facts, events);
    Listener listener;
    for (const AnswerEvent& event : events) listener.take(event);
}

void check_stream(std::string_view text) {
    ConverseEventReader reader;
    Listener listener;
    listener.expect_stream();
    while (!text.empty()) {
        const std::string line(text.substr(0, text.find('\n')));  // its own block: a sanitizer sees its end
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        const auto space = std::min(line.find(' '), line.size());
        const std::string_view data = std::string_view(line).substr(std::min(space + 1, line.size()));
        if (!is_json(data, kDepth)) continue;
        AnswerDelta facts;
        std::vector<AnswerEvent> events;
        check_facts(reader.read(std::string_view(line).substr(0, space), data, facts, events), facts, events);
        for (const AnswerEvent& event : events) listener.take(event);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    check_plain(text);
    check_stream(text);
    return 0;
}
