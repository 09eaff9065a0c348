// The usual event of a translated stream repeats the one before, but for its text. Where all else is the same, byte for
// byte, it says the same, and only the text has to be read.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/chat/answer_delta.h"
#include "gateway/chat/canonical/answer_event.h"

namespace tollgate {

class RepeatedEvent {
  public:
    static constexpr std::size_t kMostBytes = 4096;  // of an event that is kept

    // Keeps the event, which was read as that, if all that it says is one text.
    void learn(std::string_view name, std::string_view data, const AnswerDelta& facts,
               const std::vector<AnswerEvent>& events);
    // Whether it is that event with another text, well-formed. Then `facts` and `events`, new ones, are what its reader
    // makes of it.
    bool read(std::string_view name, std::string_view data, AnswerDelta& facts, std::vector<AnswerEvent>& events) const;

  private:
    std::string name_, before_, after_;  // what stands around the text; without quotes; empty: there is no event
    AnswerEvent event_;
    bool choices_ = false;
    bool reasoning_ = false;
};

}  // namespace tollgate
