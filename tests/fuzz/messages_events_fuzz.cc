// The events of a stream of Anthropic's Messages API, one a line, on their way to clients of that API, passed on and
// written anew, and to those of chat completions: what they get are events of JSON, and blocks are started and stopped
// once.
#include <set>
#include <string>
#include <vector>

#include "gateway/chat/canonical/json_text.h"
#include "gateway/chat/dialect/chat/event_writer.h"
#include "gateway/chat/dialect/client_dialect.h"
#include "gateway/chat/dialect/messages/answer_reader.h"
#include "gateway/chat/reader/sse.h"
#include "tests/fuzz/input.h"

namespace {

using tollgate::fuzz::require;

constexpr std::size_t kMostDepth = 64;
constexpr tollgate::ChargedUsage kUsage{.counts = {.prompt = 9, .completion = 2, .cache_read = 3}, .cost = "0.5"};

// Of a stream that was written anew.
void check_blocks(std::string_view type, std::string_view event, std::set<std::string>& open) {
    const std::string index(tollgate::member(event, "index"));
    if (type == "content_block_start") require(open.insert(index).second, "a block is started once");
    if (type == "content_block_delta") require(open.contains(index), "a delta is of an open block");
    if (type == "content_block_stop") require(open.erase(index) == 1, "a block is stopped once");
    if (type == "message_delta") require(open.empty(), "all blocks are stopped before the end");
}

void check_stream(std::string_view out, bool written) {
    tollgate::SseReader reader;
    reader.begin(1 << 24);
    std::set<std::string> open;
    while (reader.next(out) == tollgate::SseReader::Step::event) {
        const std::string_view data = reader.data();
        if (data == "[DONE]") continue;
        require(tollgate::is_json(data, 2 * kMostDepth), "an event is JSON");
        if (written) check_blocks(reader.name(), data, open);
    }
    require(open.empty(), "every block is stopped");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest = tollgate::fuzz::Input(data, size).rest();
    tollgate::MessagesEventReader reader;
    tollgate::AnswerMeter meter;
    meter.begin();
    tollgate::AnswerOptions options;
    options.inbound = &tollgate::messages_inbound();
    const auto writer = tollgate::messages_client().event_writer();
    const auto passing = tollgate::messages_client().passing_writer();
    tollgate::ChatEventWriter chat;
    writer->begin(options);
    passing->begin(options);
    chat.begin(tollgate::AnswerOptions());
    std::string written, passed, chunks;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        const std::string_view event = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (event.find('\r') != std::string_view::npos || !tollgate::is_json(event, kMostDepth)) continue;
        tollgate::AnswerDelta facts;
        std::vector<tollgate::AnswerEvent> events;
        const auto read = reader.read({}, event, facts, events);
        if (read == tollgate::AnswerRead::invalid || read == tollgate::AnswerRead::error) break;  // as a relay does
        meter.add(facts);
        for (const tollgate::AnswerEvent& one : events) {
            writer->append(one, written);
            chat.append(one, chunks);
        }
        passing->pass({}, event, facts, passed);
    }
    writer->append_end(meter, kUsage, written);
    passing->append_end(meter, kUsage, passed);
    chat.append_end(meter, kUsage, chunks);
    check_stream(written, true);
    check_stream(passed, false);
    check_stream(chunks, false);
    return 0;
}
