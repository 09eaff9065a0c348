// Events of an answer that outlive the bytes that they were read from.
#pragma once

#include <cstddef>
#include <deque>
#include <span>
#include <string>
#include <vector>

#include "gateway/chat/canonical/answer_event.h"

namespace tollgate {

class KeptEvents {
  public:
    // Keeps a copy; its texts are the copy's.
    void add(const AnswerEvent& event);
    std::span<const AnswerEvent> events() const { return events_; }
    std::size_t bytes() const { return bytes_; }  // of memory, about

  private:
    std::string_view keep(std::string_view text);

    std::vector<AnswerEvent> events_;
    std::deque<std::string> texts_;
    std::size_t bytes_ = 0;
};

}  // namespace tollgate
