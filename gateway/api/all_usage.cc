#include "gateway/api/all_usage.h"

#include "gateway/api/organizations.h"
#include "gateway/text/time_text.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr std::uint32_t kOrganizationsSummed = 50;

Columns columns_of(const Id128& id, std::string_view name, NanoUsd balance, const RollupCounters& used) {
    Columns columns = {
        {"organization_id", id_of(id)}, {"organization_name", text_of(name)}, {"balance", usd_of(balance)}};
    add_metrics(used, columns);
    return columns;
}

// An organization's usage as one row; without any, a row of zeros.
Result<Columns> row_of(Call& call, const Organization& organization, UsageReportQuery& query, TimeRange& summed) {
    query.organization = organization.id;
    const auto report = call.services.usage->report(query);
    if (!report) return std::unexpected(report.error());
    summed = report->time;
    return columns_of(organization.id, organization.name, organization.credit->snapshot().balance(),
                      report->rows.empty() ? RollupCounters{} : report->rows.front().counters);
}

}  // namespace

ApiAnswer show_all_credits(Call& call) {
    std::int64_t organizations = 0;
    NanoUsdSum granted = 0, used = 0, held = 0;
    call.services.credits->for_each([&](const OrganizationCredit& credit) {
        const OrganizationCredit::Snapshot snapshot = credit.snapshot();
        ++organizations;
        granted += snapshot.granted.value;
        used += snapshot.used.value;
        held += snapshot.held.value;
    });
    JsonWriter json;
    json.object().key("organizations").number(organizations).key("balance").usd(granted - used);
    json.key("total_credits").usd(granted).key("total_usage").usd(used);
    return json_answer(json.key("held").usd(held).end());
}

ApiAnswer list_usage_by_organization(Call& call) {
    QueryFields& fields = call.query;
    Page page = read_page(call);
    page.limit = fields.number("limit", 1, kMaxOrganizationsSummed, kOrganizationsSummed);
    UsageReportQuery query;
    query.time = read_report_time(fields, query.grain, call.request.now_ms);
    const bool as_csv = wants_csv(fields);
    if (call.error()) return call.refusal();
    bring_up_to_date(call.services);
    const auto part = page_of_organizations(page, call.directory->organizations());
    TimeRange summed = query.time;
    std::vector<Columns> rows;
    for (const Organization* const organization : part.items) {
        auto row = row_of(call, *organization, query, summed);
        if (!row) return api_error(row.error());
        rows.push_back(std::move(*row));
    }
    if (as_csv) return csv_page(columns_of({}, {}, {}, {}), rows, part.next_cursor);
    JsonWriter json;
    json.object().key("from").text(rfc3339(summed.from_ms)).key("to").text(rfc3339(summed.to_ms));
    json.key("data").array();
    for (const Columns& row : rows) write_json(row, json);
    json.end().key("next_cursor").text_or_null(part.next_cursor).end();
    return json_answer(json);
}

}  // namespace tollgate
