// The text in the arguments {"input":"…"} of a call to a function that stands for a custom tool, out of fragments. What
// models write is not always that, nor always JSON: it comes out as one text all the same.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "gateway/chat/canonical/json_text.h"

namespace tollgate {

class TextArgument {
  public:
    static constexpr std::size_t kMostBytes = std::size_t{1}
                                              << 20;  // of arguments of another form, which are kept whole

    // Takes a fragment of the arguments and appends what it tells of the text, as it is spelt.
    void take(Spelt fragment, std::string& text);
    // Behind the last one. Of arguments of another form all of them are the text.
    void finish(std::string& text);

  private:
    bool begin();
    void take_text(std::string& text);

    enum class State : std::uint8_t { before, inside, behind };
    State state_ = State::before;
    std::string json_;  // what has not been told, unescaped once
};

}  // namespace tollgate
