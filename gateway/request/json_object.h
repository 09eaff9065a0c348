// Where the members of a JSON object stand in its text, so that a body can be changed by splices instead of being written
// anew. Text that is not JSON never reads out of bounds; closed() tells whether the object's own structure held up.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tollgate {

struct TextSpan {
    std::uint32_t begin = 0, end = 0;   // byte offsets into the whole text
    std::size_t size() const { return end - begin; }
    std::string_view of(std::string_view text) const { return text.substr(begin, end - begin); }
};

struct JsonMember {
    TextSpan key;     // with its quotes
    TextSpan value;
};

// Walks the members of the object whose '{' is at `at`, in order.
class JsonMembers {
  public:
    JsonMembers(std::string_view text, std::size_t at) : text_(text), at_(at + 1) {}
    std::optional<JsonMember> next();
    // After next() answered nothing: whether it was because of the closing brace, and where that stands.
    bool closed() const { return at_ < text_.size() && text_[at_] == '}'; }
    std::size_t position() const { return at_; }

  private:
    void skip_white();
    void skip_string();
    void skip_value();

    std::string_view text_;
    std::size_t at_;
};

// The member of that name (no escapes in it) of the object at `at`; the last one if it stands twice.
std::optional<JsonMember> find_member(std::string_view text, std::size_t at, std::string_view name);

}  // namespace tollgate
