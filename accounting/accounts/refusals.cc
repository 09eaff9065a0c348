#include "accounting/accounts/refusals.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <utility>

#include "accounting/money/byte_codec.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::int64_t kDayMs = 24LL * 3600 * 1000;
constexpr std::size_t kMostText = 255;
constexpr std::size_t kMostBytes = 1 + 3 * 8 + 5 * (1 + kMostText) + 1;
constexpr std::size_t kHashBytes = 16, kPlaceBytes = sizeof(std::uint32_t) + kHashBytes;
constexpr std::array<std::string_view, 2> kReasons = {"permission_denied", "unknown_organization"};

std::string encode(const RefusedAct& act) {
    std::array<std::byte, kMostBytes> bytes;
    ByteWriter writer(bytes);
    writer.integer(kVersion);
    writer.integer(act.count);
    writer.integer(act.first_ms);
    writer.integer(act.last_ms);
    for (const std::string* text : {&act.actor, &act.via, &act.method, &act.route, &act.address}) {
        writer.text(*text, kMostText);
    }
    writer.integer(static_cast<std::uint8_t>(act.reason));
    return text_of(std::span(bytes).first(writer.size()));
}

Result<RefusedAct> decode(std::string_view value) {
    ByteReader reader(std::as_bytes(std::span(value)));
    RefusedAct act;
    const auto version = reader.integer<std::uint8_t>();
    act.count = reader.integer<std::uint64_t>();
    act.first_ms = reader.integer<std::int64_t>();
    act.last_ms = reader.integer<std::int64_t>();
    for (std::string* text : {&act.actor, &act.via, &act.method, &act.route, &act.address}) *text = reader.text();
    const auto reason = reader.integer<std::uint8_t>();
    act.reason = static_cast<RefusalReason>(reason);
    if (version == kVersion && reader.ok() && reason < kReasons.size()) return act;
    return failure(version > kVersion ? StatusCode::too_new : StatusCode::corrupt, "a refused act is malformed");
}

std::string key_of(const RefusedAct& act) {
    const std::string what =
        act.actor + "\n" + act.method + " " + act.route + "\n" + std::string(to_string(act.reason));
    const KeyDigest digest = digest_key(what);
    const std::string_view hash(reinterpret_cast<const char*>(digest.bytes.data()), kHashBytes);
    return refusal_key(act.organization.bytes, act.day, hash);
}

// The row of an organization's day for all that has no row of its own.
RefusedAct others(RefusedAct act) {
    act.actor = kOtherRefusals;
    act.via = act.method = act.route = act.address = {};
    act.reason = RefusalReason::permission_denied;
    return act;
}

// A cursor: the part of a row's key behind its organization, in hexadecimal digits.
std::string cursor_of(std::string_view place) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (const char c : place) {
        const auto byte = static_cast<unsigned char>(c);
        text.append({kDigits[byte >> 4], kDigits[byte & 15]});
    }
    return text;
}

std::optional<std::string> place_of(const std::string& cursor) {
    if (cursor.size() != 2 * kPlaceBytes) return std::nullopt;
    std::string place;
    for (std::size_t i = 0; i < cursor.size(); i += 2) {
        unsigned byte = 0;
        const char* const end = cursor.data() + i + 2;
        const auto [stop, failed] = std::from_chars(cursor.data() + i, end, byte, 16);
        if (failed != std::errc() || stop != end) return std::nullopt;
        place += static_cast<char>(byte);
    }
    return place;
}

void fold(const RefusedAct& more, RefusedAct& into) {
    if (more.last_ms >= into.last_ms) {
        into.last_ms = more.last_ms;
        into.via = more.via;
        into.address = more.address;
    }
    into.first_ms = std::min(into.first_ms, more.first_ms);
    into.count += more.count;
}

}  // namespace

std::string_view to_string(RefusalReason reason) { return kReasons.at(static_cast<std::size_t>(reason)); }

void Refusals::note(const Id128& organization, const Caller& caller, std::string_view method, std::string_view route,
                    RefusalReason reason, std::int64_t at_ms) {
    RefusedAct act{.organization = organization,
                   .day = static_cast<std::uint32_t>(std::max<std::int64_t>(at_ms, 0) / kDayMs),
                   .actor = actor_of(caller),
                   .via = via_of(caller),
                   .method = std::string(method),
                   .route = std::string(route),
                   .address = caller.address,
                   .reason = reason,
                   .count = 1,
                   .first_ms = at_ms,
                   .last_ms = at_ms};
    const std::lock_guard lock(mutex_);
    add(waiting_, std::move(act));
}

void Refusals::add(Waiting& to, RefusedAct act) const {
    std::string key = key_of(act);
    if (to.size() >= kMostWaitingRefusals && !to.contains(key)) {
        act = others(std::move(act));
        act.organization = {};
        key = key_of(act);
    }
    const auto [found, fresh] = to.try_emplace(std::move(key), act);
    if (!fresh) fold(act, found->second);
}

Status Refusals::flush() {
    const std::lock_guard flushing(flush_mutex_);
    Waiting taken;
    {
        const std::lock_guard lock(mutex_);
        taken.swap(waiting_);
    }
    if (taken.empty()) return {};
    const Status stored = store_all(taken);
    if (stored.ok()) return {};
    const std::lock_guard lock(mutex_);
    for (auto& [key, act] : taken) add(waiting_, std::move(act));
    return stored;
}

Status Refusals::store_all(const Waiting& taken) {
    Waiting rows;                               // as they are to be stored
    std::map<std::string, std::size_t> counts;  // rows of an organization's day, by where it begins
    for (const auto& [key, act] : taken) {
        if (Status status = merge(key, act, rows, counts); !status.ok()) return status;
    }
    WriteBatch batch;
    for (const auto& [key, act] : rows) batch.put(Family::changes, key, encode(act));
    for (const auto& [begin, count] : counts) {
        if (Status status = erase_old(begin, batch); !status.ok()) return status;
    }
    return store_.commit(batch, Durability::process);
}

Status Refusals::merge(const std::string& key, const RefusedAct& act, Waiting& rows,
                       std::map<std::string, std::size_t>& counts) {
    if (const auto known = rows.find(key); known != rows.end()) {
        fold(act, known->second);
        return {};
    }
    const auto stored = store_.get(Family::changes, key);
    if (stored) {
        auto row = decode(*stored);
        if (!row) return row.error();
        row->organization = act.organization;
        row->day = act.day;
        fold(act, *row);
        rows.emplace(key, std::move(*row));
        return {};
    }
    if (stored.error().code() != StatusCode::not_found) return stored.error();
    const std::string begin = refusal_day_begin(act.organization.bytes, act.day);
    const auto [count, fresh] = counts.try_emplace(begin, 0);
    if (fresh) {
        const std::string end = refusal_day_begin(act.organization.bytes, act.day + 1);
        Status status = store_.scan(Family::changes, begin, end, [&](std::string_view, std::string_view) {
            return ++count->second < kMostRefusalsOfDay;
        });
        if (!status.ok()) return status;
    }
    if (count->second >= kMostRefusalsOfDay && act.actor != kOtherRefusals) {
        const RefusedAct rest = others(act);
        return merge(key_of(rest), rest, rows, counts);
    }
    ++count->second;
    rows.emplace(key, act);
    return {};
}

// Rows of the same organization whose time is over.
Status Refusals::erase_old(const std::string& day_begin, WriteBatch& batch) {
    const auto place = parse_refusal_key(day_begin);
    if (!place || place->day < kRefusalDays) return {};
    return store_.scan(Family::changes, refusal_day_begin(place->organization, 0),
                       refusal_day_begin(place->organization, place->day - kRefusalDays),
                       [&batch](std::string_view key, std::string_view) {
                           batch.erase(Family::changes, std::string(key));
                           return true;
                       });
}

Result<Refusals::Page> Refusals::list(const Id128& organization, const std::string& cursor, std::size_t limit) const {
    const std::string begin = refusal_day_begin(organization.bytes, 0);
    std::string end = prefix_end(std::string_view(begin).substr(0, begin.size() - sizeof(std::uint32_t)));
    if (!cursor.empty()) {
        const auto place = place_of(cursor);
        if (!place) return failure(StatusCode::invalid, "'cursor' is none of this list's");
        end = begin.substr(0, begin.size() - sizeof(std::uint32_t)) + *place;
    }
    Page page;
    while (page.acts.size() < std::clamp<std::size_t>(limit, 1, kMaxRefusalPage)) {
        const auto found = store_.last_before(Family::changes, begin, end);
        if (!found) {
            page.next.reset();
            if (found.error().code() == StatusCode::not_found) return page;
            return std::unexpected(found.error());
        }
        auto act = decode(found->second);
        const auto place = parse_refusal_key(found->first);
        if (!act || !place) return failure(StatusCode::corrupt, "a refused act is malformed");
        act->organization = organization;
        act->day = place->day;
        page.acts.push_back(std::move(*act));
        end = found->first;
        page.next = cursor_of(std::string_view(end).substr(begin.size() - sizeof(std::uint32_t)));
    }
    return page;
}

}  // namespace tollgate
