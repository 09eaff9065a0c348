// What became of a request's members on their way into another dialect: the client is told of each that its answer does
// not follow. Names are the client's own.
#pragma once

#include <string>
#include <string_view>

namespace tollgate {

// A set of names, kept as the value of a header field: in the order of their first mention, with commas between.
class FieldNames {
  public:
    static constexpr std::size_t kMostBytes = 1024;  // more names are told as "..."
    static constexpr std::size_t kMostNameBytes =
        64;  // a longer one is told as "?", as is one that a header cannot hold

    void add(std::string_view name);
    void add(const FieldNames& names);
    const std::string& text() const { return text_; }
    bool empty() const { return text_.empty(); }
    void clear() { text_.clear(); }
    bool operator==(const FieldNames&) const = default;

  private:
    std::string text_;
};

struct TranslationNotes {
    FieldNames dropped;  // the target cannot express them: they have no effect
    FieldNames changed;  // the target was told something near to them

    void clear() {
        dropped.clear();
        changed.clear();
    }
    bool operator==(const TranslationNotes&) const = default;
};

}  // namespace tollgate
