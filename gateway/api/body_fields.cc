#include "gateway/api/body_fields.h"

#include <simdjson.h>

#include <algorithm>
#include <vector>

#include "gateway/text/json_members.h"
#include "gateway/text/time_text.h"

namespace tollgate {
namespace {

constexpr std::size_t kMostNameShown = 64;

// A name that stands twice in one object, at any depth and however it is escaped; empty if there is none. What is
// parsed nests no deeper than Boost.JSON lets it.
std::string doubled_member(const simdjson::dom::element& value) {
    std::string doubled;
    if (simdjson::dom::array items; value.get(items) == simdjson::SUCCESS) {
        for (const auto item : items) {
            if (doubled.empty()) doubled = doubled_member(item);
        }
    }
    simdjson::dom::object object;
    if (value.get(object) != simdjson::SUCCESS) return doubled;
    std::vector<std::string_view> names;
    for (const auto& [name, inner] : object) {
        names.push_back(name);
        if (doubled.empty()) doubled = doubled_member(inner);
    }
    std::ranges::sort(names);
    const auto twice = std::ranges::adjacent_find(names);
    return twice == names.end() ? doubled : std::string(*twice);
}

std::string doubled_member(const std::string& body) {
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    return parser.parse(body).get(root) == simdjson::SUCCESS ? doubled_member(root) : std::string();
}

}  // namespace

BodyFields::BodyFields(std::string_view body, const Schema& known, std::string path)
    : body_(body), path_(std::move(path)) {
    boost::system::error_code failed;
    auto value = boost::json::parse(body, failed);
    if (failed || !value.is_object()) {
        const std::string place = path_.substr(0, path_.empty() ? 0 : path_.size() - 1);
        if (place.empty()) {
            error_ = {ErrorKind::invalid_json, "the body must be a JSON object"};
        } else {
            error_ = {ErrorKind::invalid_request, "'" + place + "' must be an object", place};
        }
        return;
    }
    object_ = std::move(value.as_object());
    if (const std::string twice = doubled_member(body_); !twice.empty()) {
        fail(cut_utf8(twice, kMostNameShown), "stands twice");
    }
    for (const auto& member : object_) {
        const std::string_view name(member.key().data(), member.key().size());
        if (!known.knows(name)) {
            fail(cut_utf8(name, kMostNameShown), "is not a field of this request");
        }
    }
}

bool BodyFields::has(std::string_view name) const { return object_.contains(name); }

bool BodyFields::has_value(std::string_view name) const {
    const auto* const value = object_.if_contains(name);
    return value != nullptr && !value->is_null();
}

void BodyFields::fail(std::string_view name, std::string_view what) {
    if (error_) return;
    const std::string path = path_ + std::string(name);
    error_ = {ErrorKind::invalid_request, "'" + path + "' " + std::string(what), path};
}

void BodyFields::check_echo(std::string_view shown, std::initializer_list<std::string_view> changeable,
                            std::initializer_list<std::string_view> moving) {
    const boost::json::value now = boost::json::parse(shown);
    const auto is_in = [](std::initializer_list<std::string_view> list, std::string_view name) {
        return std::ranges::find(list, name) != list.end();
    };
    const bool changes =
        std::ranges::any_of(object_, [&](const auto& member) { return is_in(changeable, member.key()); });
    for (const auto& member : object_) {
        const std::string_view name(member.key().data(), member.key().size());
        const auto* const current = now.as_object().if_contains(name);
        if (is_in(changeable, name) || (changes && is_in(moving, name))) continue;
        if (error_ || (current != nullptr && *current == member.value())) continue;
        error_ = {ErrorKind::permission_denied, "'" + std::string(name) + "' cannot be changed", std::string(name)};
    }
}

std::string BodyFields::text(std::string_view name) {
    const auto* const value = object_.if_contains(name);
    if (value == nullptr || value->is_null()) return {};
    if (!value->is_string()) {
        fail(name, "must be a string");
        return {};
    }
    return std::string(value->as_string());
}

std::string BodyFields::filled_text(std::string_view name) {
    std::string value = text(name);
    if (value.empty() && has_value(name)) fail(name, "must not be empty");
    return value;
}

std::string BodyFields::required_text(std::string_view name) {
    std::string value = text(name);
    if (value.empty()) fail(name, "is required");
    return value;
}

bool BodyFields::flag(std::string_view name) {
    const auto* const value = object_.if_contains(name);
    if (value == nullptr || !value->is_bool()) {
        fail(name, "must be true or false");
        return false;
    }
    return value->as_bool();
}

std::int64_t BodyFields::time_after(std::string_view name, std::int64_t now_ms) {
    const std::string value = filled_text(name);
    if (value.empty()) return 0;
    const auto unix_ms = parse_time(value);
    if (!unix_ms) {
        fail(name, unix_ms.error().message());
        return 0;
    }
    if (*unix_ms <= now_ms) fail(name, "must be in the future");
    return *unix_ms;
}

// However the member's name is written.
std::string_view BodyFields::text_of(std::string_view name) const {
    JsonMembers members(body_, body_.find('{'));
    std::string_view found;
    while (const auto next = members.next()) {
        if (unescaped(next->key.of(body_), body_.size()) == name) found = next->value.of(body_);
    }
    return found;
}

std::optional<std::optional<NanoUsd>> BodyFields::usd(std::string_view name) {
    const auto* const value = object_.if_contains(name);
    if (value == nullptr) return std::nullopt;
    if (value->is_null()) return std::optional<NanoUsd>();
    const std::string_view sent = text_of(name);
    if (!value->is_number() || sent.empty()) {
        fail(name, "must be a number of USD");
        return std::nullopt;
    }
    const auto amount = parse_usd(sent);
    if (!amount) {
        fail(name, "is not a usable amount: " + amount.error().message());
        return std::nullopt;
    }
    if (*amount > kMostAmount || *amount < -kMostAmount) {
        fail(name, "is above " + to_usd(kMostAmount) + " USD, the most that a call may name");
        return std::nullopt;
    }
    return std::optional(*amount);
}

std::optional<std::optional<std::int64_t>> BodyFields::count(std::string_view name, std::int64_t most) {
    const auto* const value = object_.if_contains(name);
    if (value == nullptr) return std::nullopt;
    if (value->is_null()) return std::optional<std::int64_t>();
    const bool whole = value->is_int64() && value->get_int64() >= 0 && value->get_int64() <= most;
    if (!whole) {
        fail(name, "must be null or a whole number from 0 to " + std::to_string(most));
        return std::nullopt;
    }
    return std::optional(value->get_int64());
}

std::optional<std::vector<std::string>> BodyFields::texts(std::string_view name, std::size_t most, std::size_t least) {
    const auto* const value = object_.if_contains(name);
    if (value == nullptr || value->is_null()) return std::nullopt;
    const auto* const items = value->if_array();
    const auto is_text = [](const boost::json::value& item) { return item.is_string(); };
    const bool fits = items != nullptr && items->size() >= least && items->size() <= most;
    if (!fits || !std::ranges::all_of(*items, is_text)) {
        fail(name, "must be a list of " + std::to_string(least) + " to " + std::to_string(most) + " strings");
        return std::nullopt;
    }
    std::vector<std::string> texts;
    for (const auto& item : *items) texts.emplace_back(item.get_string());
    return texts;
}

std::vector<BodyFields> BodyFields::objects(std::string_view name, const Schema& known, std::size_t most) {
    const auto* const value = object_.if_contains(name);
    if (value == nullptr || value->is_null()) return {};
    const auto* const items = value->if_array();
    if (items == nullptr || items->size() > most) {
        fail(name, "must be a list of at most " + std::to_string(most) + " objects");
        return {};
    }
    std::vector<BodyFields> objects;
    for (const auto& item : *items) {
        const std::string place = path_ + std::string(name) + "[" + std::to_string(objects.size()) + "].";
        objects.emplace_back(boost::json::serialize(item), known, place);
    }
    return objects;
}

std::vector<std::string> BodyFields::scalars(std::string_view name, std::size_t most) {
    const auto* const value = object_.if_contains(name);
    if (value == nullptr || value->is_null()) return {};
    const auto is_scalar = [](const boost::json::value& one) { return one.is_string() || one.is_number(); };
    const auto text = [](const boost::json::value& one) {
        return one.is_string() ? std::string(one.get_string()) : boost::json::serialize(one);
    };
    if (is_scalar(*value)) return {text(*value)};
    const auto* const items = value->if_array();
    if (items == nullptr || items->empty() || items->size() > most || !std::ranges::all_of(*items, is_scalar)) {
        fail(name, "must be a string, a number, or a list of 1 to " + std::to_string(most) + " of them");
        return {};
    }
    std::vector<std::string> texts;
    for (const auto& item : *items) texts.push_back(text(item));
    return texts;
}

std::optional<BodyFields> BodyFields::object(std::string_view name, const Schema& known) {
    const auto* const value = object_.if_contains(name);
    if (value == nullptr || value->is_null()) return std::nullopt;
    if (!value->is_object()) {
        fail(name, "must be an object");
        return std::nullopt;
    }
    return std::optional<BodyFields>(std::in_place, text_of(name), known, path_ + std::string(name) + ".");
}

}  // namespace tollgate
