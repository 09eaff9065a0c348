// The ids of a conversation's calls, as an API takes them that wants no two the same: models that count their calls
// begin anew in each answer.
#pragma once

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "gateway/chat/canonical/json_text.h"

namespace tollgate {

// Asked in the conversation's order: what is sent of a turn is the same whatever follows it.
class CallIds {
  public:
    using Sent = std::string (*)(Spelt id);

    // `sent` says how the API is told an id, whatever others there are.
    explicit CallIds(Sent sent) : sent_(sent) {}

    // The calls before were made in another answer: results that come now are not theirs, if there are newer ones of
    // their id.
    void begin_answer() { ++answer_; }
    // Spelt.
    std::string of_call(Spelt id);
    // Of the first call of that id which has none yet.
    std::string of_result(Spelt id);

  private:
    struct Calls {
        std::vector<std::string> sent;  // of the last answer that has such
        std::size_t results = 0;
        std::size_t answer = 0;
    };

    const Sent sent_;
    std::size_t answer_ = 0;
    std::unordered_map<std::string, Calls> calls_;  // by the client's id
    std::unordered_set<std::string> used_;
};

}  // namespace tollgate
