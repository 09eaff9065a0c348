// Reads answers of Anthropic's Messages API, plain ones and the events of streams:
// https://docs.anthropic.com/en/api/messages, https://docs.anthropic.com/en/api/messages-streaming.
// Blocks that only the API itself knows (tools that it runs, and their results) are no part of what is told.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/chat/answer_delta.h"
#include "gateway/chat/canonical/answer_reader.h"

namespace tollgate {

// A whole answer. `body` is well-formed. Adds to `facts` and appends to `events`; both view the body.
AnswerRead read_messages_answer(std::string_view body, AnswerDelta& facts, std::vector<AnswerEvent>& events);

// What of an answer has been told so far.
class MessagesParts {
  public:
    // What the API calls its reasons, in OpenAI's words. An answer that ends with calls ends because of them.
    FinishReason finish_reason(std::string_view native) const;
    std::uint32_t next_part() { return parts_++; }
    std::uint32_t next_call() { return calls_++; }

  private:
    std::uint32_t parts_ = 0, calls_ = 0;
};

class MessagesEventReader final : public EventReader {
  public:
    AnswerRead read(std::string_view name, std::string_view data, AnswerDelta& facts,
                    std::vector<AnswerEvent>& events) override;

  private:
    static constexpr std::size_t kMostBlocks = 4096;  // of an answer
    static constexpr std::uint32_t kNoBlock = UINT32_MAX;

    struct Block {
        enum class Kind : std::uint8_t { text, thinking, redacted, tool, foreign };
        Kind kind = Kind::foreign;
        bool open = false;
        bool has_arguments = false;  // of a tool: some have been told
        std::uint32_t part = 0, call = 0;
        std::string input{};  // of a tool: what its beginning has of its arguments
    };

    void begin(Json id, AnswerDelta& facts, std::vector<AnswerEvent>& events);
    AnswerRead start(Json index, Json content, AnswerDelta& facts, std::vector<AnswerEvent>& events);
    AnswerRead delta(Json index, Json delta, AnswerDelta& facts, std::vector<AnswerEvent>& events);
    AnswerRead stop(Json index, AnswerDelta& facts, std::vector<AnswerEvent>& events);
    void end_call(Block& block, AnswerDelta& facts, std::vector<AnswerEvent>& events);
    void end(Json delta, AnswerDelta& facts, std::vector<AnswerEvent>& events);
    Block* open_block(Json index);  // null: there is none

    bool begun_ = false, finished_ = false;
    std::vector<Block> blocks_;
    MessagesParts parts_;
};

}  // namespace tollgate
