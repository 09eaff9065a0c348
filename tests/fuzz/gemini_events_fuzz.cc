// Answers of Google's API, of any JSON: what clients get of them is JSON, plain and streamed, in its own dialect and in
// another, and pieces of it are events.
#include <algorithm>
#include <string>
#include <vector>

#include "gateway/chat/answer_meter.h"
#include "gateway/chat/dialect/chat/answer_writer.h"
#include "gateway/chat/dialect/chat/event_writer.h"
#include "gateway/chat/dialect/client_dialect.h"
#include "gateway/chat/dialect/gemini/answer_reader.h"
#include "gateway/chat/reader/sse.h"
#include "tests/fuzz/input.h"

namespace {

using tollgate::fuzz::require;

constexpr std::size_t kMostDepth = 64;
constexpr std::size_t kDeeper = 512;  // what is put around what was read

const tollgate::ChargedUsage kUsage{.counts = {.prompt = 5, .completion = 3}, .cost = "0.5"};

void require_events(std::string_view bytes) {
    tollgate::SseReader reader;
    reader.begin(std::size_t{1} << 24);
    while (reader.next(bytes) == tollgate::SseReader::Step::event) {
        const bool good = reader.data() == "[DONE]" || tollgate::is_json(reader.data(), kDeeper);
        require(good, "an event is JSON");
    }
}

void plain_answer(std::string_view body, const tollgate::AnswerOptions& options) {
    tollgate::AnswerDelta facts;
    std::vector<tollgate::AnswerEvent> events;
    if (tollgate::read_gemini_answer(body, facts, events) != tollgate::AnswerRead::event) return;
    std::string chat, own, passed;
    tollgate::write_chat_answer(events, options, kUsage, chat);
    require(tollgate::is_json(chat, kDeeper), "a chat completion is JSON");
    tollgate::gemini_client().write_answer(events, options, kUsage, own);
    require(tollgate::is_json(own, kDeeper), "an answer of Google's is JSON");
    tollgate::gemini_client().pass_answer(body, options, kUsage, passed);
    require(tollgate::is_json(passed, kDeeper), "an answer that passes is JSON");
}

// Each line is a response.
void stream(std::string_view text, const tollgate::AnswerOptions& options) {
    tollgate::GeminiEventReader reader;
    tollgate::AnswerMeter meter;
    meter.begin();
    tollgate::ChatEventWriter chat;
    const auto own = tollgate::gemini_client().event_writer();
    const auto passing = tollgate::gemini_client().passing_writer();
    std::string chat_out, own_out, passed;
    for (tollgate::EventWriter* const writer : {static_cast<tollgate::EventWriter*>(&chat), own.get()}) {
        writer->begin(options);
    }
    passing->begin(options);
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        tollgate::AnswerDelta facts;
        std::vector<tollgate::AnswerEvent> events;
        if (line.contains('\r') || !tollgate::is_json(line, kMostDepth)) continue;  // readers of frames leave none
        const auto read = reader.read({}, line, facts, events);
        if (read == tollgate::AnswerRead::invalid || read == tollgate::AnswerRead::error) break;  // as a relay does
        meter.add(facts);
        for (const tollgate::AnswerEvent& event : events) {
            chat.append(event, chat_out);
            own->append(event, own_out);
        }
        passing->pass({}, line, facts, passed);
    }
    chat.append_end(meter, kUsage, chat_out);
    own->append_end(meter, kUsage, own_out);
    passing->append_end(meter, kUsage, passed);
    require_events(chat_out);
    if (options.as_list) {
        require(tollgate::is_json(own_out, kDeeper), "a list is JSON");
        require(tollgate::is_json(passed, kDeeper), "a list that passes is JSON");
    } else {
        require_events(own_out);
        require_events(passed);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    tollgate::fuzz::Input input(data, size);
    tollgate::AnswerOptions options;
    const std::uint8_t choice = input.byte();
    options.as_list = (choice & 1) != 0;
    if ((choice & 2) != 0) options.inbound = &tollgate::openrouter_inbound();
    options.choices = 1 + (choice >> 6);
    options.generation = "gen-1";
    options.model = "m";
    const std::string_view text = input.rest();
    if (tollgate::is_json(text, kMostDepth)) plain_answer(text, options);
    stream(text, options);
    return 0;
}
