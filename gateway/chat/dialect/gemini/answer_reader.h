// Reads answers of Google's generateContent and streamGenerateContent, plain ones and the pieces of streams, of the
// Gemini API and of Vertex AI: https://ai.google.dev/api/generate-content#v1beta.GenerateContentResponse.
// Parts that only the API itself knows (tools that it runs, code, and their results) are no part of what is told.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/chat/answer_delta.h"
#include "gateway/chat/canonical/answer_reader.h"

namespace tollgate {

// A whole answer: one object, or the list of those of a stream that came without server-sent events. `body` is
// well-formed. Adds to `facts` and appends to `events`; the latter view the body, and `facts`.
AnswerRead read_gemini_answer(std::string_view body, AnswerDelta& facts, std::vector<AnswerEvent>& events);

// What of an answer has been told so far. A piece of a stream has the shape of a whole answer.
class GeminiAnswer {
  public:
    AnswerRead read(Json response, AnswerDelta& facts, std::vector<AnswerEvent>& events);
    // Of a plain answer: its choices that don't say why they end.
    void end(AnswerDelta& facts, std::vector<AnswerEvent>& events);
    bool begun() const { return begun_; }

  private:
    struct Choice {
        std::uint32_t parts = 0, calls = 0;
        AnswerEvent::Kind open = AnswerEvent::Kind::begin;  // text or reasoning that may go on; begin: none
        FinishReason finished = FinishReason::none;
        std::vector<std::string> cited;  // addresses
    };
    // What is read, and where it goes.
    struct Piece {
        std::uint32_t choice;
        AnswerDelta& facts;
        std::vector<AnswerEvent>& events;
    };

    void begin(Json id, AnswerDelta& facts, std::vector<AnswerEvent>& events);
    bool candidate(Json candidate, std::size_t position, AnswerDelta& facts, std::vector<AnswerEvent>& events);
    void blocked(Json feedback, AnswerDelta& facts, std::vector<AnswerEvent>& events);
    void part(Json part, const Piece& piece);
    void text(Json text, bool thought, Spelt signature, const Piece& piece);
    void call(Json call, Spelt signature, const Piece& piece);
    void image(Json data, Spelt signature, const Piece& piece);
    void citations(Json grounding, const Piece& piece);
    void finish(Spelt native, const Piece& piece);
    void sealed(Spelt signature, Spelt call_id, const Piece& piece);

    std::vector<Choice> choices_;  // by index
    std::string id_;
    bool begun_ = false;
};

class GeminiEventReader final : public EventReader {
  public:
    AnswerRead read(std::string_view name, std::string_view data, AnswerDelta& facts,
                    std::vector<AnswerEvent>& events) override;

  private:
    GeminiAnswer answer_;
};

}  // namespace tollgate
