#include "gateway/import/sql_dump.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tollgate {
namespace {

bool is_space(int c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }
bool is_word(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '+' || c == '-' || c >= 0x80;
}

bool same_word(std::string_view text, std::string_view upper) {
    return std::ranges::equal(text, upper, {}, [](char c) { return c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c; });
}

struct Token {
    enum class Kind { end, word, name, text, sign } kind = Kind::end;
    std::string text = {};    // of a word as it stands, of a name or text without its quotes, or the sign
    bool backquoted = false;  // a name that MySQL quoted
    bool is(char sign) const { return kind == Kind::sign && text[0] == sign; }
    bool is(std::string_view upper) const { return kind == Kind::word && same_word(text, upper); }
    bool names() const { return kind == Kind::name || kind == Kind::word; }
};

class Reader {
  public:
    Reader(std::istream& in, const std::function<bool(std::string_view)>& is_wanted)
        : in_(*in.rdbuf()), is_wanted_(is_wanted) {}

    Result<SqlDump> read() {
        while (problem_.empty()) {
            const Token first = next();
            if (first.kind == Token::Kind::end) break;
            statement(first);
        }
        if (problem_.empty()) return std::move(dump_);
        return failure(StatusCode::invalid, "line " + std::to_string(line_) + ": " + problem_);
    }

  private:
    // --- Characters
    static constexpr int kEnd = std::char_traits<char>::eof();
    int peek() { return in_.sgetc(); }
    int take() {
        const int c = in_.sbumpc();
        if (c == '\n') ++line_;
        return c;
    }
    void fail(std::string problem) {
        if (problem_.empty()) problem_ = std::move(problem);
    }
    // Adds a character to a value that has a limit.
    void add(std::string& text, int c) {
        if (text.size() >= kMostValueBytes) return fail("a value is longer than the limit");
        text += static_cast<char>(c);
    }

    // --- Tokens
    void skip_line() {
        for (int c = take(); c != '\n' && c != kEnd;) c = take();
    }
    void skip_comment() {
        int before = 0;
        for (int c = take(); c != kEnd; before = c, c = take()) {
            if (before == '*' && c == '/') return;
        }
        fail("a comment does not end");
    }
    // After what a comment begins with was seen: whether it was one.
    bool skip_blank() {
        const int c = peek();
        if (is_space(c)) return take(), true;
        if (c == '#') return skip_line(), true;
        return false;
    }

    // Behind the opening quote. A doubled one stands for itself.
    std::string quoted(int quote, bool backslashes) {
        std::string text;
        while (problem_.empty()) {
            int c = take();
            if (c == kEnd) return fail("a quoted text does not end"), text;
            if (c == quote) {
                if (peek() != quote) return text;
                take();
            } else if (c == '\\' && backslashes) {
                c = unescaped(take());
            }
            add(text, c);
        }
        return text;
    }
    // MySQL's escapes, and those of E'…' that dumps have.
    static int unescaped(int c) {
        switch (c) {
            case 'n':
                return '\n';
            case 't':
                return '\t';
            case 'r':
                return '\r';
            case 'b':
                return '\b';
            case '0':
                return '\0';
            case 'Z':
                return 26;
            default:
                return c;
        }
    }
    // $tag$ … $tag$; the first $ was taken.
    void skip_dollar_text() {
        std::string tag = "$";
        while (is_word(peek())) add(tag, take());
        if (peek() != '$') return;  // a parameter
        add(tag, take());
        std::string last;
        for (int c = take(); c != kEnd; c = take()) {
            last += static_cast<char>(c);
            if (last.size() > tag.size()) last.erase(0, 1);
            if (last == tag) return;
        }
        fail("a text between " + tag + " does not end");
    }

    Token next() {
        while (problem_.empty()) {
            while (skip_blank()) continue;
            const int c = peek();
            if (c == kEnd) return {};
            take();
            if (c == '-' && peek() == '-') {
                skip_line();
                continue;
            }
            if (c == '/' && peek() == '*') {
                take();
                skip_comment();
                continue;
            }
            if (c == '$') {
                skip_dollar_text();
                continue;
            }
            return token_of(c);
        }
        return {};
    }
    Token token_of(int c) {
        using Kind = Token::Kind;
        if (c == '\'') return {Kind::text, quoted('\'', backslashes_)};
        if (c == '"') return {backslashes_ ? Kind::text : Kind::name, quoted('"', backslashes_)};
        if (c == '`') return {Kind::name, quoted('`', false), true};
        if (!is_word(c)) return {Kind::sign, std::string(1, static_cast<char>(c))};
        std::string word(1, static_cast<char>(c));
        while (is_word(peek())) add(word, take());
        if (peek() != '\'') return {Kind::word, std::move(word)};
        take();  // E'…', X'…', N'…'
        return {Kind::text, quoted('\'', backslashes_ || same_word(word, "E"))};
    }

    // --- Statements
    void statement(const Token& first) {
        if (first.is("CREATE")) return create();
        if (first.is("INSERT")) return insert();
        if (first.is("COPY")) return copy();
        if (!first.is(';')) skip_statement();
    }
    void skip_statement() {
        for (Token token = next(); token.kind != Token::Kind::end && !token.is(';');) token = next();
    }
    // A name of a table; what stands before its last dot is its schema. `after` is what follows it.
    Token table_name(Token token, Token& after) {
        after = next();
        while (after.is('.') || (token.kind == Token::Kind::word && token.text.ends_with('.'))) {
            token = after.is('.') ? next() : std::move(after);
            after = next();
        }
        if (token.kind == Token::Kind::word) token.text.erase(0, token.text.rfind('.') + 1);
        return token;
    }

    void create() {
        Token token = next();
        while (token.is("TEMPORARY") || token.is("UNLOGGED")) token = next();
        if (!token.is("TABLE")) return skip_statement();
        token = next();
        while (token.is("IF") || token.is("NOT") || token.is("EXISTS")) token = next();
        Token after;
        const Token name = table_name(std::move(token), after);
        if (!after.is('(')) return skip_rest(after);
        SqlTable& table = dump_[name.text];
        if (!table.rows.empty()) return fail("the table " + name.text + " is made after its rows");
        table.columns.clear();
        int depth = 1;
        for (bool begins = true; depth > 0 && problem_.empty(); begins = depth == 1 && token.is(',')) {
            token = next();
            if (token.kind == Token::Kind::end) return fail("a table does not end");
            if (token.is('(')) ++depth;
            if (token.is(')')) --depth;
            if (begins && token.names() && !is_clause(token)) add_column(table.columns, token.text);
        }
        skip_statement();
    }
    void skip_rest(const Token& token) {
        if (!token.is(';') && token.kind != Token::Kind::end) skip_statement();
    }
    static bool is_clause(const Token& token) {
        constexpr std::array kClauses = {"PRIMARY",  "KEY",   "UNIQUE",  "CONSTRAINT", "INDEX",
                                         "FULLTEXT", "CHECK", "FOREIGN", "EXCLUDE",    "LIKE"};
        return std::ranges::any_of(kClauses, [&](const char* clause) { return token.is(std::string_view(clause)); });
    }
    void add_column(std::vector<std::string>& columns, const std::string& name) {
        if (columns.size() >= kMostColumns) return fail("a table has too many columns");
        columns.push_back(name);
    }

    // "(a, b)", behind its bracket.
    std::vector<std::string> column_list() {
        std::vector<std::string> columns;
        for (Token token = next(); problem_.empty() && !token.is(')'); token = next()) {
            if (token.kind == Token::Kind::end) fail("a list of columns does not end");
            if (token.names()) add_column(columns, token.text);
        }
        return columns;
    }

    void insert() {
        Token token = next();
        while (token.is("INTO") || token.is("OR") || token.is("IGNORE") || token.is("REPLACE")) token = next();
        Token after;
        const Token name = table_name(std::move(token), after);
        SqlTable& table = dump_[name.text];
        std::vector<std::string> columns = table.columns;
        if (after.is('(')) {
            columns = column_list();
            after = next();
        }
        if (after.is("OVERRIDING")) {
            next();
            next();
            after = next();
        }
        if (!after.is("VALUES")) return fail("an INSERT INTO " + name.text + " without VALUES");
        backslashes_ = name.backquoted;  // as MySQL reads texts
        const bool wanted = is_wanted_(name.text);
        for (token = next(); problem_.empty() && token.is('('); token = next()) {
            add_row(table, name.text, columns, row(wanted), wanted);
            token = next();
            if (!token.is(',')) break;
        }
        backslashes_ = false;
        skip_rest(token);
    }
    std::vector<SqlValue> row(bool wanted) {
        std::vector<SqlValue> values;
        while (problem_.empty()) {
            Token token = next();
            if (token.kind == Token::Kind::word && token.text.starts_with('_')) token = next();  // a character set
            values.push_back(value_of(token, wanted));
            token = next();
            int depth = 0;  // of an expression or a cast: passed over
            while (problem_.empty() && (depth > 0 || (!token.is(',') && !token.is(')')))) {
                if (token.kind == Token::Kind::end) fail("a row does not end");
                if (wanted && token.is('(')) fail("a value is an expression, which cannot be read");
                if (token.is('(')) ++depth;
                if (token.is(')')) --depth;
                token = next();
            }
            if (values.size() > kMostColumns) fail("a row has too many values");
            if (token.is(')')) break;
        }
        return values;
    }
    SqlValue value_of(const Token& token, bool wanted) {
        if (token.is("NULL") || !wanted) return std::nullopt;
        if (token.kind == Token::Kind::sign) fail("a value is an expression, which cannot be read");
        return token.text;
    }
    void add_row(SqlTable& table, const std::string& name, const std::vector<std::string>& columns,
                 std::vector<SqlValue> values, bool wanted) {
        ++table.row_count;
        if (!wanted || !problem_.empty()) return;
        if (table.columns.empty()) table.columns = columns;
        if (columns.empty()) return fail("what are the columns of " + name + "? There is no CREATE TABLE before");
        if (values.size() != columns.size()) {
            return fail("a row of " + name + " has " + std::to_string(values.size()) + " values for " +
                        std::to_string(columns.size()) + " columns");
        }
        std::vector<SqlValue> ordered(table.columns.size());
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const auto place = std::ranges::find(table.columns, columns[i]);
            if (place == table.columns.end()) return fail(name + " has no column " + columns[i]);
            ordered[static_cast<std::size_t>(place - table.columns.begin())] = std::move(values[i]);
        }
        table.rows.push_back(std::move(ordered));
    }

    void copy() {
        Token after;
        const Token name = table_name(next(), after);
        SqlTable& table = dump_[name.text];
        std::vector<std::string> columns = table.columns;
        if (after.is('(')) {
            columns = column_list();
            after = next();
        }
        if (!after.is("FROM") || !next().is("STDIN")) return skip_statement();
        skip_statement();
        if (peek() == '\r') take();
        if (peek() == '\n') take();
        const bool wanted = is_wanted_(name.text);
        while (problem_.empty()) {
            const auto line = copy_line();
            if (!line) return fail("the rows of " + name.text + " do not end");
            if (*line == "\\.") return;
            add_row(table, name.text, columns, wanted ? copy_values(*line) : std::vector<SqlValue>(), wanted);
        }
    }
    std::optional<std::string> copy_line() {
        std::string line;
        for (int c = take(); c != '\n'; c = take()) {
            if (c == kEnd) return std::nullopt;
            add(line, c);
            if (!problem_.empty()) return std::nullopt;
        }
        if (line.ends_with('\r')) line.pop_back();
        return line;
    }
    // PostgreSQL's text format: tabs between, \N for NULL.
    static std::vector<SqlValue> copy_values(std::string_view line) {
        std::vector<SqlValue> values;
        while (true) {
            const std::string_view field = line.substr(0, line.find('\t'));
            values.push_back(field == "\\N" ? SqlValue() : SqlValue(copy_text(field)));
            if (field.size() == line.size()) return values;
            line.remove_prefix(field.size() + 1);
        }
    }
    static std::string copy_text(std::string_view field) {
        std::string text;
        for (std::size_t i = 0; i < field.size(); ++i) {
            const bool escaped = field[i] == '\\' && i + 1 < field.size();
            text += escaped ? static_cast<char>(unescaped(field[++i])) : field[i];
        }
        return text;
    }

    std::streambuf& in_;
    const std::function<bool(std::string_view)>& is_wanted_;
    SqlDump dump_;
    std::size_t line_ = 1;
    bool backslashes_ = false;
    std::string problem_;
};

}  // namespace

Result<SqlDump> read_sql_dump(std::istream& in, const std::function<bool(std::string_view)>& is_wanted) {
    return Reader(in, is_wanted).read();
}

std::optional<std::vector<std::string>> parse_sql_array(std::string_view text) {
    if (text.size() < 2 || text.front() != '{' || text.back() != '}') return std::nullopt;
    text = text.substr(1, text.size() - 2);
    std::vector<std::string> items;
    while (!text.empty()) {
        std::string item;
        const bool is_quoted = text.front() == '"';
        std::size_t at = is_quoted ? 1 : 0;
        for (; at < text.size() && text[at] != (is_quoted ? '"' : ','); ++at) {
            if (text[at] == '\\' && at + 1 < text.size()) ++at;
            item += text[at];
        }
        if (is_quoted && at++ >= text.size()) return std::nullopt;
        if (at < text.size() && text[at] != ',') return std::nullopt;
        if (is_quoted || item != "NULL") items.push_back(std::move(item));
        text.remove_prefix(std::min(text.size(), at + 1));
    }
    return items;
}

}  // namespace tollgate
