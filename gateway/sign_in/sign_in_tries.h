// How often somebody may try to sign in: each failure for an account makes the next try for it wait longer, and so do
// many failures from one network. Nobody is locked out: the wait has a bound, and people whom the account knows from
// their network wait for their own failures only.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace tollgate {

// The network that an address is counted under, as bytes: /24 of IPv4 (also where it is written as IPv6), /56 of IPv6.
// What a provider gives one customer counts as one, however it is spelled.
std::string network_of(const boost::asio::ip::address& address);

// Any thread. Of one process: a restart forgets everything. Times are monotonic ms.
class SignInTries {
  public:
    struct Rule {
        std::uint32_t free = 0;          // failures that make nobody wait
        std::int64_t first_wait_ms = 0;  // doubled by each further one
        std::int64_t longest_wait_ms = 0;
        std::int64_t forgotten_ms = 0;  // without a failure: then all is as at first
    };
    static constexpr Rule kOfAccount{
        .free = 5, .first_wait_ms = 1000, .longest_wait_ms = 60'000, .forgotten_ms = 3'600'000};
    static constexpr Rule kOfNetwork{
        .free = 30, .first_wait_ms = 1000, .longest_wait_ms = 300'000, .forgotten_ms = 3'600'000};
    static constexpr std::size_t kMostCounted =
        100'000;  // of each kind; then those with the fewest failures are forgotten

    // Who tries. `known`: the account has a session that began in that network.
    struct Try {
        std::string account;  // its address, normal; nobody need have it
        std::string network;
        bool known = false;
    };
    // How long to wait; 0: not at all. What is tried sooner is no try and makes nobody wait longer.
    std::int64_t wait_ms(const Try& who, std::int64_t now_ms);
    void failed(const Try& who, std::int64_t now_ms);
    // The account's failures are forgotten; the network's are not, or each success would buy it further guesses.
    void succeeded(const Try& who);

  private:
    struct Failures {
        std::uint32_t count = 0;
        std::int64_t last_ms = 0, next_try_ms = 0;
    };
    using Counted = std::unordered_map<std::string, Failures>;
    static std::string account_of(const Try& who);
    static std::int64_t wait_of(const Counted& counted, const std::string& name, std::int64_t now_ms);
    static void count(Counted& counted, const std::string& name, const Rule& rule, std::int64_t now_ms);
    static void make_room(Counted& counted, const Rule& rule, std::int64_t now_ms);

    std::mutex mutex_;
    Counted accounts_, networks_;  // guarded
};

}  // namespace tollgate
