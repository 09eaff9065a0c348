// An answer that passes through: what of it may go to the client before it is settled, and what usage it tells. Its
// bytes are the provider's, and stay so. Sans I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gateway/chat/reported_usage.h"
#include "gateway/upstream/usage_scanner.h"

namespace tollgate {

class PassedAnswer {
  public:
    static constexpr std::size_t kHeldTailBytes = 64 * 1024;  // of JSON
    static constexpr std::size_t kMostHeldBytes = 1 << 20;    // of events behind the one that says "complete"

    PassedAnswer(std::string_view content_type, std::size_t max_depth);

    // The last `part_bytes` of what is in hand have come. Returns how many bytes in hand may go now: none that tell the
    // client that the answer is complete.
    //   JSON    all but a tail
    //   events  whole ones, up to the first that tells usage or an end
    //   other   all but the last part
    std::size_t take(std::string_view in_hand, std::size_t part_bytes);
    // So many bytes are no longer in hand.
    void consume(std::size_t bytes);
    // Nothing more comes: what is in hand is the rest.
    void end(std::string_view in_hand);

    bool has_usage() const { return has_usage_; }
    const ReportedUsage& usage() const { return usage_; }

  private:
    enum class Kind : std::uint8_t { json, events, other };

    std::size_t take_events(std::string_view in_hand);
    void look_at(std::string_view event);
    void note(const UsageScanner& scanner);

    Kind kind_;
    const std::size_t max_depth_;
    UsageScanner scanner_;   // of JSON
    std::size_t begun_ = 0;  // where the event begins, in hand, that has not ended
    bool closing_ = false;   // what is in hand from `held_` on waits
    std::size_t held_ = 0;
    bool has_usage_ = false;
    ReportedUsage usage_;
};

}  // namespace tollgate
