#include "gateway/command_line/list_pages.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <charconv>

#include "gateway/api/schema.h"

namespace tollgate {
namespace {

constexpr std::string_view kOffset = "offset";

const Field* field_of(const Operation& operation, std::string_view name) {
    if (operation.contract.query == nullptr) return nullptr;
    const auto& fields = operation.contract.query->fields;
    const auto found = std::ranges::find(fields, name, &Field::name);
    return found == fields.end() ? nullptr : &*found;
}

std::string_view parameter_of(const Operation& operation) {
    for (const std::string_view name : {std::string_view("cursor"), std::string_view("page_id"), kOffset}) {
        if (field_of(operation, name) != nullptr) return name;
    }
    return {};
}

std::string given_text(const GivenValues& given, const std::string& option) {
    const auto found = given.fields.find(option);
    return found == given.fields.end() || found->second.empty() ? std::string() : found->second.back();
}

std::optional<std::size_t> count_in(std::string_view text) {
    std::size_t count = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), count);
    return failed == std::errc() && end == text.data() + text.size() ? std::optional(count) : std::nullopt;
}

struct Counted {
    std::size_t rows = 0;
    std::optional<std::size_t> all;  // of the list
};

Counted count(std::string_view body) {
    boost::system::error_code failed;
    const auto answer = boost::json::parse(body, failed);
    const auto* const page = failed ? nullptr : answer.if_object();
    if (page == nullptr) return {};
    Counted counted;
    const auto* const data = page->if_contains("data");
    if (data != nullptr && data->is_array()) counted.rows = data->as_array().size();
    const auto* const all = page->if_contains("total_count");
    if (all != nullptr && all->is_int64() && all->as_int64() >= 0)
        counted.all = static_cast<std::size_t>(all->as_int64());
    return counted;
}

}  // namespace

std::size_t rows_of(std::string_view body) { return count(body).rows; }

bool ListPages::has_pages(const Operation& operation) { return !parameter_of(operation).empty(); }

ListPages::ListPages(const Operation& operation, const GivenValues& given) : parameter_(parameter_of(operation)) {
    const std::string limit = given_text(given, "limit"), number = given_text(given, "page-id");
    const std::string cursor = given_text(given, "cursor"), offset = given_text(given, "offset");
    if (!number.empty()) parameter_ = "page_id";
    one_is_asked_for_ = !limit.empty() || !number.empty() || !cursor.empty() || !offset.empty();
    offset_ = count_in(offset).value_or(0);
    limit_ = limit;
    const Field* const field = field_of(operation, "limit");
    sets_limit_ =
        limit.empty() && number.empty() && !parameter_.empty() && field != nullptr && field->most != INT64_MAX;
    if (sets_limit_) limit_ = std::to_string(field->most);
}

ClientCall ListPages::first(ClientCall call) const {
    if (sets_limit_) call.target = with_query(std::move(call.target), "limit", limit_);
    return call;
}

std::optional<ListPages::Next> ListPages::next(const ClientCall& call, std::string_view body,
                                               const std::string& named) {
    if (parameter_.empty()) return {};
    std::string where = named;
    bool may_be_empty = false;
    if (parameter_ == kOffset) {
        const auto [rows, all] = count(body);
        const auto limit = count_in(limit_);
        offset_ += rows;
        if (rows == 0 || (all ? offset_ >= *all : limit && rows < *limit)) return {};
        where = std::to_string(offset_);
        may_be_empty = !all;
    }
    if (where.empty()) return {};
    Next next{.call = call, .option = {}, .may_be_empty = may_be_empty};
    next.call.target = with_query(std::move(next.call.target), parameter_, where);
    next.option = (parameter_ == "page_id" ? "--page-id " : "--" + std::string(parameter_) + " ") + where;
    return next;
}

}  // namespace tollgate
