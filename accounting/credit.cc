#include "accounting/credit.h"

#include <algorithm>
#include <chrono>

namespace tollgate {
namespace {

std::chrono::sys_days day_at(std::int64_t unix_ms) {
    using namespace std::chrono;
    return floor<days>(sys_time<milliseconds>(milliseconds(unix_ms)));
}

template <class Id>
std::string bytes_of(const Id& id) {
    return std::string(reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size());
}

}  // namespace

void SpendWindows::roll(std::int64_t unix_ms) {
    using namespace std::chrono;
    const sys_days date = day_at(unix_ms);
    const std::int64_t today = date.time_since_epoch().count();
    if (today <= day_number) return;  // weeks and months only end when a day does
    const auto enter = [](std::int64_t number, std::int64_t& current, NanoUsd& amount) {
        if (number == current) return;
        current = number;
        amount = {};
    };
    enter(today, day_number, day);
    // 1970-01-01 was a Thursday: the Monday-based week that holds it began three days earlier.
    enter(floor<weeks>(days(today + 3)).count(), week_number, week);
    const year_month_day calendar(date);
    enter(std::int64_t{int{calendar.year()}} * 12 + unsigned{calendar.month()} - 1, month_number, month);
}

void SpendWindows::add(NanoUsd amount, std::int64_t unix_ms) {
    roll(unix_ms);
    total += amount;
    day += amount;
    week += amount;
    month += amount;
}

NanoUsd SpendWindows::in(LimitReset window) const {
    switch (window) {
        case LimitReset::lifetime:
            return total;
        case LimitReset::daily:
            return day;
        case LimitReset::weekly:
            return week;
        case LimitReset::monthly:
            return month;
    }
    return total;
}

std::optional<Shortage> OrganizationCredit::hold(KeyCredit& key, NanoUsd amount, std::int64_t unix_ms) {
    if (amount < NanoUsd{}) money_violation("a hold is negative");
    const std::lock_guard lock(mutex_);
    const NanoUsd available = granted_ - used_ - held_;
    if (amount > available) return Shortage{Shortage::Limit::organization, amount, available};
    if (key.limit) {
        if (key.reset != LimitReset::lifetime) key.spent.roll(unix_ms);
        const NanoUsd left = *key.limit - key.spent.in(key.reset) - key.held;
        if (amount > left) return Shortage{Shortage::Limit::key, amount, std::max(left, NanoUsd{})};
    }
    held_ += amount;
    key.held += amount;
    return std::nullopt;
}

Charge OrganizationCredit::settle(KeyCredit& key, NanoUsd held, NanoUsd cost, std::int64_t unix_ms) {
    if (cost < NanoUsd{}) money_violation("a cost is negative");
    const std::lock_guard lock(mutex_);
    if (held < NanoUsd{} || held > held_ || held > key.held) money_violation("a hold is released that was not taken");
    held_ -= held;
    key.held -= held;
    const NanoUsd charged = std::min(cost, granted_ - used_ - held_);
    used_ += charged;
    key.spent.add(charged, unix_ms);
    check_not_negative();
    return {charged, cost - charged};
}

void OrganizationCredit::grant(NanoUsd amount) {
    const std::lock_guard lock(mutex_);
    granted_ = std::max(granted_ + amount, used_ + held_);
}

void OrganizationCredit::replay_usage(KeyCredit& key, NanoUsd charged, std::int64_t unix_ms) {
    if (charged < NanoUsd{}) money_violation("a charge is negative");
    const std::lock_guard lock(mutex_);
    used_ += charged;
    key.spent.add(charged, unix_ms);
    check_not_negative();
}

void OrganizationCredit::restore(NanoUsd granted, NanoUsd used) {
    const std::lock_guard lock(mutex_);
    granted_ = granted;
    used_ = used;
    check_not_negative();
}

OrganizationCredit::Snapshot OrganizationCredit::snapshot() const {
    const std::lock_guard lock(mutex_);
    return {granted_, used_, held_};
}

SpendWindows OrganizationCredit::key_spend(const KeyCredit& key, std::int64_t unix_ms) const {
    SpendWindows spent;
    {
        const std::lock_guard lock(mutex_);
        spent = key.spent;
    }
    spent.roll(unix_ms);
    return spent;
}

void OrganizationCredit::set_key_limit(KeyCredit& key, std::optional<NanoUsd> limit, LimitReset reset) {
    const std::lock_guard lock(mutex_);
    key.limit = limit;
    key.reset = reset;
}

void OrganizationCredit::check_not_negative() const {
    if (granted_ - used_ - held_ < NanoUsd{}) money_violation("an organization's available credit is below zero");
}

OrganizationCredit& CreditTable::organization(const Id128& id) {
    const std::lock_guard lock(mutex_);
    auto& found = organizations_[bytes_of(id)];
    if (found == nullptr) found = std::make_unique<OrganizationCredit>(id);
    return *found;
}

KeyCredit& CreditTable::key(const KeyDigest& digest) {
    const std::lock_guard lock(mutex_);
    auto& found = keys_[bytes_of(digest)];
    if (found == nullptr) {
        found = std::make_unique<KeyCredit>();
        found->key = digest;
    }
    return *found;
}

void CreditTable::for_each(const std::function<void(const OrganizationCredit&)>& visit) const {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, credit] : organizations_) visit(*credit);
}

void CreditTable::for_each_key(const std::function<void(const KeyCredit&)>& visit) const {
    const std::lock_guard lock(mutex_);
    for (const auto& [digest, credit] : keys_) visit(*credit);
}

}  // namespace tollgate
