#include "gateway/tools/export.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <limits>
#include <optional>

#include "accounting/verify/reference_ledger.h"
#include "gateway/text/csv.h"
#include "gateway/text/json_writer.h"
#include "gateway/text/time_text.h"
#include "gateway/tools/account_names.h"
#include "gateway/tools/journal_replay.h"
#include "gateway/tools/time_option.h"

namespace tollgate {
namespace {

constexpr std::size_t kBufferBytes = 1 << 20;

// Standard output, or a file that is written aside and takes its name at the end.
class Output {
  public:
    explicit Output(std::string path) : path_(std::move(path)) { buffer_.reserve(kBufferBytes); }
    ~Output() {
        if (file_ < 0 || path_ == "-") return;
        ::close(file_);
        ::unlink(aside().c_str());
    }
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    Status open() {
        file_ = path_ == "-" ? STDOUT_FILENO : ::open(aside().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        return file_ >= 0 ? Status() : error(aside());
    }
    Status write(std::string_view text) {
        buffer_ += text;
        return buffer_.size() < kBufferBytes ? Status() : flush();
    }
    Status finish() {
        if (Status status = flush(); !status.ok() || path_ == "-") return status;
        const bool kept = ::fsync(file_) == 0 && ::rename(aside().c_str(), path_.c_str()) == 0;
        return kept ? Status() : error(path_);
    }

  private:
    std::string aside() const { return path_ + ".part"; }
    static Status error(const std::string& what) { return Status(StatusCode::io, what + ": " + std::strerror(errno)); }
    Status flush() {
        std::string_view left = buffer_;
        while (!left.empty()) {
            const ssize_t written = ::write(file_, left.data(), left.size());
            if (written < 0 && errno != EINTR) return error(path_ == "-" ? "standard output" : aside());
            if (written > 0) left.remove_prefix(static_cast<std::size_t>(written));
        }
        buffer_.clear();
        return {};
    }

    const std::string path_;
    int file_ = -1;
    std::string buffer_;
};

// Rows of named fields. The first row is written for its names only, which are the CSV's header.
class Rows {
  public:
    Rows(Output& out, bool csv) : out_(out), csv_(csv) {}

    void text(std::string_view name, std::string_view value) {
        if (!csv_) {
            json_.key(name).text(value);
            return;
        }
        cell(name);
        if (!in_header_) append_csv_text(value, line_);
    }
    void number(std::string_view name, std::int64_t value) { raw(name, std::to_string(value)); }
    void flag(std::string_view name, bool value) { raw(name, value ? "true" : "false"); }
    void usd(const std::string& name, NanoUsd value) {
        raw(name + "_usd", to_usd(value));
        raw(name + "_nano", std::to_string(value.value));
    }
    void begin(bool header = false) {
        in_header_ = header;
        in_row_ = false;
        if (!csv_) json_.object();
    }
    Status end() {
        std::string line = csv_ ? std::move(line_) : json_.end().take();
        json_ = {};
        line_.clear();
        if (in_header_ && !csv_) return {};
        line += csv_ ? "\r\n" : "\n";
        return out_.write(line);
    }

  private:
    void cell(std::string_view name) {
        if (in_row_) line_ += ',';
        in_row_ = true;
        if (in_header_) line_ += name;
    }
    void raw(std::string_view name, std::string_view value) {
        if (!csv_) {
            json_.key(name).raw(value);
            return;
        }
        cell(name);
        if (!in_header_) line_ += value;
    }

    Output& out_;
    const bool csv_;
    bool in_header_ = false;
    bool in_row_ = false;  // a cell came before
    std::string line_;
    JsonWriter json_;
};

std::string id_or_nothing(const Id128& id) { return id.is_nil() ? std::string() : to_uuid(id); }
std::string key_or_nothing(const KeyDigest& key) { return key == KeyDigest{} ? std::string() : to_hex(key); }

// Whose it is: ids, and names where there are any.
void write_spender(Rows& rows, AccountNames& names, const Id128& organization, const Id128& project,
                   const Id128& member, const KeyDigest& key) {
    rows.text("organization", id_or_nothing(organization));
    rows.text("organization_name", names.organization(organization));
    rows.text("project", id_or_nothing(project));
    rows.text("project_name", names.project(project));
    rows.text("member", id_or_nothing(member));
    rows.text("key", key_or_nothing(key));
    rows.text("key_name", names.key(key));
}

void write_leg(Rows& rows, AccountNames& names, std::uint64_t block, const LedgerEntry& entry, const Leg& leg) {
    rows.number("block", static_cast<std::int64_t>(block));
    rows.text("kind", to_string(entry.kind));
    rows.text("event", to_ulid(entry.event));
    rows.text("at", rfc3339(entry.at_ms));
    write_spender(rows, names, entry.organization, entry.project, entry.member, entry.key);
    rows.text("account", to_string(leg.account));
    rows.text("owner", id_or_nothing(leg.owner));
    rows.usd("amount", leg.amount);
    rows.text("reference", entry.reference.is_nil() ? std::string() : to_ulid(entry.reference));
    rows.number("priority", entry.priority);
    rows.text("expires_at", entry.expires_ms == 0 ? std::string() : rfc3339(entry.expires_ms));
}

void write_request(Rows& rows, AccountNames& names, std::uint64_t block, const UsageRecord& record,
                   const PricedCandidate& by) {
    const RequestOpened& opened = record.opened;
    const RequestSettled& settled = record.settled;
    rows.number("block", static_cast<std::int64_t>(block));
    rows.text("id", "gen-" + to_ulid(opened.request));
    rows.text("created_at", rfc3339(opened.created_ms));
    rows.text("settled_at", rfc3339(settled.settled_ms));
    write_spender(rows, names, opened.organization, opened.project, opened.member, opened.key);
    rows.text("api", to_string(opened.api));
    rows.flag("streamed", opened.streamed);
    rows.text("model_asked", opened.model_asked);
    rows.text("model", by.model);
    rows.text("provider", by.provider);
    rows.text("end_user", opened.end_user);
    rows.text("session", opened.session);
    rows.text("app", opened.app);
    rows.text("app_title", opened.app_title);
    rows.text("tags", opened.tags);
    rows.text("git_provider", opened.git.provider);
    rows.text("git_host", opened.git.host);
    rows.text("git_organization", opened.git.organization);
    rows.text("git_repository", opened.git.repository);
    rows.text("git_claim", opened.git.claim.is_nil() ? std::string() : to_uuid(opened.git.claim));
    rows.number("prompt_tokens", settled.usage.prompt);
    rows.number("completion_tokens", settled.usage.completion);
    rows.number("cache_read_tokens", settled.usage.cache_read);
    rows.number("cache_write_tokens", settled.usage.cache_write);
    rows.number("cache_write_1h_tokens", settled.usage.cache_write_1h);
    rows.number("reasoning_tokens", settled.usage.reasoning);
    rows.text("usage_source", to_string(settled.source));
    rows.flag("usage_contradictory", settled.usage_contradictory);
    rows.usd("cost", settled.cost);
    rows.usd("charged", settled.charged);
    rows.usd("overrun", settled.overrun);
    rows.usd("provider_cost", settled.provider_cost);
    rows.number("http_status", settled.http_status);
    rows.flag("cancelled", settled.cancelled);
    rows.flag("cache_hit", settled.cache_hit);
    rows.flag("byok", settled.byok);
    rows.number("latency_ms", settled.latency_ms);
    rows.number("first_token_ms", settled.first_token_ms);
    rows.number("upstream_status", settled.upstream_status);
    rows.text("finish_reason", settled.finish_reason);
    rows.text("error", settled.error);
    rows.text("upstream_id", settled.upstream_id);
}

struct Filter {
    std::optional<Id128> organization;
    std::int64_t from_ms = std::numeric_limits<std::int64_t>::min();
    std::int64_t to_ms = std::numeric_limits<std::int64_t>::max();

    bool in_time(std::int64_t unix_ms) const { return from_ms <= unix_ms && unix_ms < to_ms; }
    bool takes(const LedgerEntry& entry) const {
        return in_time(entry.at_ms) && (!organization || entry.organization == *organization ||
                                        entry.moved(AccountKind::organization_available, *organization) != NanoUsd{});
    }
    bool takes(const UsageRecord& record) const {
        return in_time(record.settled.settled_ms) && (!organization || record.opened.organization == *organization);
    }
};

Status export_entries(Store& store, const Filter& filter, Rows& rows) {
    AccountNames names(store);
    rows.begin(true);
    write_leg(rows, names, 0, {}, {});
    if (Status status = rows.end(); !status.ok()) return status;
    Progress progress("ledger export", "blocks");
    return for_each_entry(store, progress, [&](std::uint64_t block, const LedgerEntry& entry) -> Status {
        if (!filter.takes(entry)) return {};
        for (const Leg& leg : entry.legs()) {
            rows.begin();
            write_leg(rows, names, block, entry, leg);
            if (Status status = rows.end(); !status.ok()) return status;
        }
        return {};
    });
}

Status export_requests(Store& store, const Filter& filter, Rows& rows) {
    AccountNames names(store);
    rows.begin(true);
    write_request(rows, names, 0, {}, {});
    if (Status status = rows.end(); !status.ok()) return status;
    Progress progress("ledger export", "blocks");
    std::uint64_t expired = 0;
    const Status status =
        for_each_request(store, progress, expired, [&](std::uint64_t block, const UsageRow& row) -> Status {
            const auto record = decode_record(row.open, row.settlement);
            if (!record) return record.error();
            if (!filter.takes(*record)) return {};
            rows.begin();
            write_request(rows, names, block, *record, answered(*record));
            return rows.end();
        });
    if (expired > 0) {
        std::fprintf(stderr, "ledger export: notice: the requests of %llu blocks have expired, all or in part\n",
                     static_cast<unsigned long long>(expired));
    }
    return status;
}

Result<Filter> read_filter(const ExportOptions& options, Store& store) {
    Filter filter;
    if (!options.organization.empty()) {
        const auto organization = find_organization(store, options.organization);
        if (!organization) return std::unexpected(organization.error());
        filter.organization = *organization;
    }
    return filter;
}

}  // namespace

Status export_command(const ExportOptions& options) {
    if (options.format != "csv" && options.format != "ndjson") {
        return Status(StatusCode::invalid, "format " + options.format + ": must be csv or ndjson");
    }
    if (options.what != "entries" && options.what != "requests") {
        return Status(StatusCode::invalid, "what " + options.what + ": must be entries or requests");
    }
    const auto from_ms = read_time_option("--from", options.from, std::numeric_limits<std::int64_t>::min());
    if (!from_ms) return from_ms.error();
    const auto to_ms = read_time_option("--to", options.to, std::numeric_limits<std::int64_t>::max());
    if (!to_ms) return to_ms.error();
    const auto source = LedgerSource::take(options.source);
    if (!source) return source.error();
    const auto store = (*source)->open_store();
    if (!store) return store.error();
    auto filter = read_filter(options, **store);
    if (!filter) return filter.error();
    filter->from_ms = *from_ms;
    filter->to_ms = *to_ms;

    Output out(options.output);
    if (Status status = out.open(); !status.ok()) return status;
    Rows rows(out, options.format == "csv");
    Status status =
        options.what == "entries" ? export_entries(**store, *filter, rows) : export_requests(**store, *filter, rows);
    return status.ok() ? out.finish() : status;
}

}  // namespace tollgate
