#include "gateway/config/section.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <set>
#include <sstream>

#include "accounting/money/limits.h"

namespace tollgate {
namespace {

constexpr std::size_t kMeaningColumn = 40, kLineWidth = 120;  // of example.yaml

// As a shell would.
std::string expand(const std::string& text, int line) {
    std::string out;
    std::size_t at = 0;
    while (true) {
        const auto start = text.find("${", at);
        out += text.substr(at, start == std::string::npos ? start : start - at);
        if (start == std::string::npos) return out;
        const auto end = text.find('}', start);
        if (end == std::string::npos) throw ConfigProblem{line, "'${' without '}'"};
        const std::string inside = text.substr(start + 2, end - start - 2);
        const auto fallback = inside.find(":-");
        const std::string name = inside.substr(0, fallback);
        const char* const value = std::getenv(name.c_str());
        if (value != nullptr && *value != '\0') {
            out += value;
        } else if (fallback != std::string::npos) {
            out += inside.substr(fallback + 2);
        } else {
            throw ConfigProblem{line, "environment variable " + name + " is not set"};
        }
        at = end + 1;
    }
}

std::optional<std::int64_t> parse_number(const std::string& word, std::int64_t least, std::int64_t most) {
    std::int64_t parsed = 0;
    const char* const end = word.data() + word.size();
    const auto [stop, error] = std::from_chars(word.data(), end, parsed);
    if (error != std::errc() || stop != end || parsed < least || parsed > most) return std::nullopt;
    return parsed;
}

std::string numbers(std::int64_t least, std::int64_t most) {
    return "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
}

// A line of example.yaml with its comment beside it, which goes on below it in the same column.
std::string with_meaning(std::string line, const std::string& meaning) {
    if (meaning.empty()) return line + "\n";
    const std::size_t column = std::max(kMeaningColumn, line.size() + 2);
    line.resize(column, ' ');
    line += "#";
    std::istringstream words(meaning);
    std::string out, word;
    while (words >> word) {
        if (line.size() + 1 + word.size() > kLineWidth) {
            out += line + "\n";
            line = std::string(column, ' ') + "#";
        }
        line += " " + word;
    }
    return out + line + "\n";
}

// Of our own defaults and examples; only what YAML would take for something else needs quotes.
std::string as_yaml(const std::string& text) { return text == "-" || text.empty() ? '"' + text + '"' : text; }

// The variables that the texts of a node name.
void name_variables(const YAML::Node& node, std::vector<std::string>& names) {
    for (const auto& item : node) name_variables(node.IsMap() ? item.second : item, names);
    if (!node.IsScalar()) return;
    const std::string& text = node.Scalar();
    for (auto at = text.find("${"); at != std::string::npos; at = text.find("${", at + 1)) {
        const auto begin = at + 2;
        names.push_back(text.substr(begin, std::min(text.find(":-", begin), text.find('}', begin)) - begin));
    }
}

bool is_set_variable(const std::string& name) {
    const char* const value = std::getenv(name.c_str());
    return value != nullptr && *value != '\0';
}

std::string as_list(const std::vector<std::string>& texts) {
    std::string all;
    for (const std::string& text : texts) all += (all.empty() ? "" : ", ") + text;
    return all;
}

// Lines of example.yaml without their indentation.
std::string unindented(const std::string& lines) {
    std::istringstream in(lines);
    std::string out, line;
    while (std::getline(in, line)) {
        const auto first = line.find_first_not_of(' ');
        if (first != std::string::npos) out += (out.empty() ? "" : "\n") + line.substr(first);
    }
    return out;
}

bool has_only_comments(const std::string& lines) {
    for (std::size_t at = 0; at < lines.size(); at = lines.find('\n', at) + 1) {
        const auto first = lines.find_first_not_of(' ', at);
        if (first != std::string::npos && lines[first] != '#' && lines[first] != '\n') return false;
        if (lines.find('\n', at) == std::string::npos) break;
    }
    return true;
}

}  // namespace

int line_of(const YAML::Node& node) { return node.Mark().is_null() ? 0 : node.Mark().line + 1; }

std::string expanded_text(const YAML::Node& value, const std::string& name) {
    if (value.IsNull()) return {};
    if (!value.IsScalar()) throw ConfigProblem{line_of(value), name + " must be a single value"};
    return expand(value.as<std::string>(), line_of(value));
}

void Section::text(std::string name, std::string& value, std::string meaning, Example example) {
    const auto set = [&value](const std::string& word) {
        value = word;
        return true;
    };
    add(Option{std::move(name), std::move(meaning), "a text", value, std::move(example), set,
               [&value] { return value; }});
}

void Section::secret(std::string name, std::string& value, std::string meaning, Example example) {
    text(std::move(name), value, std::move(meaning), std::move(example));
    std::get<Option>(entries_.back()).is_secret = true;
}

void Section::flag(std::string name, bool& value, std::string meaning, Example example) {
    one_of<bool>(std::move(name), value, {{"true", true}, {"false", false}}, std::move(meaning), std::move(example));
}

void Section::number(std::string name, std::uint32_t& value, NumberRange range, std::string meaning) {
    const auto set = [&value, range](const std::string& word) {
        const auto parsed = parse_number(word, range.least, range.most);
        if (parsed) value = static_cast<std::uint32_t>(*parsed);
        return parsed.has_value();
    };
    add(Option{std::move(name),
               std::move(meaning),
               numbers(range.least, range.most),
               std::to_string(value),
               {},
               set,
               [&value] { return std::to_string(value); }});
}

void Section::rate(std::string name, std::optional<std::int64_t>& value, std::string meaning) {
    const auto set = [&value](const std::string& word) {
        value = parse_number(word, 1, kMostPerMinute);
        return value.has_value() || word == "unlimited";
    };
    add(Option{std::move(name),
               std::move(meaning),
               "unlimited or " + numbers(1, kMostPerMinute),
               value ? std::to_string(*value) : "unlimited",
               {},
               set,
               [&value] { return value ? std::to_string(*value) : "unlimited"; }});
}

void Section::usd(std::string name, NanoUsd& value, std::string meaning) {
    const auto set = [&value](const std::string& word) {
        const auto amount = parse_usd(word);
        if (!amount || *amount < NanoUsd{} || *amount > kMostAmount) return false;
        value = *amount;
        return true;
    };
    add(Option{std::move(name),
               std::move(meaning),
               "an amount of USD from 0 to " + to_usd(kMostAmount),
               to_usd(value),
               {},
               set,
               [&value] { return to_usd(value); }});
}

void Section::texts(std::string name, std::vector<std::string>& values, std::string meaning, const std::string& example,
                    TextCheck problem) {
    add_texts(std::move(name), values, std::move(meaning), example, problem, false);
}

void Section::secrets(std::string name, std::vector<std::string>& values, std::string meaning,
                      const std::string& example) {
    add_texts(std::move(name), values, std::move(meaning), example, nullptr, true);
}

void Section::add_texts(std::string name, std::vector<std::string>& values, std::string meaning,
                        const std::string& example, TextCheck problem, bool is_secret) {
    const auto read = [name, &values, problem](const YAML::Node& node) {
        if (!node.IsSequence() || node.size() > kMostTexts) {
            throw ConfigProblem{line_of(node), name + " must be a list of at most " + std::to_string(kMostTexts)};
        }
        values.clear();
        for (const auto& item : node) {
            values.push_back(expanded_text(item, name));
            const std::string what = problem == nullptr ? std::string() : problem(values.back());
            if (what.empty()) continue;
            std::string told = name;
            told.append(": '").append(values.back()).append("' ").append(what);
            throw ConfigProblem{line_of(item), std::move(told)};
        }
    };
    add(Nested{std::move(name), std::move(meaning), read,
               [defaults = values, example](const std::string& indent) {
                   std::string lines;
                   for (const std::string& value : defaults)
                       lines.append(indent).append("- ").append(value).append("\n");
                   return lines.empty() ? indent + "# - " + example + "\n" : lines;
               },
               [values] {
                   std::string all;
                   for (const std::string& value : values) all += value + "\n";
                   return std::map<std::string, std::string>{{"", all}};
               },
               [&values] { return as_list(values); }, as_list(values), is_secret});
}

Section& Section::section(const std::string& name, std::string meaning) {
    Section& inner = *sections_.emplace_back(std::make_unique<Section>(name));
    add(Nested{name,
               std::move(meaning),
               [&inner](const YAML::Node& node) { inner.read(node); },
               [&inner](const std::string& indent) { return inner.example(indent, indent); },
               [&inner] { return inner.values(); },
               {},
               {},
               false,
               &inner});
    return inner;
}

void Section::nested(std::string name, std::string meaning, std::function<void(const YAML::Node&)> read,
                     std::string example, std::function<std::string()> value) {
    std::string usual = value ? unindented(value()) : std::string();
    add(Nested{std::move(name),
               std::move(meaning),
               std::move(read),
               [example = std::move(example)](const std::string&) { return example; },
               {},
               std::move(value),
               std::move(usual)});
}

void Section::read_entry(const std::string& name, const YAML::Node& value) {
    for (const Entry& entry : entries_) {
        if (const auto* nested = std::get_if<Nested>(&entry); nested != nullptr && nested->name == name) {
            return nested->read(value);
        }
        const auto* option = std::get_if<Option>(&entry);
        if (option == nullptr || option->name != name) continue;
        if (!option->set(expanded_text(value, name))) {
            throw ConfigProblem{line_of(value), name + " must be " + option->expected};
        }
        return;
    }
    throw ConfigProblem{0, "unknown key '" + name + "' in " + name_};
}

void Section::read(const YAML::Node& node) {
    if (!node.IsMap()) throw ConfigProblem{line_of(node), name_ + " must be a mapping"};
    std::set<std::string> seen;
    given_.clear();
    for (const auto& entry : node) {
        const std::string key = entry.first.as<std::string>();
        if (!seen.insert(key).second) throw ConfigProblem{line_of(entry.first), "'" + key + "' stands twice"};
        Given& given = given_[key];
        given.line = line_of(entry.first);
        name_variables(entry.second, given.environment);
        try {
            read_entry(key, entry.second);
        } catch (const ConfigProblem& problem) {
            throw ConfigProblem{problem.line == 0 ? line_of(entry.first) : problem.line, problem.what};
        }
    }
    if (!check_) return;
    if (const std::string problem = check_(); !problem.empty()) throw ConfigProblem{line_of(node), problem};
}

std::map<std::string, std::string> Section::values() const {
    std::map<std::string, std::string> all;
    for (const Entry& entry : entries_) {
        if (const auto* option = std::get_if<Option>(&entry)) {
            all[option->name] = option->usual;
            continue;
        }
        const auto& nested = std::get<Nested>(entry);
        if (!nested.values) continue;
        for (const auto& [name, value] : nested.values()) all[nested.name + (name.empty() ? "" : "." + name)] = value;
    }
    return all;
}

template <class Shown>
OptionRecord Section::record_of(const std::string& prefix, const Shown& shown) const {
    OptionRecord record{.name = prefix + shown.name, .meaning = shown.meaning, .is_secret = shown.is_secret};
    const std::string value = shown.value();
    record.is_set = !value.empty();
    if (!shown.is_secret) {
        record.value = without_credentials(value);
        record.usual = shown.usual;
    }
    const auto given = given_.find(shown.name);
    if (given == given_.end()) return record;
    record.line = given->second.line;
    record.environment = given->second.environment;
    record.from_environment = std::ranges::any_of(record.environment, is_set_variable);
    return record;
}

void Section::record(const std::string& prefix, std::vector<OptionRecord>& records) const {
    for (const Entry& entry : entries_) {
        if (const auto* option = std::get_if<Option>(&entry)) {
            records.push_back(record_of(prefix, *option));
            continue;
        }
        const auto& nested = std::get<Nested>(entry);
        if (nested.inner != nullptr) nested.inner->record(prefix + nested.name + ".", records);
        if (!nested.value) continue;
        records.push_back(record_of(prefix, nested));
        records.back().value = unindented(records.back().value);
    }
}

std::string Section::example(const std::string& first, const std::string& indent) const {
    std::string out, begin = first;
    for (const Entry& entry : entries_) {
        if (const auto* nested = std::get_if<Nested>(&entry)) {
            const std::string inside = nested->example(indent + "  ");
            // A name with nothing but comments below it would be no mapping.
            const bool unset = has_only_comments(inside);
            if (indent.empty()) out += "\n";
            out += with_meaning(begin + (unset ? "# " : "") + nested->name + ":", nested->meaning);
            out += inside;
        } else {
            const auto& option = std::get<Option>(entry);
            const std::string& shown = option.example.value.empty() ? option.usual : option.example.value;
            const bool told = option.usual.empty() || option.usual == shown;
            out +=
                with_meaning(begin + (option.example.commented_out ? "# " : "") + option.name + ": " + as_yaml(shown),
                             option.meaning + (told ? "" : " (default: " + option.usual + ")"));
        }
        begin = indent;
    }
    return out;
}

}  // namespace tollgate
