// An answer of chat completions, plain or streamed in pieces, of any bytes: what is told of it begins once, names no
// call before it is told, and is JSON when it is written for clients.
#include <bitset>
#include <map>
#include <string>
#include <vector>

#include "gateway/chat/answer_meter.h"
#include "gateway/chat/canonical/json_text.h"
#include "gateway/chat/dialect/chat/answer_reader.h"
#include "gateway/chat/dialect/chat/answer_writer.h"
#include "gateway/chat/dialect/chat/event_writer.h"
#include "gateway/chat/reader/sse.h"
#include "tests/fuzz/input.h"

namespace {

using namespace tollgate;
using tollgate::fuzz::require;
using Kind = AnswerEvent::Kind;

constexpr std::size_t kDepth = 64;
constexpr std::size_t kMostBytes = std::size_t{1} << 16;

AnswerOptions options_of() {
    AnswerOptions options;
    options.inbound = &openrouter_inbound();
    options.generation = "gen-1";
    options.provider = "provider";
    options.model = "model";
    return options;
}

class Listener {
  public:
    void take(const std::vector<AnswerEvent>& events) {
        for (const AnswerEvent& event : events) take(event);
    }
    std::string written() const { return out_; }

  private:
    void take(const AnswerEvent& event) {
        require(begun_ == (event.kind != Kind::begin), "the beginning is told first, and once");
        begun_ = true;
        require(event.choice < kMostChoices, "choices are bounded");
        if (event.kind == Kind::call) require(event.call == calls_[event.choice]++, "calls are counted");
        if (event.kind == Kind::arguments) require(event.call < calls_[event.choice], "a call comes first");
        if (event.kind == Kind::finish) {
            // Some providers say "stop" in every chunk, so text and calls may follow.
            const bool again = finished_.test(event.choice);
            require(!again || event.reason != FinishReason::stop, "a choice stops once");
            finished_.set(event.choice);
        }
        for (const Spelt text : {event.text, event.id, event.name, event.native_reason, event.stop_sequence}) {
            require(is_json("\"" + std::string(text) + "\"", kDepth), "texts are as they are spelt");
        }
        if (!event.value.empty()) require(is_json(event.value, kDepth), "values are JSON");
        const std::size_t before = out_.size();
        if (before == 0) writer_.begin(options_of());
        writer_.append(event, out_);
        if (out_.size() == before) return;
        std::string_view chunk = std::string_view(out_).substr(before);
        require(chunk.starts_with("data: ") && chunk.ends_with("\n\n"), "an event is written");
        chunk.remove_prefix(6);
        require(is_json(chunk, kDepth + 8), "it is JSON");
    }

    bool begun_ = false;
    std::bitset<kMostChoices> finished_;
    std::map<std::uint32_t, std::uint32_t> calls_;
    ChatEventWriter writer_;
    std::string out_;
};

std::string streamed(std::string_view body, std::size_t piece_bytes) {
    SseReader sse;
    sse.begin(kMostBytes);
    ChatEventReader reader;
    Listener listener;
    for (; !body.empty(); body.remove_prefix(std::min(piece_bytes, body.size()))) {
        std::string_view piece = body.substr(0, piece_bytes);
        while (true) {
            const auto step = sse.next(piece);
            if (step == SseReader::Step::more) break;
            if (step != SseReader::Step::event) return listener.written();
            const std::string data(sse.data());
            const bool json = is_json(data, kDepth);
            if (data.find('{') != std::string::npos && !json) continue;
            AnswerDelta facts;
            std::vector<AnswerEvent> events;
            const AnswerRead read = reader.read({}, data, facts, events);
            const bool says = read == AnswerRead::event || read == AnswerRead::done;
            require(says || events.empty(), "only events say something, and the end");
            listener.take(events);
        }
    }
    return listener.written();
}

void check_plain(std::string_view body) {
    if (!is_json(body, kDepth)) return;
    AnswerDelta facts;
    std::vector<AnswerEvent> events;
    if (read_chat_answer(body, facts, events) != AnswerRead::event) return;
    Listener().take(events);
    std::string out;
    write_chat_answer(events, options_of(), {.counts = {}, .cost = "0"}, out);
    require(is_json(out, kDepth + 8), "an answer is written as JSON");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const std::size_t piece = 1 + input.byte();
    const std::string_view text = input.rest();
    check_plain(text);
    require(streamed(text, std::max<std::size_t>(text.size(), 1)) == streamed(text, piece),
            "pieces make no difference");
    return 0;
}
