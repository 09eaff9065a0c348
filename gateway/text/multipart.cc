#include "gateway/text/multipart.h"

#include <algorithm>

#include "gateway/text/ascii.h"

namespace tollgate {
namespace {

constexpr std::string_view kFormType = "multipart/form-data", kLineEnd = "\r\n", kHeadEnd = "\r\n\r\n";
constexpr std::size_t kMostBoundaryBytes = 70;  // RFC 2046 5.1.1

bool same(std::string_view one, std::string_view other) {
    return std::ranges::equal(one, other, [](char a, char b) { return ascii_lower(a) == ascii_lower(b); });
}

bool is_boundary(std::string_view text) {
    static constexpr std::string_view kMarks = "'()+_,-./:=? ";
    return !text.empty() && text.size() <= kMostBoundaryBytes && text.back() != ' ' &&
           std::ranges::all_of(text, [](char c) { return is_ascii_alphanumeric(c) || kMarks.contains(c); });
}

// "; name=value" and "; name="value"" behind a field's first word, one after another.
class Parameters {
  public:
    explicit Parameters(std::string_view field) : rest_(field.substr(std::min(field.find(';'), field.size()))) {}

    // False: there are no more, or what follows is no parameter.
    bool next() {
        if (!rest_.starts_with(';')) return false;
        rest_ = without_blanks(rest_.substr(1));
        const std::size_t equals = rest_.find('=');
        if (equals == std::string_view::npos) return false;
        name = without_blanks(rest_.substr(0, equals));
        rest_ = without_blanks(rest_.substr(equals + 1));
        value.clear();
        return rest_.starts_with('"') ? take_quoted() : take_token();
    }

    std::string_view name;
    std::string value;

  private:
    bool take_token() {
        const std::size_t end = std::min(rest_.find(';'), rest_.size());
        value = without_blanks(rest_.substr(0, end));
        rest_.remove_prefix(end);
        return true;
    }

    // Browsers write a quote as %22; others escape it.
    bool take_quoted() {
        std::size_t at = 1;
        for (; at < rest_.size() && rest_[at] != '"'; ++at) {
            const bool escapes =
                rest_[at] == '\\' && at + 1 < rest_.size() && (rest_[at + 1] == '"' || rest_[at + 1] == '\\');
            if (escapes) ++at;
            value += rest_[at];
        }
        if (at >= rest_.size()) return false;
        rest_ = without_blanks(rest_.substr(at + 1));
        return true;
    }

    std::string_view rest_;
};

Error wrong(const char* what) {
    return {ErrorKind::invalid_request, "the body is no multipart/form-data: " + std::string(what)};
}

// What its head says of a part. False: it does not name it.
bool read_head(std::string_view head, FormPart& part) {
    bool named = false;
    while (!head.empty()) {
        const std::size_t end = std::min(head.find(kLineEnd), head.size());
        const std::string_view line = head.substr(0, end);
        head.remove_prefix(std::min(end + kLineEnd.size(), head.size()));
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos || !same(without_blanks(line.substr(0, colon)), "content-disposition"))
            continue;
        if (named) return false;
        for (Parameters parameters(line.substr(colon + 1)); parameters.next();) {
            if (same(parameters.name, "name")) {
                if (named) return false;
                named = true;
                part.name = parameters.value;
            }
            part.is_file = part.is_file || same(parameters.name, "filename") || same(parameters.name, "filename*");
        }
    }
    return named;
}

}  // namespace

std::string form_boundary(std::string_view content_type) {
    const std::string_view type = without_blanks(content_type.substr(0, content_type.find(';')));
    if (!same(type, kFormType)) return {};
    for (Parameters parameters(content_type); parameters.next();) {
        if (same(parameters.name, "boundary")) return is_boundary(parameters.value) ? parameters.value : std::string();
    }
    return {};
}

Outcome<std::vector<FormPart>> read_form(std::string_view body, std::string_view boundary) {
    const std::string delimiter = std::string(kLineEnd) + "--" + std::string(boundary);
    // The first delimiter may begin the body: then its line end is not there.
    const std::string_view first = std::string_view(delimiter).substr(kLineEnd.size());
    std::size_t boundary_at = 0;  // without the line end before it
    if (!body.starts_with(first)) {
        const std::size_t found = body.find(delimiter);
        if (found == std::string_view::npos) return std::unexpected(wrong("its boundary does not stand in it"));
        boundary_at = found + kLineEnd.size();
    }
    std::size_t at = boundary_at + first.size();
    std::vector<FormPart> parts;
    while (!body.substr(at).starts_with("--")) {
        at = body.find_first_not_of(" \t", at);
        if (at == std::string_view::npos || !body.substr(at).starts_with(kLineEnd)) {
            return std::unexpected(wrong("a boundary is not alone in its line"));
        }
        const std::size_t head_end = body.substr(0, std::min(body.size(), at + kMostPartHeadBytes)).find(kHeadEnd, at);
        if (head_end == std::string_view::npos) return std::unexpected(wrong("a part has no head, or too large a one"));
        if (body.substr(at, head_end - at).find(delimiter) != std::string_view::npos) {
            return std::unexpected(wrong("a boundary stands in the head of a part"));
        }
        if (parts.size() == kMostFormParts) return std::unexpected(wrong("it has too many parts"));
        FormPart part;
        const std::size_t head = at + kLineEnd.size();
        if (!read_head(body.substr(head, std::max(head_end, head) - head), part)) {
            return std::unexpected(wrong("a part does not say its name, or says it twice"));
        }
        const std::size_t begin = head_end + kHeadEnd.size();
        // An empty part's delimiter begins with the end of its head.
        const std::size_t end = body.find(delimiter, begin - kLineEnd.size());
        if (end == std::string_view::npos) return std::unexpected(wrong("it ends before its last boundary"));
        part.value = body.substr(begin, std::max(end, begin) - begin);
        const std::size_t next_at = end + kLineEnd.size();
        part.whole = body.substr(boundary_at, next_at - boundary_at);
        parts.push_back(std::move(part));
        boundary_at = next_at;
        at = boundary_at + first.size();
    }
    return parts;
}

}  // namespace tollgate
