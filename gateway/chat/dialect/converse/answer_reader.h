// Reads answers of Bedrock's Converse, and the events of ConverseStream:
// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html,
// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html.
// What models and services do by themselves (tools that they run, and their results) is no part of what is told.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/chat/answer_delta.h"
#include "gateway/chat/canonical/answer_reader.h"

namespace tollgate {

// A whole answer. `body` is well-formed. Adds to `facts` and appends to `events`; both view the body.
AnswerRead read_converse_answer(std::string_view body, AnswerDelta& facts, std::vector<AnswerEvent>& events);

// The name of an event is that of its frame: `contentBlockDelta`.
class ConverseEventReader final : public EventReader {
  public:
    AnswerRead read(std::string_view name, std::string_view data, AnswerDelta& facts,
                    std::vector<AnswerEvent>& events) override;

  private:
    static constexpr std::size_t kMostBlocks = 4096;  // of an answer

    // Only those of tools and pictures are told to begin: the others do with what comes first.
    struct Block {
        enum class Kind : std::uint8_t { none, text, reasoning, tool, image, foreign };
        Kind kind = Kind::none;
        bool has_arguments = false;  // of a tool: some have been told
        std::uint32_t part = 0, call = 0;
        std::string media_type{};  // of an image
    };
    struct Event {
        Block& block;
        AnswerDelta& facts;
        std::vector<AnswerEvent>& events;
    };

    AnswerRead in_block(std::string_view name, std::string_view data, AnswerDelta& facts,
                        std::vector<AnswerEvent>& events);
    void start(Json content, Event event);
    void delta(Json content, Event event);
    void reasoning(Json content, Event event);
    static void stop(Event event);
    void begin(Block& block, Block::Kind kind);

    std::vector<Block> blocks_;
    std::uint32_t parts_ = 0, calls_ = 0;
    bool finished_ = false;
};

}  // namespace tollgate
