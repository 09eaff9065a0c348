// Finds the generated text of a message or a delta of OpenAI's shape: its content, its refusal, the names and arguments
// of its tool calls, and one of the fields in which providers show the same reasoning. Sealed reasoning, signatures,
// media, annotations and search results are no text.
#pragma once

#include <cstddef>
#include <string_view>

#include "gateway/chat/generated_text.h"
#include "gateway/text/json_members.h"

namespace tollgate {

class OpenAiText {
  public:
    explicit OpenAiText(std::string_view data) : data_(data) {}

    // Walk the value at `at` and return where it ends; the end of the data if it is malformed.
    std::size_t message(std::size_t at);  // or delta
    std::size_t string(std::size_t at);   // `text` of a completion

    const GeneratedText& found() const { return found_; }
    bool malformed() const { return malformed_; }  // a value is none that JSON has

  private:
    std::size_t content(std::size_t at);
    std::size_t content_part(std::size_t at);
    std::size_t reasoning(std::size_t at, std::int64_t& bytes);
    std::size_t tool_calls(std::size_t at);
    std::size_t call(std::size_t at);
    std::size_t skip(std::size_t at);
    std::size_t text_at(std::size_t at, std::int64_t& bytes);
    template <class Element>
    std::size_t elements(std::size_t at, Element&& element);

    std::string_view data_;
    GeneratedText found_;
    bool malformed_ = false;
};

// Bytes of UTF-8 that a JSON string (with its quotes) spells.
std::int64_t spelt_bytes(std::string_view json);

// Where the next element of an array stands, or its closing bracket.
std::size_t after_separator(std::string_view data, std::size_t at);

}  // namespace tollgate
