// Finds the usage of a JSON answer that is too large to hold, while its bytes pass: wherever it stands at the top of
// the object or of one of its choices. Tells errors from answers, too. Sans I/O, in bounded memory.
#pragma once

#include <algorithm>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/chat/reported_usage.h"

namespace tollgate {

class UsageScanner {
  public:
    static constexpr std::size_t kMostDepth = 1024;

    // JSON deeper than `max_depth` is broken.
    explicit UsageScanner(std::size_t max_depth = kMostDepth) : max_depth_(std::min(max_depth, kMostDepth)) {}

    void feed(std::string_view bytes);

    // The object came to its end. Around it may stand what may stand around an object of a stream: a list's brackets,
    // [DONE].
    bool whole() const { return state_ == State::after; }
    // Where the object stands in all bytes; 0 as long as that is not known.
    std::size_t object_begin() const { return object_begin_; }
    std::size_t object_end() const { return object_end_; }
    std::string_view id() const { return id_; }                        // a JSON string; empty without it
    std::string_view finish_reason() const { return finish_reason_; }  // of the last choice that names one
    bool has_usage() const { return has_usage_ || in_choices_.names_count(); }
    // A member at the top says that it is an error. error() is that member as an object, cut off where it is long.
    bool says_error() const;
    const std::string& error() const { return error_; }
    bool answers() const { return answers_; }                                // it has a choice
    bool may_answer() const { return answers_ || labelled_ || has_usage_; }  // or what only answers have
    bool broken() const { return state_ == State::broken; }
    // That at the top, else that of the choices.
    const ReportedUsage& usage() const { return has_usage_ ? usage_ : in_choices_; }
    // Where the object `usage` at the top stood in all bytes; both 0 without it.
    std::size_t usage_begin() const { return usage_begin_; }
    std::size_t usage_end() const { return usage_end_; }
    std::size_t bytes() const { return bytes_; }  // fed

  private:
    enum class State : std::uint8_t { before, inside, after, broken };

    // The member that is passing of an object at some depth, up to its limits.
    struct Member {
        void add_to_key(std::string_view text);
        void add_to_value(std::string_view text, std::size_t at);
        void trim();
        void clear();

        bool in_value = false;
        std::string key, value;
        std::size_t value_begin = 0;
    };

    void take_structure(char c);
    void take_text(std::string_view text);
    void take_around(char c);
    void open(char c);
    void close(char c);
    void end_member();
    void end_choice_member();
    bool in_choice() const { return depth_ >= kChoiceDepth && top_.in_value && top_.key == "choices"; }

    static constexpr std::size_t kTopDepth = 1, kChoiceDepth = 3;  // the list of choices is between them

    const std::size_t max_depth_;
    State state_ = State::before;
    std::bitset<kMostDepth> objects_;  // what is open at a depth is an object, no list
    std::size_t object_begin_ = 0, object_end_ = 0;
    std::size_t end_mark_ = 0;  // how much of DONE came
    std::string id_, finish_reason_;
    bool in_string_ = false, escaped_ = false;
    std::size_t depth_ = 0;
    std::size_t bytes_ = 0;
    Member top_, choice_;
    bool answers_ = false, labelled_ = false;
    std::string error_;
    bool has_usage_ = false;
    ReportedUsage usage_, in_choices_;
    std::size_t usage_begin_ = 0, usage_end_ = 0;
};

}  // namespace tollgate
