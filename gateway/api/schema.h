// What a query, a body or an answer holds, declared once beside the code that reads or writes it. Names are checked by
// it, and the OpenAPI document is made from it.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace tollgate {

struct Schema;

// One member of an object, or one parameter. Built by the functions below: text("name").required().
struct Field {
    enum class Type : std::uint8_t {
        text,
        uuid,
        key_hash,
        time,
        usd,
        number,
        integer,
        flag,
        object,
        list,
        texts,
        words,
        scalars,  // a string, a number, or a list of them
    };

    std::string_view name;
    Type type = Type::text;
    bool is_required = false;         // of requests; members of answers are always there unless `maybe`
    bool is_maybe = false;            // of answers
    bool is_nullable = false;         // null is a value of it
    std::string_view choices = {};    // "daily|weekly|monthly"
    std::string_view shorthand = {};  // of an object: the JSON type that may stand in its place
    std::int64_t least = INT64_MIN;   // of an integer; of a text's length
    std::int64_t most = INT64_MAX;
    std::string_view about = {};
    const Schema* of = nullptr;  // object: its members; list: the members of each item

    constexpr Field required() const {
        Field field = *this;
        field.is_required = true;
        return field;
    }
    constexpr Field maybe() const {
        Field field = *this;
        field.is_maybe = true;
        return field;
    }
    constexpr Field or_null() const {
        Field field = *this;
        field.is_nullable = true;
        return field;
    }
    constexpr Field or_short(std::string_view json_type) const {
        Field field = *this;
        field.shorthand = json_type;
        return field;
    }
    constexpr Field one_of(std::string_view words) const {
        Field field = *this;
        field.choices = words;
        return field;
    }
    constexpr Field from(std::int64_t lowest, std::int64_t highest = INT64_MAX) const {
        Field field = *this;
        field.least = lowest;
        field.most = highest;
        return field;
    }
    constexpr Field note(std::string_view words) const {
        Field field = *this;
        field.about = words;
        return field;
    }
};

namespace fields {

constexpr Field text(std::string_view name) { return {.name = name, .type = Field::Type::text}; }
constexpr Field uuid(std::string_view name) { return {.name = name, .type = Field::Type::uuid}; }
constexpr Field key_hash(std::string_view name) { return {.name = name, .type = Field::Type::key_hash}; }
constexpr Field time(std::string_view name) { return {.name = name, .type = Field::Type::time}; }
constexpr Field usd(std::string_view name) { return {.name = name, .type = Field::Type::usd}; }
constexpr Field number(std::string_view name) { return {.name = name, .type = Field::Type::number}; }
constexpr Field integer(std::string_view name) { return {.name = name, .type = Field::Type::integer}; }
constexpr Field flag(std::string_view name) { return {.name = name, .type = Field::Type::flag}; }
constexpr Field texts(std::string_view name) { return {.name = name, .type = Field::Type::texts}; }  // a list
constexpr Field scalars(std::string_view name) { return {.name = name, .type = Field::Type::scalars}; }
constexpr Field words(std::string_view name) { return {.name = name, .type = Field::Type::words}; }
constexpr Field object(std::string_view name, const Schema& of) {
    return {.name = name, .type = Field::Type::object, .of = &of};
}
constexpr Field list(std::string_view name, const Schema& of) {
    return {.name = name, .type = Field::Type::list, .of = &of};
}

}  // namespace fields

// The members of one list, then those of others.
template <std::size_t... Sizes>
constexpr auto joined(const std::array<Field, Sizes>&... lists) {
    std::array<Field, (Sizes + ...)> all{};
    auto next = all.begin();
    ((next = std::copy(lists.begin(), lists.end(), next)), ...);
    return all;
}

struct Schema {
    std::string_view name;  // in the document; unique
    std::span<const Field> fields = {};
    bool open = false;  // there may be further members

    constexpr bool knows(std::string_view member) const {
        if (open) return true;
        for (const Field& field : fields) {
            if (field.name == member) return true;
        }
        return false;
    }
};

}  // namespace tollgate
