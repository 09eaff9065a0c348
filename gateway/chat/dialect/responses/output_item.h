// An output item of an answer of the Responses API, as far as it has come.
#pragma once

#include <cstdint>
#include <string>

#include "gateway/chat/canonical/answer_event.h"
#include "gateway/chat/dialect/responses/text_argument.h"

namespace tollgate {

struct OutputItem {
    enum class Kind : std::uint8_t { message, reasoning, call, custom_call, image };

    Kind kind = Kind::message;
    std::uint32_t index = 0;  // of the answer's items
    std::string id{};
    bool open = true;
    std::uint32_t part = 0;  // of the answer, that is written now
    std::uint32_t call = 0;  // of a call

    // Of a message its content, of reasoning what is shown of it: parts, one after the other. Of a call its arguments,
    // of a picture its data.
    std::string text{};            // of the part that is written now
    std::uint32_t text_index = 0;  // of it
    bool has_text = false;         // there is one
    bool refusal = false;          // it is one
    std::string annotations{};     // of it, without brackets
    std::uint32_t annotation_count = 0;
    std::string parts{};  // those that are whole, without brackets

    bool summary = false;  // reasoning: what is shown is a summary
    ReasoningFormat format = ReasoningFormat::unknown;
    std::string sealed{};                         // `encrypted_content`
    std::string call_id{}, name{}, name_space{};  // of a call; the client's names
    TextArgument argument{};                      // of a custom call
    std::string json{};  // of one that is closed: the whole item; what stands above has been given back
};

// The part that is written now.
void append_part(const OutputItem& item, std::string& out);
// The item with the parts that are whole. `status`: in_progress, completed or incomplete.
void append_item(const OutputItem& item, std::string_view status, std::string& out);
// One of OpenAI's annotations as this API has it: without the object in it that chat completions have.
void append_annotation(Json annotation, std::string& out);

}  // namespace tollgate
