#include "gateway/api/query_fields.h"

#include <boost/url/params_encoded_view.hpp>
#include <boost/url/parse_query.hpp>
#include <charconv>
#include <utility>

#include "gateway/text/json_members.h"
#include "gateway/text/query_text.h"
#include "gateway/text/time_text.h"

namespace tollgate {

QueryFields::QueryFields(std::string_view query, const Schema& known) { read(query, known); }

void QueryFields::read(std::string_view query, const Schema& known) {
    if (query.empty()) return;
    const auto parsed = boost::urls::parse_query(query);
    if (!parsed) return fail("query", "is not a query string");
    for (const auto parameter : *parsed) {
        const std::string name = query_text(parameter.key);
        if (name.empty() && !parameter.has_value) continue;  // of an empty query
        std::string value = query_text(parameter.value);
        if (!simdjson::validate_utf8(name) || !simdjson::validate_utf8(value)) return fail("query", "must be UTF-8");
        if (!known.knows(name)) return fail(name, "is not a parameter of this route");
        if (!values_.emplace(name, std::move(value)).second) return fail(name, "stands twice");
    }
}

std::string QueryFields::text(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::string() : found->second;
}

std::string QueryFields::filter() const {
    std::string filter;
    for (const auto& [name, value] : values_) {
        if (value.empty() || name == "cursor" || name == "limit" || name == "format") continue;
        filter.append(name).append(" ").append(std::to_string(value.size())).append(":").append(value);
    }
    return filter;
}

std::uint32_t QueryFields::number(std::string_view name, std::uint32_t least, std::uint32_t most,
                                  std::uint32_t otherwise) {
    const std::string value = text(name);
    if (value.empty()) return otherwise;
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || end != value.data() + value.size() || number < least || number > most) {
        fail(name, "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    }
    return number;
}

std::optional<Id128> QueryFields::uuid(std::string_view name) {
    const std::string value = text(name);
    if (value.empty()) return std::nullopt;
    const auto id = parse_uuid(value);
    if (!id) fail(name, "must be a UUID");
    return id;
}

std::optional<KeyDigest> QueryFields::key(std::string_view name) {
    const std::string value = text(name);
    if (value.empty()) return std::nullopt;
    const auto digest = parse_key_digest(value);
    if (!digest) fail(name, "must be a key's hash: 64 hexadecimal digits");
    return digest;
}

std::optional<std::int64_t> QueryFields::time(std::string_view name) {
    const std::string value = text(name);
    if (value.empty()) return std::nullopt;
    const auto unix_ms = parse_time(value);
    if (unix_ms) return *unix_ms;
    fail(name, unix_ms.error().message());
    return std::nullopt;
}

void QueryFields::fail(std::string_view name, std::string_view what) {
    if (error_) return;
    const std::string shown(cut_utf8(name, 64));
    error_ = {ErrorKind::invalid_request, "'" + shown + "' " + std::string(what), shown};
}

}  // namespace tollgate
