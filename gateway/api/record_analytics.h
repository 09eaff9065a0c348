// Sums by what only the requests themselves know: end user, session, app and tag. They are made from the records, the
// newest first, and end where there are too many.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "gateway/api/analytics.h"

namespace tollgate {

class UsageIndex;

inline constexpr std::size_t kMostRecordsSummed = 100'000;

struct RecordReportQuery {
    UsageReportQuery report;  // with any filter
    std::vector<UsageAttribute> attributes;
    std::size_t top = kMaxReportRows;  // groups with rows of their own
};

// Goes through the requests of a report's time and filter, the newest first, until they are all shown, too many, or the
// budget's time is over. `time` is what was gone through, all of it: it begins later than asked for if `partial`.
struct RecordWalk {
    TimeRange time;
    bool partial = false;
};
using VisitRecord = std::function<Status(const StoredRequest&, std::int64_t begin_ms)>;  // and where its bucket begins
Result<RecordWalk> walk_records(UsageIndex& usage, const UsageReportQuery& query, const VisitRecord& visit);
// full: of more than kMaxReportRows.
Status too_many_rows();

// Attributes by the words that ask for them.
const std::map<std::string_view, UsageAttribute>& usage_attributes();
// The column of an attribute, as feed and reports name it.
std::string_view column_of(UsageAttribute attribute);

// As show_analytics() answers; a request with several tags is in a row of each of them. With partial, the sums begin at
// `from`, later than was asked for.
ApiAnswer show_record_analytics(Call& call, const RecordReportQuery& query, bool as_csv);

}  // namespace tollgate
