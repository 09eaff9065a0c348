#include "gateway/api/live_activity.h"

#include <boost/asio/co_spawn.hpp>

#include "gateway/api/usage_names.h"
#include "gateway/client/connection.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr auto kPause = std::chrono::milliseconds(200);  // between looks at what came
constexpr auto kStanding = std::chrono::seconds(1);      // between looks at what the caller may
constexpr auto kKeepAlive = std::chrono::seconds(15);    // of silence
constexpr std::uint32_t kSilenceMs = 24 * 3600 * 1000;   // that the client may keep: it has nothing to say

// What a watcher is sent next; nothing: it is over, the caller may see it no more.
using Events = std::optional<std::string>;

// A session goes on under its id, whatever secret it has by now.
bool session_works(const Directory& directory, const Caller& caller, std::int64_t idle_ms, std::int64_t now_ms) {
    const User* const user = directory.find_user(caller.user);
    const Session* const session = directory.find_session(caller.user, caller.key);
    return session != nullptr && !session->is_over(now_ms, idle_ms) && user != nullptr &&
           user->status == UserStatus::active;
}

bool works(const Services& services, const Directory& directory, const Caller& caller) {
    const std::int64_t now_ms = wire::unix_ms_now();
    if (caller.kind == CallerKind::session) {
        return session_works(directory, caller, services.config.accounts.session_idle_timeout_ms, now_ms);
    }
    const KeyRecord* const key = directory.find_key_of_secret(caller.secret, now_ms);
    return key != nullptr && key->disabled == Disabled::no && (key->expires_ms == 0 || now_ms < key->expires_ms);
}

void append_event(std::string_view name, std::string_view data, std::string& out) {
    out.append("event: ").append(name).append("\ndata: ").append(data).append("\n\n");
}

Events events_of(Services& services, const ApiRequest& asked, LiveUsage::Watcher& watcher) {
    const auto changed = as_operator(services, asked);
    Call call(services, changed ? *changed : asked);
    const bool visible = works(services, *call.directory, asked.caller) && !call.check_standing(*call.directory);
    if (!visible) return std::nullopt;
    const UsageFilter filter = read_activity_filter(call);
    const LiveUsage::Watcher::Taken taken = watcher.take();
    std::string out;
    if (taken.lost > 0) append_event("lost", "{\"requests\":" + std::to_string(taken.lost) + "}", out);
    UsageNames names(*call.directory, *services.store);
    for (const StoredRequest& one : taken.requests) {
        if (!admits(filter, {}, one.record())) continue;
        JsonWriter json;
        write_json(activity_columns(one, names), json);
        append_event("request", json.take(), out);
    }
    return out;
}

wire::Awaitable<Events> make_events(Services& services, const ApiRequest& request, LiveUsage::Watcher& watcher) {
    co_return events_of(services, request, watcher);
}

wire::Awaitable<void> send(Connection& connection, const EventReply::Pieces& pieces) {
    if (!connection.write_now(pieces)) co_await connection.write_rest(pieces);
}

bool is_over(Connection& connection) {
    return connection.client_gone() || connection.stopped() || connection.worker().services().draining;
}

}  // namespace

ApiAnswer watch_activity(Call& call) {
    (void)read_activity_filter(call);
    (void)call.query.number("seconds", 0, kMostLiveSeconds, kMostLiveSeconds);
    if (call.error()) return call.refusal();
    ApiAnswer answer;
    answer.watcher = call.services.usage->live().watch(call.organization().id);
    if (answer.watcher == nullptr) {
        return api_error(ErrorKind::requests_rate_limited,
                         "too many watch already: " + std::to_string(kMostWatchersOfOrganization) +
                             " may of one organization, and " + std::to_string(kMostWatchers) + " of all");
    }
    return answer;
}

wire::Awaitable<void> send_live_activity(Connection& connection, const ApiRequest& request,
                                         LiveUsage::Watcher& watcher) {
    Services& services = connection.worker().services();
    QueryFields query(request.query, kLiveActivityQuery);
    const auto until =
        wire::Clock::now() + std::chrono::seconds(query.number("seconds", 0, kMostLiveSeconds, kMostLiveSeconds));
    connection.events.begin(connection, 200);
    if (connection.request.head.head_only) {
        const std::array<std::string_view, 1> head{connection.events.events({})[0]};
        if (!connection.write_now(head)) co_await connection.write_rest(head);
        co_return;
    }
    connection.expect_news(kSilenceMs);
    co_await connection.events.show_life(connection);
    auto sent = wire::Clock::now(), looked = sent;
    wire::Timer timer(connection.worker().io());
    while (!is_over(connection)) {
        const auto now = wire::Clock::now();
        if (watcher.waiting() || now - looked >= kStanding || now >= until) {
            looked = now;
            auto [failed, events] = co_await wire::asio::co_spawn(
                services.readers->executor(), make_events(services, request, watcher), wire::kAwait);
            if (failed || !events || is_over(connection)) break;
            if (!events->empty() || now - sent >= kKeepAlive) sent = now;
            if (!events->empty()) {
                co_await send(connection, connection.events.events(*events));
            } else if (sent == now) {
                co_await connection.events.show_life(connection);
            }
        }
        if (now >= until) break;
        timer.expires_after(kPause);
        (void)co_await timer.async_wait(wire::kAwait);
    }
    if (!connection.client_gone()) co_await send(connection, connection.events.last_events({}));
    connection.expect_nobody();
}

}  // namespace tollgate
