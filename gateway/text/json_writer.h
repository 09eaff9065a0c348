// The one way JSON text is written: front to back, into a string.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tollgate {

// Decimal digits.
void append_number(std::string& out, std::int64_t number);

// `text` as a JSON string with quotes. `text` must be UTF-8.
void append_json_string(std::string& out, std::string_view text);

// Puts the member, if there is one, at the end of the object that `out` ends with; spaces may follow it.
void append_last_member(std::string_view member, std::string& out);

// Puts commas and closing brackets itself. Amounts are exact decimals, never doubles.
class JsonWriter {
  public:
    JsonWriter& object() { return open('{'); }
    JsonWriter& array() { return open('['); }
    JsonWriter& end();  // closes what was opened last
    JsonWriter& key(std::string_view name);
    JsonWriter& text(std::string_view value);
    JsonWriter& text_or_null(std::string_view value) { return value.empty() ? null() : text(value); }
    JsonWriter& number(std::int64_t value) { return raw(std::to_string(value)); }
    template <class Amount>
    JsonWriter& usd(Amount value) {  // what to_usd() makes of it
        return raw(to_usd(value));
    }
    JsonWriter& flag(bool value) { return raw(value ? "true" : "false"); }
    JsonWriter& null() { return raw("null"); }
    JsonWriter& time(std::int64_t unix_ms);  // RFC 3339; null for 0
    JsonWriter& raw(std::string_view json);
    std::string take() { return std::move(out_); }

  private:
    JsonWriter& open(char bracket);
    void separate();
    std::string out_;
    std::string closers_;
    bool first_ = true;
    bool after_key_ = false;
};

}  // namespace tollgate
