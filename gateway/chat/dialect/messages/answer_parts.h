// How parts of answers stand in answers of Anthropic's Messages API, streamed or not.
#pragma once

#include <string>
#include <string_view>

#include "gateway/chat/answer_options.h"
#include "gateway/chat/canonical/answer_event.h"

namespace tollgate {

// Up to its content: {"id":…,"type":"message",…,"content":
void begin_message(const AnswerOptions& options, Spelt upstream_id, std::string& out);

// Why an answer ended.
struct AnswerEnd {
    FinishReason reason = FinishReason::none;
    Spelt native_reason{}, stop_sequence{};
    bool refused = false;  // the answer has a refusal
};
// "stop_reason":…,"stop_sequence":…
void append_stop(const AnswerEnd& end, std::string& out);

// Of a signature and of sealed reasoning: what a client keeps and sends back, spelt. See CarriedReasoning. `call`: the
// id of the call that the signature is of.
void append_signature(const AnswerEvent& event, std::string& out);
void append_sealed(const AnswerEvent& event, std::string& out);
void append_signature_beside(const AnswerEvent& event, Spelt call, std::string& out);

// The API's own answer, or the message that a stream begins with, under the gateway's names where the inbound API
// labels answers; else as it is.
void append_labelled(Json message, const AnswerOptions& options, std::string& out);

// A picture that the model made, as a block.
void append_image_block(const AnswerEvent& event, std::string& out);

// One of OpenAI's annotations, as a citation of a page that was found.
void append_citation(Json annotation, std::string& out);

}  // namespace tollgate
