// Writes an answer of another dialect for clients of Anthropic's Messages API:
// https://docs.anthropic.com/en/api/messages-streaming. Its blocks come one after the other: each is started once,
// stopped once, and no delta names one that is not open.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/chat/canonical/answer_writer.h"
#include "gateway/chat/canonical/arguments_end.h"
#include "gateway/chat/canonical/kept_events.h"

namespace tollgate {

class MessagesEventWriter final : public EventWriter {
  public:
    void begin(const AnswerOptions& options) override;
    void append(const AnswerEvent& event, std::string& out) override;
    void append_ping(std::string& out) override;
    void append_end(const AnswerMeter& meter, const ChargedUsage& usage, std::string& out) override;
    void append_cut(const AnswerMeter& meter, std::string_view reason, std::string& out) override;
    void append_cut_end(const AnswerMeter& meter, const ChargedUsage& usage, std::string& out) override;
    void append_error(const Error& error, std::string& out) override;

  private:
    // Of calls that come at the same time each waits for the one before. Beyond this, their blocks are open together.
    static constexpr std::size_t kMostHeldBytes = 256 << 10;

    enum class BlockKind : std::uint8_t { text, thinking, tool };
    struct Block {
        BlockKind kind = BlockKind::text;
        std::uint32_t index = 0;  // as the client counts
        std::uint32_t part = 0, call = 0;
        bool sealed = false;  // thinking, whose signature is told
        ArgumentsEnd arguments{};
    };
    struct CallId {
        std::uint32_t part = 0;
        std::string id;
    };

    void message_start(Spelt id, std::string& out);
    void message_end(const ChargedUsage& usage, std::string& out);
    void finish(const AnswerEvent& event);

    bool must_wait(const AnswerEvent& event) const;
    void hold(const AnswerEvent& event, std::string& out);
    void release(std::string& out);
    void release_all(std::string& out);

    void write(const AnswerEvent& event, std::string& out);
    void write_text(const AnswerEvent& event, std::string& out);
    void write_reasoning(const AnswerEvent& event, std::string& out);
    void write_signature(const AnswerEvent& event, std::string& out);
    void write_sealed(const AnswerEvent& event, std::string& out);
    void write_call(const AnswerEvent& event, std::string& out);
    void write_arguments(const AnswerEvent& event, std::string& out);

    Spelt call_of(std::uint32_t part) const;  // its id; empty: the part is none
    Block* open_block(BlockKind kind, std::uint32_t part);
    Block& start_block(BlockKind kind, const AnswerEvent& event, std::string_view content, std::string& out);
    void whole_block(std::string_view content, std::string& out);
    void stop_blocks(std::string& out);
    void make_room(std::string& out);

    AnswerOptions options_;
    bool begun_ = false;
    std::uint32_t blocks_ = 0;  // so far
    std::vector<Block> open_;
    KeptEvents held_;               // that wait
    bool together_ = false;         // calls' blocks are open at the same time
    std::vector<CallId> call_ids_;  // of those that were told
    bool refused_ = false;
    FinishReason reason_ = FinishReason::none;
    std::string native_reason_, stop_sequence_, cut_;
};

}  // namespace tollgate
