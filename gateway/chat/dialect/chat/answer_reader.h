// Reads answers of upstreams that speak OpenAI's chat completions, plain ones and the events of streams, with all that
// the many of them write otherwise: https://platform.openai.com/docs/api-reference/chat/object.
#pragma once

#include <bitset>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/chat/answer_delta.h"
#include "gateway/chat/canonical/answer_reader.h"
#include "gateway/chat/dialect/chat/call_fragments.h"

namespace tollgate {

// A whole answer. `body` is well-formed. Adds to `facts` and appends to `events`; both view the body.
AnswerRead read_chat_answer(std::string_view body, AnswerDelta& facts, std::vector<AnswerEvent>& events);

// What of one choice has been told so far.
class ChatChoice {
  public:
    // `whole`: of a plain answer, whose calls are one entry each.
    ChatChoice(std::uint32_t index, bool whole) : index_(index), whole_(whole) {}

    // A `delta`, or a `message`: of a plain answer, or one behind deltas that has all that they told. `answer` is the
    // answer's id, which must outlive the events.
    void add_delta(Json delta, Spelt answer, AnswerDelta& facts, std::vector<AnswerEvent>& events);
    void add_message(Json message, Spelt answer, AnswerDelta& facts, std::vector<AnswerEvent>& events);
    // Its reason, if `choice` names one. Said again only where it is another one than before, since calls came.
    FinishReason finish(Json choice, AnswerDelta& facts, std::vector<AnswerEvent>& events);
    // The answer is whole. If the choice's end was not told yet, it is now.
    FinishReason end_unsaid(AnswerDelta& facts, std::vector<AnswerEvent>& events);
    // Whether a call's further arguments, in an event that says nothing else, are its own.
    bool goes_on(std::uint32_t call, Spelt arguments);
    std::uint32_t index() const { return index_; }
    FinishReason finished() const { return finished_; }  // none: it has not

  private:
    using Kind = AnswerEvent::Kind;
    static constexpr std::size_t kMostQuotedBytes = 1 << 20;

    // A part to which fragments may still be added.
    struct Open {
        Kind kind = Kind::begin;
        std::int64_t index = -1;  // of a reasoning detail, as the provider numbers them; -1: it has none
        std::uint32_t part = 0;
    };
    struct Call {
        bool told = false;
        std::uint32_t part = 0, number = 0;  // once it is told
        bool has_arguments = false;          // some have been told
        std::string early{};                 // arguments that came before the name
        std::string quoted{};                // those that are the text of a text, so far
    };

    struct Message;

    void add(const Message& message, Spelt answer, AnswerDelta& facts, std::vector<AnswerEvent>& events);
    void fragment(Kind kind, Spelt text, std::vector<AnswerEvent>& events);
    void content(Json content, std::vector<AnswerEvent>& events);
    void content_part(Json part, std::vector<AnswerEvent>& events);
    void reasoning(Json detail, std::vector<AnswerEvent>& events);
    void image(Json image, std::vector<AnswerEvent>& events);
    void tool_call(Json entry, Spelt answer, AnswerDelta& facts, std::vector<AnswerEvent>& events);
    void tell_call(Call& call, Spelt id, Spelt name, std::vector<AnswerEvent>& events);
    void tell_arguments(Call& call, AnswerEvent event, AnswerDelta& facts, std::vector<AnswerEvent>& events);
    void google_signature(Json of, Spelt call_id, std::vector<AnswerEvent>& events);
    void arguments(Call& call, Json arguments, AnswerDelta& facts, std::vector<AnswerEvent>& events);
    FinishReason finish_again(Spelt said, AnswerDelta& facts, std::vector<AnswerEvent>& events);
    void end_calls(FinishReason reason, AnswerDelta& facts, std::vector<AnswerEvent>& events);
    FinishReason end(Spelt said, Spelt native, Spelt stop, AnswerDelta& facts, std::vector<AnswerEvent>& events);
    AnswerEvent event_of(Kind kind, const Call& call) const;

    const std::uint32_t index_;
    const bool whole_;
    FinishReason finished_ = FinishReason::none;
    std::string native_;           // the word for it
    std::bitset<32> deltas_told_;  // kinds of events
    std::uint32_t parts_ = 0, told_calls_ = 0;
    Open open_, reasoning_;  // the part told last, and the reasoning told last that has no signature yet
    CallFragments fragments_;
    std::deque<Call> calls_;  // as the fragments are put together; where they are they stay: events view them
};

class ChatEventReader final : public EventReader {
  public:
    // `data` may also be the stream's end, [DONE], or a comment that someone wrapped as data. With the end come the
    // reasons of choices that had none.
    AnswerRead read(std::string_view name, std::string_view data, AnswerDelta& facts,
                    std::vector<AnswerEvent>& events) override;
    bool goes_on(const AnswerEvent& fragment) override;

  private:
    bool begun_ = false;
    std::string id_;  // of the answer, spelt
    std::vector<ChatChoice> choices_;
};

}  // namespace tollgate
