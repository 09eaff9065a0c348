// The parameters of a query string, each read once with its form checked; unknown and repeated ones are refused by
// name. The first problem is kept.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "accounting/money/ids.h"
#include "gateway/api/schema.h"
#include "gateway/text/error.h"

namespace tollgate {

class QueryFields {
  public:
    QueryFields(std::string_view query, const Schema& known);

    std::string text(std::string_view name) const;  // empty if absent
    std::uint32_t number(std::string_view name, std::uint32_t least, std::uint32_t most, std::uint32_t otherwise);
    std::optional<Id128> uuid(std::string_view name);
    std::optional<KeyDigest> key(std::string_view name);
    // All that was given, in one spelling, apart from what leaves the list the same: `cursor`, `limit` and `format`.
    std::string filter() const;
    // In the forms of parse_time().
    std::optional<std::int64_t> time(std::string_view name);

    void fail(std::string_view name, std::string_view what);
    const Error& error() const { return error_; }

  private:
    void read(std::string_view query, const Schema& known);

    std::map<std::string, std::string, std::less<>> values_;
    Error error_;
};

}  // namespace tollgate
