// One section of the configuration file: its options, each declared once with its name, its meaning, its range and the
// value it has where the file says nothing. From the same declaration the file is read, problems are worded, and
// configs/example.yaml is written.
//
// A section refers to the variables that it fills; they must outlive it. What they hold when an option is declared is
// its default.
#pragma once

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "accounting/money/money.h"
#include "gateway/config/option_record.h"

namespace tollgate {

// A problem at a place in the file.
struct ConfigProblem {
    int line;  // 1-based, 0: unknown
    std::string what;
};

struct NumberRange {
    std::uint32_t least, most;  // both allowed
};

// What example.yaml shows where the default is no good example.
struct Example {
    std::string value;
    bool commented_out = false;
};

class Section {
  public:
    template <class Value>
    using Choices = std::vector<std::pair<std::string, Value>>;

    explicit Section(std::string name) : name_(std::move(name)) {}

    void text(std::string name, std::string& value, std::string meaning, Example example = {});
    // A text that no record shows.
    void secret(std::string name, std::string& value, std::string meaning, Example example = {});
    void flag(std::string name, bool& value, std::string meaning, Example example = {});
    void number(std::string name, std::uint32_t& value, NumberRange range, std::string meaning);
    // A rate a minute, or "unlimited".
    void rate(std::string name, std::optional<std::int64_t>& value, std::string meaning);
    void usd(std::string name, NanoUsd& value, std::string meaning);
    template <class Value>
    void one_of(std::string name, Value& value, Choices<Value> choices, std::string meaning, Example example = {}) {
        Option option{.name = std::move(name), .meaning = std::move(meaning), .example = std::move(example)};
        for (const auto& [word, one] : choices) {
            option.expected += (option.expected.empty() ? "" : " or ") + word;
            if (one == value) option.usual = word;
        }
        option.value = [&value, choices]() -> std::string {
            for (const auto& [word, one] : choices) {
                if (one == value) return word;
            }
            return {};
        };
        option.set = [&value, choices = std::move(choices)](const std::string& word) {
            for (const auto& [known, one] : choices) {
                if (known != word) continue;
                value = one;
                return true;
            }
            return false;
        };
        add(std::move(option));
    }
    // A list, at most kMostTexts long. `example` is shown where the default is empty; `problem` says what is wrong with
    // one of its texts, or nothing.
    static constexpr std::size_t kMostTexts = 100;
    using TextCheck = std::string (*)(const std::string&);
    void texts(std::string name, std::vector<std::string>& values, std::string meaning, const std::string& example,
               TextCheck problem = nullptr);
    // The same of secrets.
    void secrets(std::string name, std::vector<std::string>& values, std::string meaning, const std::string& example);
    // A mapping inside this one.
    Section& section(const std::string& name, std::string meaning = {});
    // Anything else: `read` is given the node, `example` is the lines of example.yaml below the name, indented. `value`
    // is what a record shows; without it, whoever reads the node records what is in it.
    void nested(std::string name, std::string meaning, std::function<void(const YAML::Node&)> read, std::string example,
                std::function<std::string()> value = {});
    // Looked at when the section has been read: what is wrong with it as a whole, or nothing.
    void check(std::function<std::string()> problem) { check_ = std::move(problem); }

    // Throws ConfigProblem; YAML::Exception for what is no YAML.
    void read(const YAML::Node& node);
    // As in example.yaml: every option with its default and its meaning. `first` begins the first line, `indent`
    // others.
    std::string example(const std::string& first = {}, const std::string& indent = {}) const;
    // What the variables held when they were declared, by "name" and "section.name"; without what nested() reads.
    std::map<std::string, std::string> values() const;
    // Adds every option as it is now, with where the last read() found it; `prefix` begins their names.
    void record(const std::string& prefix, std::vector<OptionRecord>& records) const;

  private:
    // Where the file has an option.
    struct Given {
        int line = 0;
        std::vector<std::string> environment = {};
    };
    struct Option {
        std::string name;
        std::string meaning;
        std::string expected = {};  // completes "NAME must be "
        std::string usual = {};     // the default, as YAML
        Example example = {};
        std::function<bool(const std::string& word)> set = {};  // false: it is not what is expected
        std::function<std::string()> value = {};
        bool is_secret = false;
    };
    struct Nested {
        std::string name;
        std::string meaning;
        std::function<void(const YAML::Node&)> read;
        std::function<std::string(const std::string& indent)> example;
        std::function<std::map<std::string, std::string>()> values = {};  // by the names inside; none: empty
        std::function<std::string()> value = {};                          // none: it has no record of its own
        std::string usual = {};                                           // what that is by default
        bool is_secret = false;
        const Section* inner = nullptr;  // whose options are recorded
    };
    using Entry = std::variant<Option, Nested>;

    void add(Entry entry) { entries_.push_back(std::move(entry)); }
    void add_texts(std::string name, std::vector<std::string>& values, std::string meaning, const std::string& example,
                   TextCheck problem, bool is_secret);
    template <class Shown>
    OptionRecord record_of(const std::string& prefix, const Shown& shown) const;
    void read_entry(const std::string& name, const YAML::Node& value);

    std::string name_;
    std::vector<Entry> entries_;  // in the order of example.yaml
    std::vector<std::unique_ptr<Section>> sections_;
    std::function<std::string()> check_;
    std::map<std::string, Given> given_;  // by the last read()
};

// The text of a single value with ${NAME} and ${NAME:-default} replaced. Throws ConfigProblem.
std::string expanded_text(const YAML::Node& value, const std::string& name);
int line_of(const YAML::Node& node);

}  // namespace tollgate
