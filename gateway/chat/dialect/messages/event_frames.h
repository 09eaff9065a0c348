// The events of streams of Anthropic's Messages API, as bytes:
// https://docs.anthropic.com/en/api/messages-streaming. Each has its name in an `event:` line, without which its SDKs
// see nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/chat/dialect/messages/answer_parts.h"

namespace tollgate {

inline constexpr Json kMessageStop = R"({"type":"message_stop"})";

void append_frame(std::string_view name, Json data, std::string& out);

// `content` is the block as it begins.
void append_block_start(std::uint32_t index, Json content, std::string& out);
void append_block_stop(std::int64_t index, std::string& out);
// A fragment of a block's text: {"type":"text_delta","text":…}
void append_delta(std::uint32_t index, std::string_view type, std::string_view name, Spelt text, std::string& out);

// `cut`: what was wanting, of a stream that was cut; empty: nothing.
void append_message_delta(const AnswerEnd& end, std::string_view cut, Json usage, std::string& out);

}  // namespace tollgate
