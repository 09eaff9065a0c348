#include "gateway/ops/metrics.h"

#include <prometheus/text_serializer.h>

#include <limits>
#include <map>
#include <sstream>

#include "gateway/exchange/exchange.h"
#include "gateway/ops/endpoint_series.h"
#include "gateway/ops/key_metrics.h"
#include "gateway/ops/process_metrics.h"
#include "gateway/ops/worker_metrics.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = MetricFamilies::Labels;
using Families = MetricFamilies;

constexpr double kPerMicro = 1e6, kPerNano = 1e9;  // divided by: 0.1 stays 0.1

// A histogram summed over workers.
template <std::size_t N>
struct Sum {
    std::array<std::uint64_t, N + 1> buckets{};
    std::uint64_t sum = 0;
    void add(const Histogram<N>& histogram) {
        for (std::size_t i = 0; i <= N; ++i) buckets[i] += histogram.bucket(i);
        sum += histogram.sum();
    }
    bool empty() const {
        for (const auto count : buckets) {
            if (count != 0) return false;
        }
        return true;
    }
};

template <std::size_t N>
void add_histogram(MetricFamily& family, const Labels& labels, const Sum<N>& sum,
                   const std::array<std::uint64_t, N>& bounds) {
    if (sum.empty()) return;
    ClientMetric metric;
    metric.label = labels;
    std::uint64_t cumulative = 0;
    for (std::size_t i = 0; i <= N; ++i) {
        cumulative += sum.buckets[i];
        const double bound =
            i < N ? static_cast<double>(bounds[i]) / kPerMicro : std::numeric_limits<double>::infinity();
        metric.histogram.bucket.push_back({cumulative, bound});
    }
    metric.histogram.sample_count = cumulative;
    metric.histogram.sample_sum = static_cast<double>(sum.sum) / kPerMicro;
    family.metric.push_back(std::move(metric));
}

// One route and endpoint, summed over workers.
struct SeriesSum {
    std::map<int, std::uint64_t> requests;
    Sum<kDurationBoundsUs.size()> first_token, duration;
    Sum<kOverheadBoundsUs.size()> overhead;
    std::uint64_t prompt = 0, completion = 0, cache_read = 0, cache_write = 0, cache_write_1h = 0, reasoning = 0;
    std::uint64_t cost_nano = 0, cancelled = 0;

    void add(const EndpointCounters& counters) {
        counters.requests.for_each([this](int status, std::uint64_t count) { requests[status] += count; });
        first_token.add(counters.first_token);
        duration.add(counters.duration);
        overhead.add(counters.overhead);
        prompt += counters.prompt_tokens.get();
        completion += counters.completion_tokens.get();
        cache_read += counters.cache_read_tokens.get();
        cache_write += counters.cache_write_tokens.get();
        cache_write_1h += counters.cache_write_1h_tokens.get();
        reasoning += counters.reasoning_tokens.get();
        cost_nano += counters.cost_nano.get();
        cancelled += counters.cancelled.get();
    }
};

Labels labels_of(const EndpointSeries& series) {
    Labels labels = {{"model", series.model}, {"provider", series.provider}};
    if (series.own_keys) labels.push_back({"credential", "own"});
    return labels;
}

void write_requests(const Metrics::Sources& from, Families& out) {
    auto requests = MetricFamily{"tollgate_requests", "Requests answered, by HTTP status.", MetricType::Counter, {}};
    auto first = MetricFamily{"tollgate_time_to_first_token_seconds",
                              "From the request's head to the first output: of a stream, its first event with any; of "
                              "another answer, the upstream's head.",
                              MetricType::Histogram,
                              {}};
    auto duration = MetricFamily{
        "tollgate_request_duration_seconds", "From the request's head to its last byte.", MetricType::Histogram, {}};
    auto overhead = MetricFamily{"tollgate_overhead_seconds",
                                 "Time a request spent in the gateway, waiting for the upstream not counted.",
                                 MetricType::Histogram,
                                 {}};
    auto tokens = MetricFamily{"tollgate_tokens",
                               "Tokens metered, by kind; cached and cache-written tokens are also in prompt, those "
                               "written for an hour also in cache_write, reasoning tokens also in completion.",
                               MetricType::Counter,
                               {}};
    auto cost = MetricFamily{"tollgate_cost_usd", "What requests cost, in USD.", MetricType::Counter, {}};
    auto cancelled = MetricFamily{
        "tollgate_requests_cancelled", "Requests whose client left before the end.", MetricType::Counter, {}};
    const auto catalogue = from.catalogue.get();
    const auto series = endpoint_series(*catalogue);
    for (std::size_t route = 0; route < route_names().size(); ++route) {
        for (const EndpointSeries& one : series) {
            SeriesSum sum;
            for (const auto& worker : from.workers) {
                for (const std::size_t number : one.numbers) {
                    const auto* const counters = worker->counters().find(route, number);
                    if (counters != nullptr) sum.add(*counters);
                }
            }
            if (sum.requests.empty()) continue;
            const Labels endpoint_labels = labels_of(one);
            Labels labels = {{"route", std::string(route_names()[route])}};
            labels.insert(labels.end(), endpoint_labels.begin(), endpoint_labels.end());
            for (const auto& [status, count] : sum.requests) {
                Labels with_status = labels;
                with_status.push_back({"status", std::to_string(status)});
                Families::add(requests, with_status, static_cast<double>(count));
            }
            add_histogram(first, labels, sum.first_token, kDurationBoundsUs);
            add_histogram(duration, labels, sum.duration, kDurationBoundsUs);
            add_histogram(overhead, labels, sum.overhead, kOverheadBoundsUs);
            Families::add(cancelled, labels, static_cast<double>(sum.cancelled));
            if (one.numbers.front() == 0) continue;
            Families::add(cost, labels, static_cast<double>(sum.cost_nano) / kPerNano);
            const std::pair<const char*, std::uint64_t> kinds[] = {{"prompt", sum.prompt},
                                                                   {"completion", sum.completion},
                                                                   {"cache_read", sum.cache_read},
                                                                   {"cache_write", sum.cache_write},
                                                                   {"cache_write_1h", sum.cache_write_1h},
                                                                   {"reasoning", sum.reasoning}};
            for (const auto& [kind, count] : kinds) {
                Labels with_kind = labels;
                with_kind.push_back({"kind", kind});
                Families::add(tokens, with_kind, static_cast<double>(count));
            }
        }
    }
    for (auto* family : {&requests, &first, &duration, &overhead, &tokens, &cost, &cancelled}) {
        if (family->type == MetricType::Counter) family->name += "_total";
        MetricFamily& placed = out.family(family->name, family->help, family->type);
        placed.metric = std::move(family->metric);
    }
}

void write_errors(const std::vector<std::unique_ptr<Worker>>& workers, Families& out) {
    MetricFamily& errors = out.family("tollgate_request_errors_total",
                                      "Requests refused or failed, by the code of their error.", MetricType::Counter);
    std::map<std::string_view, std::uint64_t> totals;  // several kinds may have one code
    for (std::size_t kind = 1; kind < kErrorKinds; ++kind) {
        std::uint64_t& total = totals[code_of(static_cast<ErrorKind>(kind))];
        for (const auto& worker : workers) total += worker->counters().errors[kind].get();
    }
    for (const auto& [code, total] : totals) {
        Families::add(errors, {{"code", std::string(code)}}, static_cast<double>(total));
    }
}

void write_workers(const Metrics::Sources& from, Families& out) {
    const auto& workers = from.workers;
    const auto sum = [&workers](Counter WorkerCounters::* counter) {
        std::uint64_t total = 0;
        for (const auto& worker : workers) total += (worker->counters().*counter).get();
        return static_cast<double>(total);
    };
    using C = WorkerCounters;
    out.counter("tollgate_connections_refused_total", "Client connections closed at once, at max_connections.",
                static_cast<double>(from.connections_refused.load(std::memory_order_relaxed)));
    out.counter("tollgate_overrun_usd_total", "Cost beyond the credit there was, borne by the platform; should stay 0.",
                sum(&C::overrun_nano) / kPerNano);
    for (const WorkerMetric& one : worker_metrics::kRows) {
        const std::string name = std::string("tollgate_") + one.name;
        if (one.kind == WorkerMetric::Kind::total) {
            out.counter(name, one.help, sum(one.counter));
        } else {
            out.gauge(name, one.help, sum(one.counter));
        }
    }
    MetricFamily& git =
        out.family("tollgate_git_attributions_total",
                   "Calls of models that name a Git repository: `claimed` is paid by whoever claimed it, `fallback` as "
                   "without the name, `refused` not served.",
                   MetricType::Counter);
    Families::add(git, {{"outcome", "claimed"}}, sum(&C::git_claimed));
    Families::add(git, {{"outcome", "fallback"}}, sum(&C::git_fallback));
    Families::add(git, {{"outcome", "refused"}}, sum(&C::git_refused));
    out.counter("tollgate_hedge_cost_usd_total",
                "What the slower endpoint of each hedge is thought to charge, borne by the platform.",
                sum(&C::hedge_cost_nano) / kPerNano);
}

void write_pools(const Metrics::Sources& from, Families& out) {
    struct Kind {
        const char* name;
        const char* help;
        MetricType type;
        Counter PoolCounters::* counter;
    };
    const Kind kinds[] = {
        {"tollgate_upstream_connections_opened_total", "Upstream connections opened.", MetricType::Counter,
         &PoolCounters::opened},
        {"tollgate_upstream_connections_reused_total", "Requests sent over an idle upstream connection.",
         MetricType::Counter, &PoolCounters::reused},
        {"tollgate_upstream_connections_failed_total", "Upstream connections that could not be made.",
         MetricType::Counter, &PoolCounters::failed},
        {"tollgate_upstream_connections_closed_idle_total", "Idle upstream connections closed.", MetricType::Counter,
         &PoolCounters::closed_idle},
        {"tollgate_upstream_connections_open", "Upstream connections open now.", MetricType::Gauge,
         &PoolCounters::open},
        {"tollgate_upstream_connections_idle", "Upstream connections idle now.", MetricType::Gauge,
         &PoolCounters::idle},
    };
    for (const Kind& kind : kinds) {
        MetricFamily& family = out.family(kind.name, kind.help, kind.type);
        for (const Provider& provider : from.providers) {
            std::uint64_t total = 0;
            for (const auto& worker : from.workers)
                total += (worker->pools()[provider.index]->counters().*kind.counter).get();
            Families::add(family, {{"provider", provider.name}}, static_cast<double>(total));
        }
    }
}

void write_ledger(const Metrics::Sources& from, Families& out) {
    const LedgerCounters ledger = from.ledger.counters();
    const auto number = [](std::uint64_t value) { return static_cast<double>(value); };
    out.gauge("tollgate_slots", "Slots for requests that hold credit.", number(from.slots.slots()));
    out.gauge("tollgate_slots_in_use", "Slots in use now.", number(from.slots.in_use()));
    out.gauge("tollgate_journal_queue", "Settled requests that are not in the journal yet.",
              number(from.slots.awaiting_journal()));
    out.counter("tollgate_journal_commits_total", "Blocks committed to the journal.", number(ledger.blocks));
    out.counter("tollgate_journal_entries_total", "Entries committed to the journal.", number(ledger.entries));
    out.counter("tollgate_journal_commit_failures_total", "Commits that failed, retries included.",
                number(ledger.failures));
    out.counter("tollgate_journal_resumes_total", "How often writing worked again after a failure.",
                number(ledger.resumes));
    out.gauge("tollgate_ledger_read_only", "1 while the journal cannot be written: new requests get 503.",
              from.ledger.accepting() ? 0 : 1);
    out.counter("tollgate_journal_commit_seconds_total", "Time spent committing.",
                number(ledger.commit_nanoseconds) / kPerNano);
    out.gauge("tollgate_journal_recovered_settled", "Settled requests that the last start found outside the journal.",
              number(ledger.recovered_settled));
    out.gauge("tollgate_journal_recovered_open", "Unfinished requests that the last start settled.",
              number(ledger.recovered_open));
    out.gauge("tollgate_slots_set_aside", "Damaged slots that the start found and kept in slots.damaged.",
              from.slots.set_aside());
    const UsageIndexCounters usage = from.usage.counters();
    out.gauge("tollgate_usage_indexed_block", "The last block that listings and reports include.",
              number(usage.indexed_block));
    out.gauge("tollgate_usage_stored_block", "The last block that they have stored.", number(usage.stored_block));
    out.counter("tollgate_usage_rows_total", "Requests taken into listings and reports.", number(usage.rows));
    out.counter("tollgate_usage_flushes_total", "How often listings and reports were stored.", number(usage.flushes));
    out.counter("tollgate_usage_failures_total", "Reads and writes for them that failed and are tried again.",
                number(usage.failures));
}

void write_accounts(const Metrics::Sources& from, Families& out) {
    const auto number = [](std::uint64_t value) { return static_cast<double>(value); };
    const Vault::Wrapping wrapping = from.vault.wrapping();
    out.gauge("tollgate_data_keys_to_wrap", "Data keys that a former master key wraps.", number(wrapping.former));
    out.gauge("tollgate_data_keys_unreadable", "Data keys whose master key is not here; should stay 0.",
              number(wrapping.unknown));
    const MailCounts mail = from.mailer == nullptr ? MailCounts{} : from.mailer->counts();
    out.counter("tollgate_mails_sent_total", "Mails sent.", number(mail.sent));
    out.counter("tollgate_mail_attempts_failed_total", "Attempts to send a mail that failed.",
                number(mail.attempts_failed));
    out.counter("tollgate_mails_failed_total", "Mails given up.", number(mail.failed));
    out.gauge("tollgate_mails_waiting", "Mails that wait to be sent, as counted a minute ago at most.",
              number(mail.waiting));
}

// Of the operator's endpoints: tenants' own keys say nothing of them. Failed attempts count, also where another
// endpoint answered the request in the end.
void write_attempts(const Metrics::Sources& from, Families& out) {
    MetricFamily& attempts =
        out.family("tollgate_upstream_attempts_total",
                   "Attempts at endpoints that came to an end: `success`, `failure` of the provider, `rate_limited`.",
                   MetricType::Counter);
    for (const EndpointSeries& one : endpoint_series(*from.catalogue.get())) {
        if (one.own_keys || one.numbers.front() == 0) continue;
        OutcomeCounts sum;
        for (const std::size_t number : one.numbers) sum += from.health.totals(number);
        if (sum == OutcomeCounts()) continue;  // nobody has asked for it
        const std::pair<const char*, std::uint64_t> outcomes[] = {
            {"success", sum.success}, {"failure", sum.failure}, {"rate_limited", sum.rate_limited}};
        for (const auto& [outcome, count] : outcomes) {
            Labels labels = labels_of(one);
            labels.push_back({"outcome", outcome});
            Families::add(attempts, std::move(labels), static_cast<double>(count));
        }
    }
}

void write_cache(const ResponseCacheCounters& cache, Families& out) {
    out.gauge("tollgate_response_cache_answers", "Answers in the cache.", static_cast<double>(cache.answers.get()));
    out.gauge("tollgate_response_cache_bytes", "What they take.", static_cast<double>(cache.bytes.get()));
    out.counter("tollgate_response_cache_evicted_total", "Answers put out of the cache for want of memory.",
                static_cast<double>(cache.evicted.get()));
}

}  // namespace

std::vector<MetricFamily> Metrics::Collect() const {
    Families out;
    MetricFamily& build = out.family("tollgate_build_info", "Always 1; the version is its label.", MetricType::Gauge);
    Families::add(build, {{"version", TOLLGATE_VERSION}}, 1);
    write_requests(sources_, out);
    write_workers(sources_, out);
    write_errors(sources_.workers, out);
    write_pools(sources_, out);
    write_attempts(sources_, out);
    write_operator_keys(*sources_.catalogue.get(), wire::monotonic_ms(wire::Clock::now()), out);
    write_ledger(sources_, out);
    write_accounts(sources_, out);
    write_cache(sources_.response_cache, out);
    out.counter("tollgate_log_messages_dropped_total", "Messages to the operator dropped because the log was full.",
                static_cast<double>(sources_.log.dropped()));
    const std::int64_t expires_s = sources_.certificate_expires_s.load(std::memory_order_relaxed);
    if (expires_s != 0) {
        out.gauge("tollgate_tls_certificate_expiry_seconds",
                  "When the certificate that clients see expires, since the Unix epoch.",
                  static_cast<double>(expires_s));
    }
    write_process(out);
    write_host(sources_.data_dir, out);
    return out.take();
}

std::string Metrics::text() const { return prometheus::TextSerializer().Serialize(Collect()); }

}  // namespace tollgate
