// Where the members of a JSON object stand in its text, so that a body can be changed by splices instead of being
// written anew. Text that is not JSON never reads out of bounds; closed() tells whether the object's own structure held
// up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tollgate {

struct TextSpan {
    std::uint32_t begin = 0, end = 0;  // byte offsets into the whole text
    std::size_t size() const { return end - begin; }
    std::string_view of(std::string_view text) const { return text.substr(begin, end - begin); }
};

struct JsonMember {
    TextSpan key;  // with its quotes
    TextSpan value;
};

// Walks the members of the object whose '{' is at `at`, in order.
class JsonMembers {
  public:
    JsonMembers(std::string_view text, std::size_t at) : text_(text), at_(at + 1) {}

    std::optional<JsonMember> next();

    // The same in two steps, for a caller that walks a nested value itself: the key (with its quotes; empty at the
    // end), then the value, either skipped or walked and left behind with resume().
    std::string_view next_key();
    TextSpan skip_value();
    std::size_t position() const { return at_; }  // of the value, after next_key()
    void resume(std::size_t at) { at_ = at; }

    // After the last member: whether it ended with the closing brace, which then stands at position().
    bool closed() const { return at_ < text_.size() && text_[at_] == '}'; }

  private:
    std::string_view text_;
    std::size_t at_;
};

// Behind the JSON string whose opening quote is at `at`; the end of the text if it never closes.
std::size_t after_string(std::string_view text, std::size_t at);

// A key (with its quotes) as the name that it spells. Only one with escapes is put into `unescaped_key` for it.
std::string_view key_name(std::string_view key, std::string& unescaped_key);

// Whether the text is a JSON string, number, true, false or null, or begins like an object or array.
bool may_be_value(std::string_view text);

// The text of a JSON string (with its quotes), unescaped and cut at `most` bytes; empty if it is not a string.
std::string unescaped(std::string_view json, std::size_t most);
// The longest prefix of at most `most` bytes that cuts no character.
std::string_view cut_utf8(std::string_view text, std::size_t most);

// The member of that name (no escapes in it) of the object at `at`; the last one if it stands twice.
std::optional<JsonMember> find_member(std::string_view text, std::size_t at, std::string_view name);

}  // namespace tollgate
