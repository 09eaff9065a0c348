#include "gateway/catalogue/yaml_fields.h"

#include <charconv>

namespace tollgate {
namespace {

const std::string& scalar(const YAML::Node& node, const char* key, const char* expected) {
    if (!node.IsScalar() || node.Scalar().empty()) refuse(node, std::string(key) + ": expected " + expected);
    return node.Scalar();
}

void check_word(const YAML::Node& node, const char* key, std::span<const std::string_view> known) {
    if (std::ranges::find(known, node.Scalar()) != known.end()) return;
    std::string list;
    for (const std::string_view word : known) list.append(list.empty() ? "" : ", ").append(word);
    refuse(node, std::string(key) + ": '" + node.Scalar() + "' is none of " + list);
}

// "2026-11-29" or "2026-11", as far as digits can tell.
bool is_day(std::string_view text, bool or_month) {
    constexpr std::string_view kShape = "0000-00-00";
    constexpr std::size_t kMonthBytes = 7;
    if (text.size() != kShape.size() && !(or_month && text.size() == kMonthBytes)) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool digit = text[i] >= '0' && text[i] <= '9';
        if (kShape[i] == '-' ? text[i] != '-' : !digit) return false;
    }
    const std::string_view month = text.substr(5, 2);
    if (month < "01" || month > "12") return false;
    return text.size() == kMonthBytes || (text.substr(8) >= "01" && text.substr(8) <= "31");
}

}  // namespace

int catalogue_line_of(const YAML::Node& node) { return std::max(node.Mark().line + 1, 1); }

void refuse(const YAML::Node& at, const std::string& what) { throw CatalogueProblem{catalogue_line_of(at), what}; }

YamlFields::YamlFields(const YAML::Node& node, const std::string& what, std::initializer_list<std::string_view> keys)
    : node_(node) {
    if (!node.IsMap()) refuse(node, what + ": expected a mapping");
    std::vector<std::string> seen;
    for (const auto& pair : node) {
        const std::string& key = pair.first.Scalar();
        if (std::ranges::find(keys, key) == keys.end()) refuse(pair.first, what + ": unknown key '" + key + "'");
        if (std::ranges::find(seen, key) != seen.end()) refuse(pair.first, what + ": '" + key + "' twice");
        seen.push_back(key);
    }
}

void YamlFields::text(const char* key, std::string& value) const {
    if (has(key)) value = scalar(at(key), key, "a text");
}

void YamlFields::texts(const char* key, std::vector<std::string>& values) const {
    if (!has(key)) return;
    if (!at(key).IsSequence()) refuse(at(key), std::string(key) + ": expected a list");
    values.clear();
    for (const YAML::Node& item : at(key)) values.push_back(scalar(item, key, "texts"));
}

void YamlFields::flag(const char* key, bool& value) const {
    if (!has(key)) return;
    const YAML::Node node = at(key);
    if (!node.IsScalar() || (node.Scalar() != "true" && node.Scalar() != "false")) {
        refuse(node, std::string(key) + ": expected true or false");
    }
    value = node.Scalar() == "true";
}

void YamlFields::whole_number(const char* key, std::int64_t& value) const {
    if (!has(key)) return;
    const YAML::Node node = at(key);
    const std::string& digits = node.IsScalar() ? node.Scalar() : std::string();
    std::int64_t read = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), read);
    if (digits.empty() || error != std::errc() || end != digits.data() + digits.size() || read < 0) {
        refuse(node, std::string(key) + ": expected a whole number, not below zero");
    }
    value = read;
}

void YamlFields::day(const char* key, std::string& value, bool or_month) const {
    if (!has(key)) return;
    const YAML::Node node = at(key);
    if (!node.IsScalar() || !is_day(node.Scalar(), or_month)) {
        refuse(node, std::string(key) + ": expected a day" + (or_month ? " or a month" : "") + ", as 2026-11-29");
    }
    value = node.Scalar();
}

void YamlFields::word(const char* key, std::string& value, std::span<const std::string_view> known) const {
    if (!has(key)) return;
    text(key, value);
    check_word(at(key), key, known);
}

void YamlFields::words(const char* key, std::vector<std::string>& values,
                       std::span<const std::string_view> known) const {
    if (!has(key)) return;
    texts(key, values);
    for (const YAML::Node& item : at(key)) check_word(item, key, known);
}

std::optional<NanoUsd> YamlFields::usd(const char* key) const {
    if (!has(key)) return std::nullopt;
    const YAML::Node node = at(key);
    if (!node.IsScalar()) refuse(node, std::string(key) + ": expected a price in USD");
    const auto amount = parse_usd(node.Scalar());
    if (!amount) refuse(node, std::string(key) + ": " + amount.error().message());
    if (*amount < NanoUsd{}) refuse(node, std::string(key) + ": a price is not negative");
    return *amount;
}

}  // namespace tollgate
