// The parameters of a query string, each read once with its form checked; unknown and repeated ones are refused by
// name. The first problem is kept.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "accounting/money/ids.h"
#include "gateway/api/api.h"

namespace tollgate {

class QueryFields {
  public:
    QueryFields(std::string_view query, std::initializer_list<std::string_view> known);

    std::string text(std::string_view name) const;  // empty if absent
    std::uint32_t number(std::string_view name, std::uint32_t least, std::uint32_t most, std::uint32_t otherwise);
    std::optional<Id128> uuid(std::string_view name);
    std::optional<KeyDigest> key(std::string_view name);
    // In the forms of parse_time().
    std::optional<std::int64_t> time(std::string_view name);

    void fail(std::string_view name, std::string_view what);
    bool failed() const { return static_cast<bool>(error_); }
    ApiAnswer refusal() const;

  private:
    void read(std::string_view query, std::initializer_list<std::string_view> known);

    std::map<std::string, std::string, std::less<>> values_;
    Error error_;
};

}  // namespace tollgate
