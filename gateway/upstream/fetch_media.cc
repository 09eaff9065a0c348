#include "gateway/upstream/fetch_media.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/post.hpp>
#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include "gateway/chat/canonical/media_addresses.h"
#include "gateway/client/connection.h"
#include "gateway/fair_queue.h"
#include "gateway/off_loop.h"
#include "gateway/outside/media_fetch.h"
#include "gateway/upstream/dispatch.h"
#include "gateway/upstream/fetched_media.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr std::uint32_t kSlackMs = 1000;  // the wait ends itself before the connection's deadline does

// What is fetched for one attempt, by a thread that may outlive it: what is here is all that it sees of the request.
// The timer is the worker's: it is touched there alone, also by the end of the job.
struct FetchJob {
    FetchJob(Worker& worker, const Id128& organization, std::vector<MediaAddress> found)
        : media(std::move(found)),
          limits(worker.config().fetched_media),
          reach(worker.services().media_reach),
          deadline(std::chrono::steady_clock::now() + std::chrono::milliseconds(limits.timeout_ms)),
          memory(std::make_unique<FetchMemory>(*worker.services().bodies, organization)),
          done(worker.io(), wire::Clock::time_point::max()) {}

    const std::vector<MediaAddress> media;
    const FetchedMediaConfig& limits;
    const wire::Reach& reach;
    const std::chrono::steady_clock::time_point deadline;
    std::atomic<bool> abandoned{false};

    // --- The thread's, until it is over
    std::unique_ptr<FetchMemory> memory;
    FetchedMedia::ByAddress fetched;
    std::size_t bytes = 0;   // of all
    std::size_t failed = 0;  // which of `media`
    bool went_inside = false;
    bool no_memory = false;
    bool complete = false;

    // --- The worker's
    bool over = false;
    wire::Timer done;
};

// False: it could not be had.
bool fetch_one(FetchJob& job, const MediaAddress& wanted) {
    const auto may_hold = [&job](std::size_t bytes) {
        job.no_memory = !job.memory->hold(job.bytes + bytes);
        return !job.no_memory;
    };
    const std::size_t left = job.limits.max_request_bytes - job.bytes;
    auto result = fetch_medium({.address = wanted.address,
                                .kind = wanted.kind == Part::Kind::image ? MediaClass::picture : MediaClass::document,
                                .reach = &job.reach,
                                .most_bytes = std::min<std::size_t>(job.limits.max_bytes, left),
                                .deadline = job.deadline,
                                .may_hold = may_hold,
                                .stop = &job.abandoned});
    job.went_inside = job.went_inside || result.went_inside;
    if (!result.medium) return false;
    job.bytes += result.medium->bytes;
    job.fetched.emplace(wanted.address, std::move(*result.medium));
    return true;
}

void fetch_all(FetchJob& job) try {
    for (job.failed = 0; job.failed < job.media.size(); ++job.failed) {
        const MediaAddress& wanted = job.media[job.failed];
        if (job.fetched.contains(wanted.address)) continue;
        if (job.abandoned || !fetch_one(job, wanted)) return;
    }
    job.complete = true;
} catch (const std::bad_alloc&) {
    job.no_memory = true;
}

void start(Connection& connection, std::shared_ptr<FetchJob> job) {
    Services& services = connection.worker().services();
    wire::asio::io_context& loop = connection.worker().io();
    services.fetching->post(connection.request.principal.organization, [&loop, job = std::move(job)]() mutable {
        fetch_all(*job);
        wire::asio::post(loop, [job = std::move(job)] {
            job->over = true;
            job->done.cancel();
        });
    });
}

bool is_given_up(Connection& connection) {
    return connection.abandoned() || connection.client_gone() || connection.is_outrun();
}

// Until the job is over, its time is, or nobody waits. What failed within the gateway's own network is told at the end
// of the time, so that a refused connection, a silent one and a missing page are one.
wire::Awaitable<void> wait_for(Connection& connection, FetchJob& job) {
    const auto began = wire::Clock::now();
    connection.expect_news(job.limits.timeout_ms + kSlackMs);
    while (!is_given_up(connection) && std::chrono::steady_clock::now() < job.deadline) {
        if (job.over && (job.complete || !job.went_inside)) break;
        job.done.expires_after(Worker::kTick);
        (void)co_await job.done.async_wait(wire::kAwait);
    }
    job.abandoned = true;
    connection.expect_nobody();
    connection.request.attempt.connecting_us += wire::us_between(began, wire::Clock::now());
}

// One message for every failure: what lies at an address, and whether anything does, is not told.
Error cannot_be_had(const MediaAddress& wanted, const FetchedMediaConfig& limits) {
    const bool picture = wanted.kind == Part::Kind::image;
    Error error(ErrorKind::invalid_request,
                "'" + wanted.field +
                    "' cannot be fetched, and the chosen model's provider takes no addresses; it must be " +
                    (picture ? "a PNG, JPEG, GIF or WebP picture" : "a PDF file") + " of at most " +
                    std::to_string(limits.max_bytes) + " bytes at a public https address, which says its type",
                wanted.field);
    error.set_retry(Retry::elsewhere);
    return error;
}

Error too_many(const MediaAddress& first_beyond, const FetchedMediaConfig& limits) {
    Error error(ErrorKind::invalid_request,
                "more than " + std::to_string(limits.max_count) +
                    " pictures and files by address, and the chosen model's provider takes no addresses",
                first_beyond.field);
    error.set_retry(Retry::elsewhere);
    return error;
}

Error no_memory() {
    Error error(ErrorKind::overloaded, "too many request bodies are in memory");
    error.set_retry(Retry::elsewhere);
    return error;
}

// Reads the body where it is to be read.
wire::Awaitable<Error> read_chat(Connection& connection, ClientChat& client, std::string_view body) {
    if (body.size() <= kMostBytesParsedOnLoop) co_return client.read(connection.request, body);
    Error error;
    co_await off_loop(connection, [&] { error = client.read(connection.request, body); });
    co_return error;
}

wire::Awaitable<Error> fetch_found(Connection& connection, FetchedMedia& kept, std::vector<MediaAddress> found) {
    const FetchedMediaConfig& limits = connection.worker().config().fetched_media;
    if (found.size() > limits.max_count) co_return too_many(found[limits.max_count], limits);
    const auto job =
        std::make_shared<FetchJob>(connection.worker(), connection.request.principal.organization, std::move(found));
    start(connection, job);
    co_await wait_for(connection, *job);
    if (job->over && job->complete) {
        kept.add(std::move(job->fetched), std::move(job->memory));
        co_return Error{};
    }
    if (connection.stopped() || connection.client_gone()) {
        co_return upstream_failure(connection, connection.request.attempt.endpoint->provider->name, {});
    }
    if (job->over && job->no_memory) co_return no_memory();
    // A thread that has not ended may be at any of them, or wait for its turn.
    const Error error = cannot_be_had(job->media[job->over ? job->failed : 0], limits);
    if (!connection.is_outrun()) kept.fail(error);
    co_return error;
}

}  // namespace

bool takes_data_only(const Provider& provider) {
    const UpstreamDialect* const dialect = provider.dialect;
    if (dialect == &converse_upstream()) return true;
    if (dialect == &messages_upstream()) return provider.claude_host != ClaudeHost::anthropic;
    return dialect != &gemini_upstream() && provider.quirks.has(Quirk::no_media_urls);
}

bool may_name_addresses(const Exchange& request, const Provider& provider) {
    const MediaSet& media = request.ask.body.media;
    return (media.has(Medium::image) || media.has(Medium::file)) && request.ask.api != ApiType::embeddings &&
           takes_data_only(provider);
}

bool names_addresses(const Exchange& request, std::string_view body) {
    ClientChat client;
    return !client.read(request, body) && !media_addresses(client.chat()).empty();
}

wire::Awaitable<Error> fetch_media(Connection& connection, ClientChat& client, std::string_view body) {
    FetchedMedia& kept = client.media();
    if (!connection.worker().config().fetched_media.is_on()) co_return Error{};
    if (kept.failure()) co_return kept.failure();
    // What cannot be read is told by who translates it.
    const Error unread = co_await read_chat(connection, client, body);
    if (unread) co_return Error{};
    std::vector<MediaAddress> found = media_addresses(client.chat());
    const bool all_kept = std::ranges::all_of(found, [&](const auto& one) { return kept.has(one.address); });
    if (all_kept) co_return Error{};
    co_return co_await fetch_found(connection, kept, std::move(found));
}

}  // namespace tollgate
