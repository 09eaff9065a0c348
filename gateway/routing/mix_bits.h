// Spreads bits evenly, for draws that anybody can repeat: not for secrets.
#pragma once

#include <cstdint>
#include <string_view>

namespace tollgate {

// The finisher of splitmix64 (Steele, Lea and Flood, 2014): each bit of the result depends on all of the value.
constexpr std::uint64_t mix_bits(std::uint64_t value) {
    value += 0x9e3779b97f4a7c15;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
    value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
    return value ^ (value >> 31);
}

// FNV-1a over the text, going on from what was mixed before it.
constexpr std::uint64_t mix_text(std::uint64_t before, std::string_view text) {
    std::uint64_t hash = before ^ 0xcbf29ce484222325;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return mix_bits(hash ^ text.size());
}

// Above 0 and below 1.
constexpr double unit_of(std::uint64_t bits) { return (static_cast<double>(bits >> 11) + 0.5) * 0x1p-53; }

}  // namespace tollgate
