// Account documents: JSON objects in Family::accounts, one for each organization, project, key and member. The id is in
// the document's key, not in its text. Amounts are integers of nano-USD, times are Unix milliseconds.
//
// An entity names its fields once, in a template that a reader, a writer and a check each walk:
//
//   template <class Project, class Fields>
//   void fields_of(Project& project, Fields& fields) {
//       fields.name("name", project.name);
//       fields.flag("is_default", project.is_default);
//   }
//
// A field is written even when it is null: a lost limit would be an unlimited key, so an absent one is corrupt.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "accounting/accounts/checked_text.h"
#include "accounting/money/ids.h"
#include "accounting/money/limits.h"
#include "accounting/money/money.h"
#include "store/status.h"

namespace tollgate {

// A member of a JSON object: its name, unescaped, and its value as JSON.
struct NamedJson {
    std::string name, json;
    bool operator==(const NamedJson&) const = default;
};

// Writes fields in the order in which they are named.
class DocumentWriter {
  public:
    void name(std::string_view name, const std::string& value) { text(name, value, kMaxNameBytes); }
    void text(std::string_view name, std::string_view value, std::size_t max_bytes);
    void optional_text(std::string_view name, std::string_view value, std::size_t max_bytes) {
        value.empty() ? null(name) : text(name, value, max_bytes);
    }
    void texts(std::string_view name, const std::vector<std::string>& values);
    void object(std::string_view name, const std::vector<NamedJson>& members);
    void json(std::string_view name, std::string_view value);  // empty: null
    template <std::size_t N>
    void characters(std::string_view name, const std::array<char, N>& value) {
        text(name, {value.data(), N}, N);
    }
    void digest(std::string_view name, const KeyDigest& value) { text(name, to_hex(value), kMaxNameBytes); }
    void flag(std::string_view name, bool value);
    void optional_flag(std::string_view name, std::optional<bool> value) { value ? flag(name, *value) : null(name); }
    void number(std::string_view name, std::int64_t value);
    void id(std::string_view name, const Id128& value);  // nil: null
    void amount(std::string_view name, const std::optional<NanoUsd>& value);
    void count(std::string_view name, const std::optional<std::int64_t>& value, std::int64_t most);
    template <class Enum>
        requires std::is_enum_v<Enum>
    void choice(std::string_view name, Enum value) {
        text(name, to_string(value), kMaxNameBytes);
    }
    template <class Enum>
    void choice(std::string_view name, const std::optional<Enum>& value) {
        value ? choice(name, *value) : null(name);
    }
    std::string take();

  private:
    void null(std::string_view name);
    void key(std::string_view name);
    std::string out_ = "{";
};

// Reads documents one after the other. The first thing that is wrong with one is kept, and its later fields read as
// empty values.
class DocumentReader {
  public:
    DocumentReader();
    ~DocumentReader();
    DocumentReader(const DocumentReader&) = delete;
    DocumentReader& operator=(const DocumentReader&) = delete;

    // `key` is the document's key in the store; it must live until status() was asked.
    void open(std::string_view key, std::string_view text);
    // What is wrong with the document: corrupt, and the message names its key.
    Status status() const;
    void fail(std::string_view problem);

    // The part of the document's key after `prefix`; fails if it begins otherwise.
    std::string_view id_part(std::string_view prefix);

    void name(std::string_view name, std::string& value) { text(name, value, kMaxNameBytes); }
    void text(std::string_view name, std::string& value, std::size_t max_bytes);
    void optional_text(std::string_view name, std::string& value, std::size_t max_bytes);  // null: empty
    void texts(std::string_view name, std::vector<std::string>& values);
    void object(std::string_view name, std::vector<NamedJson>& members);  // in their order
    void json(std::string_view name, std::string& value);                 // null: empty
    void digest(std::string_view name, KeyDigest& value);
    // Exactly as many as there is room for.
    template <std::size_t N>
    void characters(std::string_view name, std::array<char, N>& value) {
        const auto text = text_or_null(name);
        if (!text || text->size() != N) return fail_field(name, "has another length");
        text->copy(value.data(), N);
    }
    void flag(std::string_view name, bool& value);
    void optional_flag(std::string_view name, std::optional<bool>& value);  // null: empty
    void number(std::string_view name, std::int64_t& value);
    void id(std::string_view name, Id128& value);
    void amount(std::string_view name, std::optional<NanoUsd>& value);
    void count(std::string_view name, std::optional<std::int64_t>& value, std::int64_t most);
    void count(std::string_view name, std::optional<std::uint8_t>& value, std::int64_t most);
    template <class Enum>
        requires std::is_enum_v<Enum>
    void choice(std::string_view name, Enum& value) {
        std::optional<Enum> found;
        choice(name, found);
        if (!found) return fail_field(name, "must not be null");
        value = *found;
    }
    template <class Enum>
    void choice(std::string_view name, std::optional<Enum>& value) {
        const auto text = text_or_null(name);
        if (!text) return;
        Enum parsed{};
        if (!parse(*text, parsed)) return fail_field(name, "has an unknown value");
        value = parsed;
    }

  private:
    struct Parser;
    std::optional<std::string_view> text_or_null(std::string_view name);
    std::optional<std::int64_t> integer_or_null(std::string_view name, std::int64_t least, std::int64_t most);
    void fail_field(std::string_view name, std::string_view problem);

    std::unique_ptr<Parser> parser_;
    std::string_view key_;
    std::string problem_;
};

// A document that may not be there, as it was looked up: its fields go to `read`, which names them. False: there is
// none.
template <class Read>
Result<bool> read_if_there(std::string_view key, const Result<std::string>& text, const Read& read) {
    if (!text && text.error().code() == StatusCode::not_found) return false;
    if (!text) return std::unexpected(text.error());
    DocumentReader reader;
    reader.open(key, *text);
    read(reader);
    if (Status status = reader.status(); !status.ok()) return std::unexpected(std::move(status));
    return true;
}

// Checks what people may set. The first field at fault is kept: invalid, "field: what is wrong".
class DocumentCheck {
  public:
    const Status& status() const { return status_; }

    void name(std::string_view name, const std::string& value) { note(check_name(name, value)); }
    void text(std::string_view name, std::string_view value, std::size_t max_bytes) {
        note(check_text(name, value, max_bytes));
    }
    void optional_text(std::string_view name, std::string_view value, std::size_t max_bytes) {
        text(name, value, max_bytes);
    }
    void texts(std::string_view, const std::vector<std::string>&) {}
    void object(std::string_view, const std::vector<NamedJson>&) {}
    void json(std::string_view, std::string_view) {}
    void digest(std::string_view, const KeyDigest&) {}
    template <std::size_t N>
    void characters(std::string_view, const std::array<char, N>&) {}
    void flag(std::string_view, bool) {}
    void optional_flag(std::string_view, const std::optional<bool>&) {}
    void number(std::string_view, std::int64_t) {}
    void id(std::string_view, const Id128&) {}
    void amount(std::string_view name, const std::optional<NanoUsd>& value);
    void count(std::string_view name, const std::optional<std::int64_t>& value, std::int64_t most);
    template <class Enum>
    void choice(std::string_view, const Enum&) {}

  private:
    void note(Status status) {
        if (status_.ok()) status_ = std::move(status);
    }
    Status status_;
};

// The fields of Limits, which several entities have.
template <class LimitsOf, class Fields>
void limit_fields_of(LimitsOf& limits, Fields& fields) {
    fields.amount("limit", limits.budget);
    fields.choice("limit_reset", limits.reset);
    fields.count("requests_per_minute", limits.requests_per_minute, kMostPerMinute);
    fields.count("tokens_per_minute", limits.tokens_per_minute, kMostPerMinute);
    fields.count("concurrent_requests", limits.concurrent_requests, kMostPerMinute);
}

}  // namespace tollgate
