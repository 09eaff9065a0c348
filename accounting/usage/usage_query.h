// Questions about an organization's requests: a list of them, and what they are told apart by.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounting/ledger/ledger.h"
#include "accounting/ledger/usage_tags.h"
#include "accounting/usage/rollups.h"
#include "accounting/usage/usage_chunks.h"

namespace tollgate {

enum class StatusClass : std::uint8_t { success, client_error, server_error, cancelled };

struct UsageFilter {  // what is absent or empty admits everything
    std::optional<Id128> project = {}, member = {};
    std::optional<KeyDigest> key = {};
    std::string model = {}, provider = {};
    // Of requests only: rollups don't know these.
    std::optional<StatusClass> status = {};
    std::string end_user = {}, session = {}, app = {}, tag = {};
    std::string git_organization = {}, git_repository = {};
};

struct TimeRange {  // Unix time of settlement: from <= t < to
    std::int64_t from_ms = 0;
    std::int64_t to_ms = std::numeric_limits<std::int64_t>::max();
};

// Whether the record passes.
bool admits(const UsageFilter& filter, const TimeRange& time, const UsageRecord& record);

inline constexpr std::uint32_t kMaxUsagePage = 1000;
// How many rows one page may look at. With a filter that few rows match, a page is short and still has a cursor.
inline constexpr std::uint32_t kMaxRowsSearched = 100'000;

struct UsageListQuery {
    Id128 organization;
    UsageFilter filter = {};
    TimeRange time = {};
    std::string cursor = {};  // of another page of the same organization, filter and time; empty: from the newest
    std::uint32_t limit = 100;
};

struct UsagePage {
    std::vector<StoredRequest> requests;  // the newest first
    // Opaque; they stay good while newer requests come. Empty: nothing older is left, or nothing newer was there.
    std::string next_cursor, previous_cursor;
    bool partial = false;  // kMaxRowsSearched ended the page: there may be more behind its cursor
};

// invalid for a cursor that isn't one, or is another list's.
Result<UsagePage> list_usage(const UsageChunks& chunks, const UsageListQuery& query);

// What only the requests themselves know.
enum class UsageAttribute : std::uint8_t { end_user, session, app, tag, git_organization, git_repository };

// Shows each value of it that the request has; none are empty.
template <class Visit>
void for_each_value(UsageAttribute attribute, const RequestOpened& opened, const Visit& visit) {
    if (attribute == UsageAttribute::tag) return for_each_tag(opened.tags, visit);
    std::string_view value = opened.app.empty() ? opened.app_title : opened.app;
    if (attribute == UsageAttribute::end_user) value = opened.end_user;
    if (attribute == UsageAttribute::session) value = opened.session;
    if (attribute == UsageAttribute::git_organization) value = opened.git.organization;
    if (attribute == UsageAttribute::git_repository) value = opened.git.repository;
    if (!value.empty()) visit(value);
}

struct UsageValuesQuery {
    Id128 organization;
    UsageAttribute attribute = UsageAttribute::end_user;
    UsageFilter filter = {};
    TimeRange time = {};
};

struct UsageValue {
    std::string value, label;  // the label is an app's title; else empty
    std::int64_t requests = 0;
};

struct UsageValues {
    std::vector<UsageValue> values;  // in no order; requests without the attribute are in none
    bool partial = false;            // only the newest kMaxRowsSearched requests were looked at
};

Result<UsageValues> usage_values(const UsageChunks& chunks, const UsageValuesQuery& query);

}  // namespace tollgate
