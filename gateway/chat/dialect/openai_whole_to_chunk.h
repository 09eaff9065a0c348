// A whole answer of OpenAI's API as the one chunk that says the same, rewritten while its bytes pass: for a client that
// asked for a stream and an answer too large to hold. Sans I/O, in bounded memory.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tollgate {

class OpenAiWholeToChunk {
  public:
    // Takes bytes of a JSON object, split anywhere; appends the chunk, on one line. Each choice's `message` becomes its
    // `delta`, and its tool calls get an index. What stands before the object's brace is left out. Whether it is
    // well-formed is for others to tell.
    void take(std::string_view bytes, std::string& out);

  private:
    // The members that matter, each at one depth.
    enum class Name : std::uint8_t { other, object, choices, message, tool_calls, index };
    enum class Text : std::uint8_t { none, passes, key, object_value };  // what the string is that is passing

    static constexpr std::size_t kTop = 1, kChoice = 3, kMessage = 4, kCalls = 5, kCall = 6;

    void take_structure(char c, std::string& out);
    void take_text(std::string_view text, std::string& out);
    void open(char c, std::string& out);
    void close(char c, std::string& out);
    void end_text(std::string& out);
    void begin_key(std::string& out);
    bool watched() const;  // the names at this depth matter
    Name name_of(std::string_view key) const;

    std::size_t depth_ = 0;
    std::array<Name, kCall + 1> inside_{};  // the member that is passing, by depth
    std::array<bool, kCall + 1> object_{};  // what is open at a depth is an object, no list
    Text text_ = Text::none;
    bool escaped_ = false, key_follows_ = false;
    bool comma_waits_ = false;  // before a call's next member
    bool drops_ = false;        // a call's own index is passing
    std::string kept_;          // of the string that is passing, where it matters
    std::size_t calls_ = 0;     // of the message, so far
};

}  // namespace tollgate
