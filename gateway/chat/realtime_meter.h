// What the events of a Realtime session say of its responses: which run, which are asked for, how large the
// conversation is that the next one reads. Decisions only: who holds and settles by them is gateway/realtime.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/chat/realtime_event.h"

namespace tollgate {

class RealtimeMeter {
  public:
    static constexpr std::size_t kMostResponses = 16;    // that run or are asked for, at once
    static constexpr std::size_t kMostRemembered = 256;  // responses that are over

    enum class Consequence : std::uint8_t {
        none,
        begins,        // the response of that id
        progresses,    // so far: see spoken()
        ends,          // it is to be settled, once
        uses,          // something is used that never began: to be settled at once
        refuses,       // what was asked for: it is not waited for any more
        too_many,      // responses run
        unidentified,  // a response has no id of its own, so it could not be paid for: the provider is out of order
    };

    // Whether one more may be asked for.
    bool may_create() const { return running_.size() + asked_.size() < kMostResponses; }
    // The client's event goes to the provider.
    void sent(const ClientEvent& event);
    // The provider's event goes to the client.
    Consequence came(const ServerEvent& event);

    // Responses that may begin now: those asked for, and at least the one that the provider may begin by itself, when
    // it hears that the client is silent. `asking`: one more is about to be asked for.
    std::size_t expected(bool asking = false) const {
        return std::max<std::size_t>(asked_.size() + (asking ? 1 : 0), 1);
    }
    bool any_running() const { return !running_.empty(); }
    std::vector<std::string> running() const;
    // Tokens, about: of the conversation that a response which begins now reads, and of what a running one has made.
    std::int64_t context_tokens() const { return known_ + added_; }
    std::int64_t added_tokens() const { return added_; }  // of it, those since the last usage
    std::int64_t spoken_tokens_of(std::string_view response) const;

  private:
    struct Running {
        std::string id;
        std::int64_t text = 0, sound = 0;  // of its deltas: bytes, characters of base64
        std::int64_t added = 0;            // added_ when it began
    };

    Consequence begin(const ServerEvent& event);
    Consequence end(const ServerEvent& event);
    bool take_back(std::string_view event_id);
    const Running* find(std::string_view response) const;
    bool is_over(std::string_view response) const;

    std::vector<Running> running_;
    std::vector<std::string> asked_;  // ids of the client's events, in their order; may be empty
    std::deque<std::string> over_;
    std::int64_t known_ = 0, added_ = 0;
    SoundFormat in_ = SoundFormat::pcm16, out_ = SoundFormat::pcm16;
};

}  // namespace tollgate
