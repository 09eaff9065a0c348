// The fields of one mapping of a catalogue file. Reading is onto what is there: a field that the file does not have
// leaves its variable as it is, so that a later file says only what it changes.
#pragma once

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "accounting/money/money.h"

namespace tollgate {

// Thrown by what is below, and caught where a file is read: a reader of nested nodes has no better way out.
struct CatalogueProblem {
    int line;  // from 1
    std::string what;
};

[[noreturn]] void refuse(const YAML::Node& at, const std::string& what);
int catalogue_line_of(const YAML::Node& node);

class YamlFields {
  public:
    // Refuses what is no mapping, an unknown key, and a key that stands twice.
    YamlFields(const YAML::Node& node, const std::string& what, std::initializer_list<std::string_view> keys);

    const YAML::Node& node() const { return node_; }
    YAML::Node at(const char* key) const { return node_[key]; }
    bool has(const char* key) const { return static_cast<bool>(node_[key]); }
    void require(const char* key) const {
        if (!has(key)) refuse(node_, std::string(key) + ": missing");
    }

    void text(const char* key, std::string& value) const;
    void texts(const char* key, std::vector<std::string>& values) const;
    void flag(const char* key, bool& value) const;
    void whole_number(const char* key, std::int64_t& value) const;
    // "2026-11-29", or "2026-11" where a month is enough.
    void day(const char* key, std::string& value, bool or_month = false) const;
    // One, or a list, of these words.
    void word(const char* key, std::string& value, std::span<const std::string_view> known) const;
    void words(const char* key, std::vector<std::string>& values, std::span<const std::string_view> known) const;
    // nullopt if absent.
    std::optional<NanoUsd> usd(const char* key) const;
    // The mappings of a list.
    template <class Read>
    void each(const char* key, Read read) const {
        if (!has(key)) return;
        if (!at(key).IsSequence()) refuse(at(key), std::string(key) + ": expected a list");
        for (const YAML::Node& item : at(key)) read(item);
    }

  private:
    YAML::Node node_;
};

}  // namespace tollgate
