// What a prompt has that its own API would refuse: mostly what this gateway itself put into an answer of another
// provider, and the client sent back. Found while the prompt is measured, so that no other prompt is looked at again;
// mended by mend_prompt.h.
#pragma once

#include <simdjson.h>

#include <string_view>

namespace tollgate {

struct PromptFaults {
    bool history = false;             // the list of messages is to be looked at
    bool unsigned_parts = false;      // the same, where the endpoint takes only reasoning, or calls, that it signed
    bool blank_instructions = false;  // some of the system prompt is

    void clear() { *this = {}; }
};

// Of the parts of one message, so far.
struct PartsBefore {
    bool other_than_results = false, calls = false;
    bool ends_thinking = false;  // the last one is reasoning
};

// Names are those of all APIs: what an API does not have is in none of its prompts.

// Of a part of a message; `type` is its own, or empty.
void note_part_faults(const simdjson::dom::object& part, std::string_view type, PartsBefore& before,
                      PromptFaults& faults);
// Of a message, or an item that is none; `type` and `role` are its own, or empty.
void note_message_faults(const simdjson::dom::object& message, std::string_view type, std::string_view role,
                         PromptFaults& faults);
// Of a signature, or of what is sealed.
void note_seal_faults(std::string_view sealed, PromptFaults& faults);
// Of what a text cites.
void note_citation_faults(const simdjson::dom::element& citations, PromptFaults& faults);
// Of a system prompt that stands beside the messages.
void note_instruction_faults(const simdjson::dom::element& instructions, PromptFaults& faults);

}  // namespace tollgate
