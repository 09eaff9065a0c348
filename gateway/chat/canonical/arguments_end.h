// Finds the end of a tool call's arguments while they come in fragments.
#pragma once

#include <cstdint>

#include "gateway/chat/canonical/json_text.h"

namespace tollgate {

class ArgumentsEnd {
  public:
    // A further fragment: JSON's text as it is spelt in a JSON string.
    void read(Spelt fragment);
    // Whether an object has begun and ended.
    bool reached() const { return reached_; }

  private:
    void take(char c);

    std::uint32_t depth_ = 0;  // of open brackets
    bool in_string_ = false;
    bool escaped_ = false;  // the next character is, in the arguments' own text
    bool reached_ = false;
};

}  // namespace tollgate
