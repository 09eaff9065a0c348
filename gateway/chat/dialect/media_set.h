// Which kinds of input a prompt has beside its text, by OpenRouter's names of a model's input modalities.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tollgate {

enum class Medium : std::uint8_t { image, file, audio, video };
inline constexpr std::array<std::string_view, 4> kMediumNames = {"image", "file", "audio", "video"};

constexpr std::string_view to_string(Medium medium) { return kMediumNames[static_cast<std::size_t>(medium)]; }

class MediaSet {
  public:
    constexpr void add(Medium medium) { bits_ |= bit(medium); }
    constexpr bool has(Medium medium) const { return (bits_ & bit(medium)) != 0; }
    constexpr bool empty() const { return bits_ == 0; }
    constexpr void clear() { bits_ = 0; }
    bool operator==(const MediaSet&) const = default;

  private:
    static constexpr std::uint8_t bit(Medium medium) {
        return static_cast<std::uint8_t>(1U << static_cast<unsigned>(medium));
    }
    std::uint8_t bits_ = 0;
};

}  // namespace tollgate
