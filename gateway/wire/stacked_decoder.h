// A body to which several content codings were applied, one over the other (RFC 9110 8.4), undone as the bytes come.
// Sans I/O. Stacked codings are attacks above all: few are undone, and what comes out is bounded by what came in.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/wire/content_decoder.h"

namespace tollgate::wire {

class ContentCodings {
  public:
    static constexpr std::size_t kMost = 3;  // that are undone

    // Those that a further `content-encoding` field lists: over the ones before. Names that are not known and
    // `identity` are none.
    void add(std::string_view field);
    std::span<const ContentCoding> applied() const { return {applied_.data(), count_}; }  // in this order
    bool too_many() const { return too_many_; }  // the further ones are not in applied()

  private:
    std::array<ContentCoding, kMost> applied_{};
    std::uint8_t count_ = 0;
    bool too_many_ = false;
};

// Where bytes do not begin as their coding does, they are passed as they are: proxies undo a coding and leave its name,
// or name it twice. That can be told for gzip and zstd.
class StackedDecoder {
  public:
    enum class State : std::uint8_t {
        more,
        ended,    // what follows is ignored
        invalid,  // a coding is malformed
        bomb,     // it grows beyond the bounds
    };
    // Of what all codings together give, for each byte that came in: the most that gzip can do, and no honest text
    // shrinks further. kFreeBytes are given whatever came in.
    static constexpr std::size_t kMostExpansion = 1100, kFreeBytes = std::size_t{64} << 20;
    static constexpr std::size_t kMostAtOnce = std::size_t{1} << 20;  // that they give in one call

    // In the order in which they were applied, at least one.
    explicit StackedDecoder(std::span<const ContentCoding> applied);

    // As ContentDecoder's. `has_more`: the next call goes on without further input.
    void decode(std::string_view& input, std::size_t most, std::string& out);
    bool has_more() const { return has_more_; }
    State state() const { return state_; }
    bool may_end() const;  // nothing is missing

  private:
    struct Stage {
        ContentCoding coding = ContentCoding::identity;
        std::optional<ContentDecoder> decoder{};  // none: it passes bytes as they are
        bool begun = false;
        std::string given{};  // by the stage before
        std::size_t used = 0;
    };

    void pull(std::size_t number, std::string_view& input, std::size_t most, std::string& out);
    void step(Stage& stage, std::string_view& input, std::size_t most, std::string& out);

    std::vector<Stage> stages_;  // the coding that was applied last comes first
    State state_ = State::more;
    bool has_more_ = false;
    std::uint64_t bytes_in_ = 0;
    std::uint64_t bytes_given_ = 0;  // by all stages
    std::uint64_t pause_at_ = 0;     // of them
};

}  // namespace tollgate::wire
