// Numbers as decimal digits, where many are written for each request: four digits at a time, without counting them
// first, in half the instructions of std::to_chars.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

namespace tollgate {

inline constexpr std::size_t kMostDecimalBytes = 20;  // of an int64, with its sign

namespace decimal {

inline constexpr std::uint32_t kFour = 10'000, kEight = 100'000'000;

inline constexpr auto kPairs = [] {
    std::array<char, 200> pairs{};
    for (std::size_t i = 0; i < pairs.size(); i += 2) {
        pairs[i] = static_cast<char>('0' + i / 20);
        pairs[i + 1] = static_cast<char>('0' + i / 2 % 10);
    }
    return pairs;
}();

inline char* pair(char* to, std::uint32_t below_hundred) {
    std::memcpy(to, kPairs.data() + std::size_t{2} * below_hundred, 2);
    return to + 2;
}

inline char* four(char* to, std::uint32_t number) { return pair(pair(to, number / 100), number % 100); }

inline char* at_most_four(char* to, std::uint32_t number) {  // without leading zeros
    if (number >= 1000) return four(to, number);
    if (number >= 100) {
        *to++ = static_cast<char>('0' + number / 100);
        return pair(to, number % 100);
    }
    if (number >= 10) return pair(to, number);
    *to++ = static_cast<char>('0' + number);
    return to;
}

inline char* at_most_eight(char* to, std::uint32_t number) {
    if (number < kFour) return at_most_four(to, number);
    return four(at_most_four(to, number / kFour), number % kFour);
}

inline char* eight(char* to, std::uint32_t number) { return four(four(to, number / kFour), number % kFour); }

inline char* unsigned_number(char* to, std::uint64_t number) {
    if (number < kEight) return at_most_eight(to, static_cast<std::uint32_t>(number));
    return eight(unsigned_number(to, number / kEight), static_cast<std::uint32_t>(number % kEight));
}

}  // namespace decimal

// Returns the end. There must be room for kMostDecimalBytes.
inline char* write_decimal(char* to, std::int64_t number) {
    auto magnitude = static_cast<std::uint64_t>(number);
    if (number < 0) {
        *to++ = '-';
        magnitude = 0 - magnitude;
    }
    return decimal::unsigned_number(to, magnitude);
}

}  // namespace tollgate
