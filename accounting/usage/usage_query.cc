#include "accounting/usage/usage_query.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <unordered_map>

#include "store/big_endian.h"

namespace tollgate {
namespace {

constexpr std::uint8_t kCursorVersion = 1;
constexpr std::size_t kCursorBytes = 1 + 1 + 4 + 8 + 4 + 4;
constexpr std::string_view kHexDigits = "0123456789abcdef";
// Above every row.
constexpr UsagePosition kNewest{.day = std::numeric_limits<std::uint32_t>::max(), .block = 0, .row = 0};

// Where a page begins: with the newest row below `bound`, or such that it ends with the row at `bound` or the first one
// after it.
struct Cursor {
    UsageChunks::Order order = UsageChunks::Order::newest_first;
    UsagePosition bound = kNewest;
};

// What a cursor belongs to: with another filter it would skip rows or repeat them.
std::uint32_t list_digest(const UsageListQuery& query) {
    std::string text;
    const auto add_bytes = [&text](const auto& bytes) {
        text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    };
    const UsageFilter& filter = query.filter;
    add_bytes(query.organization.bytes);
    add_bytes(filter.project.value_or(Id128{}).bytes);
    add_bytes(filter.member.value_or(Id128{}).bytes);
    add_bytes(filter.key.value_or(KeyDigest{}).bytes);
    text += filter.status ? static_cast<char>(*filter.status) : '-';
    for (const std::string* one : {&filter.model, &filter.provider, &filter.end_user, &filter.session, &filter.app,
                                   &filter.tag, &filter.git_organization, &filter.git_repository}) {
        append_big_endian(text, static_cast<std::uint32_t>(one->size()));
        text += *one;
    }
    append_big_endian(text, static_cast<std::uint64_t>(query.time.from_ms));
    append_big_endian(text, static_cast<std::uint64_t>(query.time.to_ms));
    std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest;
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    return read_big_endian<std::uint32_t>(reinterpret_cast<const char*>(digest.data()));
}

std::string write_cursor(const UsageListQuery& query, UsageChunks::Order order, const UsagePosition& bound) {
    std::string bytes;
    append_big_endian(bytes, kCursorVersion);
    append_big_endian(bytes, static_cast<std::uint8_t>(order));
    append_big_endian(bytes, bound.day);
    append_big_endian(bytes, bound.block);
    append_big_endian(bytes, bound.row);
    append_big_endian(bytes, list_digest(query));
    std::string text;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        text += {kHexDigits[byte >> 4], kHexDigits[byte & 15]};
    }
    return text;
}

Result<Cursor> read_cursor(const UsageListQuery& query) {
    const std::string_view text = query.cursor;
    std::string bytes;
    for (std::size_t i = 0; i + 1 < text.size() && text.size() == 2 * kCursorBytes; i += 2) {
        const auto high = kHexDigits.find(text[i]), low = kHexDigits.find(text[i + 1]);
        if (high == std::string_view::npos || low == std::string_view::npos) break;
        bytes.push_back(static_cast<char>(high << 4 | low));
    }
    if (bytes.size() != kCursorBytes || bytes.front() != static_cast<char>(kCursorVersion) || bytes[1] < 0 ||
        bytes[1] > static_cast<char>(UsageChunks::Order::oldest_first)) {
        return failure(StatusCode::invalid, "'cursor' is not one that a page has answered");
    }
    if (read_big_endian<std::uint32_t>(bytes.data() + 18) != list_digest(query)) {
        return failure(StatusCode::invalid, "'cursor' is of a page with another filter, time or organization");
    }
    return Cursor{.order = static_cast<UsageChunks::Order>(bytes[1]),
                  .bound = {.day = read_big_endian<std::uint32_t>(bytes.data() + 2),
                            .block = read_big_endian<std::uint64_t>(bytes.data() + 6),
                            .row = read_big_endian<std::uint32_t>(bytes.data() + 14)}};
}

StatusClass status_class(const RequestSettled& settled) {
    if (settled.cancelled) return StatusClass::cancelled;
    if (settled.http_status >= 500 || settled.http_status == 0) return StatusClass::server_error;
    return settled.http_status >= 400 ? StatusClass::client_error : StatusClass::success;
}

}  // namespace

bool admits(const UsageFilter& filter, const TimeRange& time, const UsageRecord& record) {
    const RequestOpened& opened = record.opened;
    const RequestSettled& settled = record.settled;
    const PricedCandidate& by = answered(record);
    return settled.settled_ms >= time.from_ms && settled.settled_ms < time.to_ms &&
           (!filter.project || *filter.project == opened.project) &&
           (!filter.member || *filter.member == opened.member) && (!filter.key || *filter.key == opened.key) &&
           (filter.model.empty() || filter.model == by.model) &&
           (filter.provider.empty() || filter.provider == by.provider) &&
           (!filter.status || *filter.status == status_class(settled)) &&
           (filter.end_user.empty() || filter.end_user == opened.end_user) &&
           (filter.session.empty() || filter.session == opened.session) &&
           (filter.app.empty() || filter.app == opened.app || filter.app == opened.app_title) &&
           (filter.tag.empty() || has_tag(opened.tags, filter.tag)) &&
           (filter.git_organization.empty() || filter.git_organization == opened.git.organization) &&
           (filter.git_repository.empty() || filter.git_repository == opened.git.repository);
}

namespace {

// Gathers one page.
class PageReader {
  public:
    explicit PageReader(const UsageListQuery& query) : query_(query) {}

    // False when the page is full.
    bool add(const UsageChunks::Visited& row) {
        const bool full = requests_.size() >= query_.limit;
        partial_ = !full && searched_ == kMaxRowsSearched;
        more_ = full || partial_;
        if (more_) return false;
        ++searched_;
        last_ = row.position;
        const auto record = decode_record(row.row.open, row.row.settlement);
        if (!record) {
            bad_ = record.error();
            return false;
        }
        if (!admits(query_.filter, query_.time, *record)) return true;
        auto stored = StoredRequest::decode(row.row.open, row.row.settlement);
        if (stored) requests_.push_back(std::move(*stored));
        return true;
    }
    const Status& bad() const { return bad_; }

    // The rows below a page's bound and those from it on are all rows: so a page's two cursors leave none out.
    UsagePage take(const Cursor& begun) {
        UsagePage page{.requests = std::move(requests_), .next_cursor = {}, .previous_cursor = {}, .partial = partial_};
        if (begun.order == UsageChunks::Order::newest_first) {
            if (more_) page.next_cursor = write_cursor(query_, UsageChunks::Order::newest_first, last_);
            if (!query_.cursor.empty()) {
                page.previous_cursor = write_cursor(query_, UsageChunks::Order::oldest_first, begun.bound);
            }
            return page;
        }
        std::ranges::reverse(page.requests);
        page.next_cursor = write_cursor(query_, UsageChunks::Order::newest_first, begun.bound);
        const UsagePosition after_last{.day = last_.day, .block = last_.block, .row = last_.row + 1};
        if (more_) page.previous_cursor = write_cursor(query_, UsageChunks::Order::oldest_first, after_last);
        return page;
    }

  private:
    const UsageListQuery& query_;
    std::vector<StoredRequest> requests_;  // as they came
    UsagePosition last_;                   // that was looked at
    std::uint32_t searched_ = 0;
    bool more_ = false, partial_ = false;
    Status bad_;
};

// Shows an organization's rows to `visit`, day after day, until it returns false.
Status visit_rows(const UsageChunks& chunks, const Id128& organization, const TimeRange& time, const Cursor& cursor,
                  const std::function<bool(const UsageChunks::Visited&)>& visit) {
    const auto days = chunks.days();
    if (!days) return days.error();
    if (days->empty()) return {};
    const bool backwards = cursor.order == UsageChunks::Order::newest_first;
    const std::uint32_t oldest = std::ranges::min(*days, {}, &UsageChunks::Days::first).first;
    const std::uint32_t newest = std::ranges::max(*days, {}, &UsageChunks::Days::last).last;
    const std::int64_t last_ms = std::min(time.to_ms - 1, bucket_begin_ms(RollupGrain::day, newest));
    std::int64_t first = std::max(oldest, bucket_of(RollupGrain::day, time.from_ms));
    std::int64_t last = bucket_of(RollupGrain::day, last_ms);
    if (backwards) {
        last = std::min<std::int64_t>(last, cursor.bound.day);
    } else {
        first = std::max<std::int64_t>(first, cursor.bound.day);
    }
    bool more = true;
    const auto ask = [&](const UsageChunks::Visited& row) { return more = visit(row); };
    for (std::int64_t i = 0; i <= last - first && more; ++i) {
        const auto day = static_cast<std::uint32_t>(backwards ? last - i : first + i);
        const Status visited = chunks.visit_day(organization, day, *days, cursor.order, cursor.bound, ask);
        if (!visited.ok()) return visited;
    }
    return {};
}

}  // namespace

Result<UsagePage> list_usage(const UsageChunks& chunks, const UsageListQuery& query) {
    Cursor cursor;
    if (!query.cursor.empty()) {
        const auto given = read_cursor(query);
        if (!given) return std::unexpected(given.error());
        cursor = *given;
    }
    PageReader reader(query);
    const Status visited = visit_rows(chunks, query.organization, query.time, cursor,
                                      [&reader](const UsageChunks::Visited& row) { return reader.add(row); });
    if (!visited.ok()) return std::unexpected(visited);
    if (!reader.bad().ok()) return std::unexpected(reader.bad());
    return reader.take(cursor);
}

Result<UsageValues> usage_values(const UsageChunks& chunks, const UsageValuesQuery& query) {
    UsageValues found;
    std::unordered_map<std::string, std::size_t> places;
    std::uint32_t searched = 0;
    Status bad;
    const Status visited = visit_rows(chunks, query.organization, query.time, {}, [&](const UsageChunks::Visited& row) {
        found.partial = searched++ == kMaxRowsSearched;
        if (found.partial) return false;
        const auto record = decode_record(row.row.open, row.row.settlement);
        if (!record) {
            bad = record.error();
            return false;
        }
        if (!admits(query.filter, query.time, *record)) return true;
        const bool is_app = query.attribute == UsageAttribute::app;
        for_each_value(query.attribute, record->opened, [&](std::string_view value) {
            const auto [place, fresh] = places.try_emplace(std::string(value), found.values.size());
            if (fresh) {
                const std::string_view label = is_app ? record->opened.app_title : std::string_view();
                found.values.push_back({.value = std::string(value), .label = std::string(label)});
            }
            ++found.values[place->second].requests;
        });
        return true;
    });
    if (!visited.ok()) return std::unexpected(visited);
    if (!bad.ok()) return std::unexpected(bad);
    return found;
}

}  // namespace tollgate
