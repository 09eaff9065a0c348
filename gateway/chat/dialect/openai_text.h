// Finds the generated text of a message or a delta of OpenAI's shape: its content, its refusal, the names and arguments
// of its tool calls, what is said in a sound, and one of the fields in which providers show the same reasoning. Sealed
// reasoning, signatures, media, annotations and search results are no text.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "gateway/chat/generated_text.h"
#include "gateway/text/json_members.h"

namespace tollgate {

// Strings of an event or an answer that may be other ones in the next, in the order in which they stand.
struct FreeStrings {
    static constexpr std::size_t kMost = 4;
    enum class Kind : std::uint8_t { text, reasoning, padding };
    struct Place {
        TextSpan span;  // with its quotes
        Kind kind;
    };

    std::array<Place, kMost> places;
    std::size_t count = 0;  // may be more than there is room for

    void add(TextSpan span, Kind kind) {
        if (count < kMost) places[count] = {span, kind};
        ++count;
    }
};

class OpenAiText {
  public:
    explicit OpenAiText(std::string_view data) : data_(data) {}

    // Walk the value at `at` and return where it ends; the end of the data if it is malformed.
    std::size_t message(std::size_t at);  // or delta
    std::size_t string(std::size_t at);   // `text` of a completion

    const GeneratedText& found() const { return found_; }
    const FreeStrings& strings() const { return strings_; }              // that found() was counted from
    bool malformed() const { return malformed_; }                        // a value is none that JSON has
    bool calls() const { return calls_; }                                // a message has tool calls
    bool failed() const { return failed_; }                              // a message says that it is an error
    TextSpan take_usage() { return std::exchange(usage_, TextSpan{}); }  // a member `usage` of the last message

  private:
    std::size_t content(std::size_t at);
    std::size_t content_part(std::size_t at);
    std::size_t reasoning(std::size_t at, std::int64_t& bytes);
    std::size_t reasoning_detail(std::size_t at, std::int64_t& bytes);
    std::size_t tool_calls(std::size_t at);
    std::size_t tool_call(std::size_t at);
    std::size_t call(std::size_t at);
    void add_transcript(std::size_t audio);
    std::size_t skip(std::size_t at);
    std::size_t argument(std::size_t at);
    std::size_t text_at(std::size_t at, std::int64_t& bytes, FreeStrings::Kind kind);
    template <class Element>
    std::size_t elements(std::size_t at, Element&& element);

    std::string_view data_;
    GeneratedText found_;
    FreeStrings strings_;
    TextSpan usage_;
    bool malformed_ = false, failed_ = false, calls_ = false;
};

// Bytes of UTF-8 that a JSON string (with its quotes) spells.
std::int64_t spelt_bytes(std::string_view json);

// Where the next element of an array stands, or its closing bracket.
std::size_t after_separator(std::string_view data, std::size_t at);

}  // namespace tollgate
