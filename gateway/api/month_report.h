// What an organization used in a calendar month (UTC), by cost centre, and what the ledger booked for it.
#pragma once

#include <array>

#include "gateway/api/analytics.h"

namespace tollgate {

ApiAnswer show_month_report(Call& call);

inline constexpr std::array kMonthQueryFields = {
    fields::text("month").required().note("YYYY-MM"),
    fields::words("by").one_of("project|member|key|model|provider").note("project if absent"),
    kFormatField,
};
inline constexpr Schema kMonthQuery{"MonthReportQuery", kMonthQueryFields};
inline constexpr std::array kMonthReportFields = {
    fields::text("month"),
    fields::time("from"),
    fields::time("to"),
    fields::list("data", kAnalyticsRow).note("What cost most comes first"),
    fields::object("total", kAnalyticsSum),
    fields::usd("booked").note("By the ledger, for usage in this month; the total's charged is the same"),
    fields::flag("complete").note("The month is over, and all of it is in the sums"),
};
inline constexpr Schema kMonthReport{"MonthReport", kMonthReportFields};

}  // namespace tollgate
