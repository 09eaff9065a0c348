#include "gateway/sign_in/sign_in_tries.h"

#include <algorithm>

namespace tollgate {
namespace {

constexpr std::size_t kIpv4NetworkBytes = 3, kIpv6NetworkBytes = 7;
constexpr std::uint32_t kMostDoublings = 30;

}  // namespace

std::string network_of(const boost::asio::ip::address& address) {
    const auto first = [](char kind, const auto& bytes, std::size_t count) {
        std::string name(1, kind);
        name.append(reinterpret_cast<const char*>(bytes.data()), count);
        return name;
    };
    if (address.is_v4()) return first('4', address.to_v4().to_bytes(), kIpv4NetworkBytes);
    const auto v6 = address.to_v6();
    if (!v6.is_v4_mapped()) return first('6', v6.to_bytes(), kIpv6NetworkBytes);
    return first('4', boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, v6).to_bytes(), kIpv4NetworkBytes);
}

std::string SignInTries::account_of(const Try& who) { return who.known ? who.network + who.account : who.account; }

std::int64_t SignInTries::wait_of(const Counted& counted, const std::string& name, std::int64_t now_ms) {
    const auto found = counted.find(name);
    return found == counted.end() ? 0 : std::max<std::int64_t>(0, found->second.next_try_ms - now_ms);
}

void SignInTries::make_room(Counted& counted, const Rule& rule, std::int64_t now_ms) {
    if (counted.size() < kMostCounted) return;
    std::erase_if(counted, [&](const auto& one) { return one.second.last_ms + rule.forgotten_ms <= now_ms; });
    // Whoever tries many accounts once each must not make room for himself at the one that he tries often.
    for (std::uint32_t few = 1; counted.size() >= kMostCounted; ++few) {
        std::erase_if(counted, [few](const auto& one) { return one.second.count <= few; });
    }
}

void SignInTries::count(Counted& counted, const std::string& name, const Rule& rule, std::int64_t now_ms) {
    make_room(counted, rule, now_ms);
    Failures& failures = counted[name];
    if (failures.last_ms + rule.forgotten_ms <= now_ms) failures = {};
    ++failures.count;
    failures.last_ms = now_ms;
    if (failures.count <= rule.free) return;
    const std::uint32_t doublings = std::min(failures.count - rule.free - 1, kMostDoublings);
    failures.next_try_ms = now_ms + std::min(rule.first_wait_ms << doublings, rule.longest_wait_ms);
}

std::int64_t SignInTries::wait_ms(const Try& who, std::int64_t now_ms) {
    const std::lock_guard lock(mutex_);
    return std::max(wait_of(accounts_, account_of(who), now_ms), wait_of(networks_, who.network, now_ms));
}

void SignInTries::failed(const Try& who, std::int64_t now_ms) {
    const std::lock_guard lock(mutex_);
    count(accounts_, account_of(who), kOfAccount, now_ms);
    count(networks_, who.network, kOfNetwork, now_ms);
}

void SignInTries::succeeded(const Try& who) {
    const std::lock_guard lock(mutex_);
    accounts_.erase(account_of(who));
}

}  // namespace tollgate
