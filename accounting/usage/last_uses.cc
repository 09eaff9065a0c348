#include "accounting/usage/last_uses.h"

#include <algorithm>
#include <utility>

#include "store/key_space.h"

namespace tollgate {
namespace {

Result<std::int64_t> stored_time(Store& store, const std::string& key) {
    const auto value = store.get(Family::system, key);
    if (!value && value.error().code() == StatusCode::not_found) return 0;
    if (!value) return std::unexpected(value.error());
    const auto time = decode_u64(*value);
    if (!time) return failure(StatusCode::corrupt, "a time of last use is malformed");
    return static_cast<std::int64_t>(*time);
}

std::int64_t time_in(const std::unordered_map<std::string, std::int64_t>& times, const std::string& key) {
    const auto found = times.find(key);
    return found == times.end() ? 0 : found->second;
}

}  // namespace

void LastUses::note(std::string key, std::int64_t at_ms) {
    if (at_ms <= 0) return;
    const std::lock_guard lock(mutex_);
    std::int64_t& last = fresh_[std::move(key)];
    last = std::max(last, at_ms);
}

void LastUses::note_key(const KeyDigest& key, std::int64_t at_ms) { note(last_use_of_key_key(key.bytes), at_ms); }

void LastUses::note_member(const Id128& organization, const Id128& user, std::int64_t at_ms) {
    if (!organization.is_nil() && !user.is_nil()) note(last_use_of_member_key(organization.bytes, user.bytes), at_ms);
}

// What waits is looked at first: if it is committed meanwhile, the store has it.
std::int64_t LastUses::find(const std::string& key) const {
    std::int64_t waiting = 0;
    {
        const std::lock_guard lock(mutex_);
        waiting = std::max(time_in(fresh_, key), time_in(added_, key));
    }
    return std::max(waiting, stored_time(store_, key).value_or(0));
}

std::int64_t LastUses::of_key(const KeyDigest& key) const { return find(last_use_of_key_key(key.bytes)); }

std::int64_t LastUses::of_member(const Id128& organization, const Id128& user) const {
    return find(last_use_of_member_key(organization.bytes, user.bytes));
}

bool LastUses::waiting() const {
    const std::lock_guard lock(mutex_);
    return !fresh_.empty() || !added_.empty();
}

// Of a long request the time is earlier than of others that ended before it: what is stored may be later.
Status LastUses::add_to(WriteBatch& batch) {
    Times all;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [key, at_ms] : fresh_) added_[key] = std::max(added_[key], at_ms);
        fresh_.clear();
        all = added_;
    }
    for (const auto& [key, at_ms] : all) {
        const auto stored = stored_time(store_, key);
        if (!stored) return stored.error();
        if (*stored < at_ms) batch.put(Family::system, key, encode_u64(static_cast<std::uint64_t>(at_ms)));
    }
    return {};
}

void LastUses::committed() {
    const std::lock_guard lock(mutex_);
    added_.clear();
}

}  // namespace tollgate
