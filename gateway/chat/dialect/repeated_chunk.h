// The usual event of a stream repeats the one before, but for its strings: the generated text, and padding. Where all
// else is the same, byte for byte, it says the same, and only the strings have to be read.
#pragma once

#include <string>
#include <string_view>

#include "gateway/chat/dialect/openai_chunk.h"

namespace tollgate {

class RepeatedChunk {
  public:
    static constexpr std::size_t kMostBytes = 4096;  // of an event that is kept

    void forget() { event_.clear(); }
    // Keeps the event, which was read as `chunk`, if all that it says is text.
    void learn(std::string_view data, const OpenAiChunk& chunk);
    // Whether `data` is that event with other strings. `chunk`, a new one, is then what read_openai_chunk() makes of
    // it, but for the id and the places of the strings, which are not looked for again.
    bool read(std::string_view data, OpenAiChunk& chunk) const;

  private:
    std::string event_;  // empty: there is none
    FreeStrings strings_;
    bool choices_ = false;
    bool usage_ = false;  // it has a `usage` that says nothing
    TextSpan usage_cut_;
};

}  // namespace tollgate
