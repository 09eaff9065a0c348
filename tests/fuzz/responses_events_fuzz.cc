// Events of the Responses API, of any bytes, as its own clients get them and as if they were another dialect's: what
// comes out is JSON in every frame, with rising numbers.
#include <string>

#include "gateway/chat/canonical/answer_reader.h"
#include "gateway/chat/dialect/responses/answer_reader.h"
#include "gateway/chat/dialect/responses/answer_writer.h"
#include "gateway/chat/dialect/responses/event_writer.h"
#include "gateway/chat/dialect/responses/passing_writer.h"
#include "gateway/chat/reader/sse.h"
#include "tests/fuzz/input.h"

namespace {

using tollgate::AnswerRead;
using tollgate::fuzz::require;

constexpr std::size_t kMostBytes = std::size_t{1} << 20, kMostDepth = 128;

const tollgate::AnswerEcho kEcho{.tools = {{"f", "f", "", true}, {"g", "h", "n", false}}, .members = {}};

void check_frames(std::string_view bytes, bool numbered) {
    tollgate::SseReader reader;
    reader.begin(64 * kMostBytes);
    std::int64_t next = 0;
    for (auto step = reader.next(bytes); step != tollgate::SseReader::Step::more; step = reader.next(bytes)) {
        if (step != tollgate::SseReader::Step::event) continue;
        require(tollgate::is_json(reader.data(), 2 * kMostDepth), "a frame is JSON");
        if (!numbered) continue;
        require(tollgate::member(reader.data(), "sequence_number") == std::to_string(next++), "numbers rise by one");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    tollgate::fuzz::Input input(data, size);
    const bool labels = (input.byte() & 1) != 0;
    std::string_view bytes = input.rest();
    tollgate::AnswerOptions options;
    options.inbound = labels ? &tollgate::openrouter_inbound() : &tollgate::openai_inbound();
    options.echo = &kEcho;
    options.generation = "gen-1";
    tollgate::ResponsesEventReader reader;
    tollgate::ResponsesEventWriter writer;
    tollgate::ResponsesPassingWriter passing;
    writer.begin(options);
    passing.begin(options);
    tollgate::AnswerMeter meter;
    meter.begin();
    std::string written, passed;
    tollgate::SseReader sse;
    sse.begin(kMostBytes);
    for (auto step = sse.next(bytes); step != tollgate::SseReader::Step::more; step = sse.next(bytes)) {
        if (step == tollgate::SseReader::Step::too_large) break;
        if (step != tollgate::SseReader::Step::event || !tollgate::is_json(sse.data(), kMostDepth)) continue;
        tollgate::AnswerDelta facts;
        std::vector<tollgate::AnswerEvent> events;
        const AnswerRead read = reader.read(sse.name(), sse.data(), facts, events);
        if (read != AnswerRead::event && read != AnswerRead::done) continue;
        meter.add(facts);
        for (const tollgate::AnswerEvent& event : events) writer.append(event, written);
        passing.pass(sse.name(), sse.data(), facts, passed);
        facts = {};
        events.clear();
        if (tollgate::read_responses_answer(sse.data(), facts, events) != AnswerRead::event) continue;
        std::string plain;
        tollgate::write_responses_answer(events, options, {.cost = "0"}, plain);
        require(tollgate::is_json(plain, 2 * kMostDepth), "a plain answer is JSON");
    }
    writer.append_end(meter, {.cost = "0"}, written);
    passing.append_end(meter, {.cost = "0"}, passed);
    check_frames(written, true);
    check_frames(passed, false);
    return 0;
}
