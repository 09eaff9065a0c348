// Parses the body of a request, of whatever API: validated whole, once, by simdjson's DOM (it refuses all that
// JSONTestSuite says must be refused; an on-demand walk that skips values does not), then only what the gateway needs
// is taken out of it.
#pragma once

#include <simdjson.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/chat/dialect/body_names.h"
#include "gateway/chat/dialect/media_set.h"
#include "gateway/chat/dialect/paid_extras.h"
#include "gateway/chat/dialect/prompt_faults.h"
#include "gateway/text/error.h"
#include "gateway/text/json_members.h"

namespace tollgate {

// Per worker; keeps its memory between requests.
using JsonParser = simdjson::dom::parser;

inline constexpr std::size_t kMaxMembers = 256;      // top-level members of a body
inline constexpr std::size_t kMostModelBytes = 128;  // a longer name is refused
inline constexpr std::size_t kMostLabelBytes = 128;  // of `user` and `session_id`, which are truncated

// OpenRouter's transform of that name: whether a prompt that is too long for its endpoint loses its middle.
enum class MiddleOut : std::uint8_t { unset, on, off };

struct BodyFacts {
    bool has_model = false;
    std::string model;  // unescaped, without a preset's name; empty if absent or null
    bool stream = false;
    bool include_usage = false;            // the client asked for usage in the stream
    std::int64_t output_bound = 0;         // tokens the request allows, 0: it names no bound; a bound of 0 counts as 1
    std::int64_t choices = 1;              // n
    std::int64_t prompt_bytes = 0;         // of text in the prompt
    std::int64_t prompt_extra_tokens = 0;  // messages, token ids, and media by what is in them
    bool prompt_is_text = true;            // but for the messages' constant: its tokens per byte can be learned
    MediaSet media;                        // in parts of the prompt; those that are only text are none
    MiddleOut middle_out = MiddleOut::unset;
    bool keeps_for_an_hour = false;  // some of the prompt is to stay in the provider's cache so long
    PromptFaults faults;
    PaidExtras extras;
    std::string end_user, session;
    std::string tags;                        // as request_tags.h has them
    std::string preset;                      // slug of the one that `preset` or the model's name asks for
    bool has_system_message = false;         // or a developer's, or instructions beside the messages
    std::vector<std::string> reply_options;  // names of the members of that object, where the API has one
    bool model_in_path = false;              // the body names none, and must not

    TextSpan model_value;                                    // when has_model; of what passes, a null, too
    bool model_is_plain = false;                             // it is the name itself, no JSON string: of a form
    TextSpan messages_value;                                 // of a chat
    TextSpan instructions_value;                             // that stand beside it
    std::array<TextSpan, 2> bound_values;                    // by BodyNames::bounds; size 0: absent
    TextSpan models_value, provider_value, cache_key_value;  // where it goes: the same, and not looked at yet
    bool has_stream_options = false;
    TextSpan stream_options_value;
    std::optional<JsonMember> include_usage_member;  // in it
    std::vector<JsonMember> members;                 // top level, in order
    std::vector<bool> gateway_only;                  // members that are not sent upstream (OpenRouter's routing fields)
    std::uint32_t removed = 0;                       // which of them do nothing here: see append_removed()
    std::uint32_t object_begin = 0;                  // offset of '{'

    void clear();
};

// Names the members that were taken out of the body and do nothing here, separated by commas.
void append_removed(const BodyFacts& facts, std::string& out);

// `text` must have simdjson's padding behind it. Errors: invalid_json, invalid_request; messages name the field.
Error parse_body(JsonParser& parser, std::string_view text, std::size_t max_depth, const BodyNames& names,
                 BodyFacts& facts);

}  // namespace tollgate
