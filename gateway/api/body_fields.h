// The members of a small JSON body, each read once with its type checked; unknown members, and those that stand twice,
// are refused by name. The first problem is kept.
#pragma once

#include <boost/json.hpp>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "accounting/money/money.h"
#include "gateway/api/schema.h"
#include "gateway/text/error.h"

namespace tollgate {

class BodyFields {
  public:
    // `path`: where the object stands in the body, with a dot behind; errors name their members by it.
    BodyFields(std::string_view body, const Schema& known, std::string path = {});

    bool has(std::string_view name) const;        // present, also as null
    bool has_value(std::string_view name) const;  // present, and not null
    std::string required_text(std::string_view name);
    std::string text(std::string_view name);  // empty if absent or null
    // The same of what names something, as ids, times and choices do: a present one that is empty fails.
    std::string filled_text(std::string_view name);
    bool flag(std::string_view name);
    // A time after now, in the forms of parse_time(); 0 if absent or null.
    std::int64_t time_after(std::string_view name, std::int64_t now_ms);
    // Outer: present; inner: not null. Read from the number's text, never through a double.
    std::optional<std::optional<NanoUsd>> usd(std::string_view name);

    // The same of a whole number from 0 to `most`.
    std::optional<std::optional<std::int64_t>> count(std::string_view name, std::int64_t most);
    // A list of `least` to `most` strings; nullopt if absent or null.
    std::optional<std::vector<std::string>> texts(std::string_view name, std::size_t most, std::size_t least = 1);
    // The value as it was sent, of whatever type; empty if absent or null.
    std::string_view json(std::string_view name) const { return has_value(name) ? text_of(name) : std::string_view(); }
    // The members of an object in the body; nullopt if absent or null. Their first problem is to be handed to keep().
    std::optional<BodyFields> object(std::string_view name, const Schema& known);
    // A list of at most `most` objects; empty if absent or null. Their first problems are to be handed to keep().
    std::vector<BodyFields> objects(std::string_view name, const Schema& known, std::size_t most);
    // A string or a number, or a list of 1 to `most` of them, each as text; empty if absent or null.
    std::vector<std::string> scalars(std::string_view name, std::size_t most);
    void keep(const Error& error) {
        if (!error_) error_ = error;
    }

    void fail(std::string_view name, std::string_view what);
    // What was read may come back as a whole. Fails, and forbids it, where a member that is none of `changeable` has
    // another value than in `shown`, a JSON object. Those in `moving` change by themselves: an old value is no offence
    // beside something that can be changed.
    void check_echo(std::string_view shown, std::initializer_list<std::string_view> changeable,
                    std::initializer_list<std::string_view> moving = {});
    // Whether all that was read comes back as it was, so that nothing is to be changed.
    bool is_echo_of(std::string_view shown) const { return boost::json::value(object_) == boost::json::parse(shown); }
    // The same of one member.
    bool is_echo_of(std::string_view shown, std::string_view name) const {
        return object_.at(name) == boost::json::parse(shown).at(name);
    }
    const Error& error() const { return error_; }

  private:
    std::string_view text_of(std::string_view name) const;  // of the member's value, as it was sent

    std::string body_, path_;
    boost::json::object object_;
    Error error_;
};

}  // namespace tollgate
