#include "gateway/command_line/answer_view.h"

#include <simdjson.h>

#include <algorithm>
#include <utility>

namespace tollgate {
namespace {

constexpr int kMostDepth = 32;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::string_view kGap = "  ";

// A JSON value with its numbers as they were written.
struct Node {
    enum class Kind { nothing, text, literal, object, list } kind = Kind::nothing;
    std::string text = {};                                   // of a text, or a number, true or false
    std::vector<std::pair<std::string, Node>> members = {};  // of an object
    std::vector<Node> items = {};                            // of a list
};

namespace ondemand = simdjson::ondemand;

std::string trimmed(std::string_view token) {
    while (!token.empty() && static_cast<unsigned char>(token.back()) <= ' ') token.remove_suffix(1);
    return std::string(token);
}

// Throws simdjson_error.
template <class Value>
Node read(Value value, int depth) {
    if (depth > kMostDepth) throw simdjson::simdjson_error(simdjson::DEPTH_ERROR);
    Node node;
    switch (ondemand::json_type(value.type())) {
        case ondemand::json_type::object:
            node.kind = Node::Kind::object;
            for (ondemand::field field : ondemand::object(value.get_object())) {
                std::string name(std::string_view(field.unescaped_key()));
                node.members.emplace_back(std::move(name), read(field.value(), depth + 1));
            }
            break;
        case ondemand::json_type::array:
            node.kind = Node::Kind::list;
            for (ondemand::value item : ondemand::array(value.get_array())) node.items.push_back(read(item, depth + 1));
            break;
        case ondemand::json_type::string:
            node.kind = Node::Kind::text;
            node.text = std::string_view(value.get_string());
            break;
        case ondemand::json_type::null:
            if (!value.is_null()) throw simdjson::simdjson_error(simdjson::INCORRECT_TYPE);
            break;
        default:
            node.kind = Node::Kind::literal;
            node.text = trimmed(std::string_view(value.raw_json_token()));
            break;
    }
    return node;
}

Result<Node> parse(std::string_view json) {
    try {
        const simdjson::padded_string padded(json);
        ondemand::parser parser;
        ondemand::document document = parser.iterate(padded);
        if (document.is_scalar()) {
            return Node{.kind = Node::Kind::literal, .text = std::to_string(std::int64_t(document.get_int64()))};
        }
        return read<ondemand::document&>(document, 0);
    } catch (const simdjson::simdjson_error& problem) {
        return failure(StatusCode::invalid, std::string("the answer is not JSON: ") + problem.what());
    }
}

bool is_plain(const Node& node) { return node.kind != Node::Kind::object && node.kind != Node::Kind::list; }

using Row = std::vector<std::pair<std::string, std::string>>;  // names with dots, and what a cell shows
struct Table {
    std::string name;
    std::vector<Row> rows;
};

std::string joined(const std::vector<Node>& items) {
    std::string text;
    for (const Node& item : items) text += (text.empty() ? "" : ", ") + printable(item.text);
    return text;
}

// The values of a node under `name`; lists of objects go into `tables`, or into one cell each where there are none.
void flatten(const std::string& name, const Node& node, Row& row, std::vector<Table>* tables) {
    if (node.kind == Node::Kind::object) {
        for (const auto& [member, value] : node.members) {
            flatten(name.empty() ? member : name + "." + member, value, row, tables);
        }
        return;
    }
    if (is_plain(node)) return row.emplace_back(name, printable(node.text)), void();
    if (std::ranges::all_of(node.items, is_plain)) return row.emplace_back(name, joined(node.items)), void();
    if (tables == nullptr) {
        for (std::size_t i = 0; i < node.items.size(); ++i) {
            flatten(name + "." + std::to_string(i), node.items[i], row, nullptr);
        }
        return;
    }
    Table table{.name = name, .rows = {}};
    for (const Node& item : node.items) flatten("", item, table.rows.emplace_back(), nullptr);
    tables->push_back(std::move(table));
}

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string padded_to(std::string text, std::size_t width) {
    const std::size_t size = characters(text);
    return size < width ? text + std::string(width - size, ' ') : text;
}

std::string cell(const Row& row, std::string_view name) {
    const auto found = std::ranges::find(row, name, &Row::value_type::first);
    return found == row.end() ? std::string() : found->second;
}

// Names in the order of their first appearance; those that are empty in every row are left out.
std::vector<std::string> columns_of(const std::vector<Row>& rows, const std::vector<std::string>& wanted) {
    std::vector<std::string> names;
    for (const Row& row : rows) {
        for (const auto& [name, text] : row) {
            const bool shown = wanted.empty() ? !text.empty() : std::ranges::find(wanted, name) != wanted.end();
            if (shown && std::ranges::find(names, name) == names.end()) names.push_back(name);
        }
    }
    if (wanted.empty()) return names;
    std::vector<std::string> ordered;
    for (const std::string& name : wanted) {
        if (std::ranges::find(names, name) != names.end()) ordered.push_back(name);
    }
    return ordered;
}

std::string lines_of(const Row& row, const std::vector<std::string>& columns) {
    std::size_t width = 0;
    for (const std::string& name : columns) width = std::max(width, characters(name));
    std::string text;
    for (const std::string& name : columns) {
        const std::string value = cell(row, name);
        if (!value.empty()) text += padded_to(name, width) + std::string(kGap) + value + "\n";
    }
    return text;
}

std::string table_text(const std::vector<Row>& rows, const std::vector<std::string>& columns, std::size_t width) {
    if (columns.empty()) return {};
    std::vector<std::size_t> widths;
    std::size_t total = 0;
    for (const std::string& name : columns) {
        std::size_t widest = characters(name);
        for (const Row& row : rows) widest = std::max(widest, characters(cell(row, name)));
        widths.push_back(widest);
        total += widest + kGap.size();
    }
    std::string text;
    if (width != 0 && total > width + kGap.size()) {
        for (const Row& row : rows) text += (text.empty() ? "" : "\n") + lines_of(row, columns);
        return text;
    }
    const auto add_line = [&](const auto& cell_of) {
        std::string line;
        for (std::size_t i = 0; i < columns.size(); ++i) {
            line += padded_to(cell_of(columns[i]), widths[i]) + std::string(kGap);
        }
        while (line.ends_with(' ')) line.pop_back();
        text += line + "\n";
    };
    add_line([](const std::string& name) { return name; });
    for (const Row& row : rows) add_line([&](const std::string& name) { return cell(row, name); });
    return text;
}

// What the answer is a list of.
bool is_main(const Table& table) { return table.name == "data" || table.name == "items"; }

// The columns that are named, else the usual ones that are not empty in every row. A list that has none of those is
// shown whole.
std::vector<std::string> main_columns(const Table& table, const ViewOptions& options) {
    if (!options.columns.empty() || options.usual.empty()) return columns_of(table.rows, options.columns);
    const std::vector<std::string> filled = columns_of(table.rows, {});
    std::vector<std::string> usual = options.usual;
    std::erase_if(usual, [&](const std::string& name) { return std::ranges::find(filled, name) == filled.end(); });
    return usual.empty() ? filled : usual;
}

// What says where a list goes on is no value of it.
std::string take(Row& row, std::string_view name) {
    const auto found = std::ranges::find(row, name, &Row::value_type::first);
    if (found == row.end()) return {};
    std::string text = std::move(found->second);
    row.erase(found);
    return text;
}

// An answer whose values stand in "data" is shown as if they were its own.
void unwrap(Node& answer) {
    for (auto& [name, value] : answer.members) {
        if (name != "data" || value.kind != Node::Kind::object) continue;
        auto inner = std::move(value.members);
        std::erase_if(answer.members, [](const auto& member) { return member.first == "data"; });
        for (auto& member : answer.members) inner.push_back(std::move(member));
        answer.members = std::move(inner);
        return;
    }
}

const Node* member_of(const Node& node, std::string_view name) {
    const auto found = std::ranges::find(node.members, name, &std::pair<std::string, Node>::first);
    return found == node.members.end() ? nullptr : &found->second;
}

}  // namespace

Result<AnswerView> view_answer(std::string_view json, const ViewOptions& options) {
    auto answer = parse(json);
    if (!answer) return std::unexpected(answer.error());
    unwrap(*answer);
    if (answer->kind == Node::Kind::literal) return AnswerView{.text = answer->text + "\n", .next_cursor = {}};
    Row row;
    std::vector<Table> tables;
    flatten(answer->kind == Node::Kind::list ? "data" : "", *answer, row, &tables);
    AnswerView view;
    for (const std::string_view name : {"next_cursor", "next_page_id"}) {
        if (std::string cursor = take(row, name); !cursor.empty()) view.next_cursor = std::move(cursor);
    }
    take(row, "previous_cursor");
    const auto add = [&view](const std::string& text) {
        if (!text.empty()) view.text += (view.text.empty() ? "" : "\n") + text;
    };
    for (const Table& table : tables) {
        if (is_main(table)) add(table_text(table.rows, main_columns(table, options), options.width));
    }
    add(lines_of(row, columns_of({row}, options.columns)));
    for (const Table& table : tables) {
        const std::string text = is_main(table)
                                     ? std::string()
                                     : table_text(table.rows, columns_of(table.rows, options.columns), options.width);
        if (!text.empty()) add(table.name + ":\n" + text);
    }
    if (view.text.empty() && !options.columns.empty() && !(row.empty() && tables.empty())) {
        std::string names;
        for (const auto& [name, text] : tables.empty() || tables[0].rows.empty() ? row : tables[0].rows[0]) {
            names += (names.empty() ? "" : ", ") + name;
        }
        if (!names.empty()) return failure(StatusCode::invalid, "--columns: the answer has none of them, but " + names);
    }
    return view;
}

std::string member_text(std::string_view json, std::string_view path) {
    const auto answer = parse(json);
    if (!answer) return {};
    const Node* node = &*answer;
    while (!path.empty() && node != nullptr) {
        const std::string_view name = path.substr(0, path.find('.'));
        path.remove_prefix(std::min(path.size(), name.size() + 1));
        node = member_of(*node, name);
    }
    return node == nullptr ? std::string() : node->text;
}

std::string printable(std::string_view text) {
    std::string shown;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const bool is_c1 = byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
        if (byte < ' ' || byte == 0x7F || is_c1) {
            shown += kReplacement;
            i += is_c1 ? 1 : 0;
        } else {
            shown += text[i];
        }
    }
    return shown;
}

}  // namespace tollgate
