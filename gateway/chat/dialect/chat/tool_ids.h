// The ids of tool calls as an upstream of chat completions takes them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gateway/chat/canonical/json_text.h"

namespace tollgate {

// Ids that are taken already are left as they are. Others are replaced, each by the same in every request that has the
// ids before it, and different ones stay different.
class ToolIds {
  public:
    // Longer ones are refused by OpenAI.
    static constexpr std::size_t kMostBytes = 40;
    static constexpr std::size_t kShortBytes = 9;

    // `only_short`: nine letters and digits are taken, nothing else.
    explicit ToolIds(bool only_short) : only_short_(only_short) {}

    bool takes(Spelt id) const;
    // Spelt.
    std::string sent(Spelt id);

  private:
    std::string replacement(Spelt id, unsigned attempt) const;
    bool is_used(const std::string& sent) const;

    const bool only_short_;
    std::vector<std::pair<std::string, std::string>> seen_;  // as the client has it, as it is sent
};

}  // namespace tollgate
