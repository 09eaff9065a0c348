#include "gateway/chat/canonical/call_ids.h"

#include <algorithm>

namespace tollgate {

std::string CallIds::of_call(Spelt id) {
    Calls& calls = calls_[std::string(id)];
    if (calls.answer != answer_) calls = {.sent = {}, .answer = answer_};
    std::string sent = sent_(id);
    for (int count = 2; !used_.insert(sent).second; ++count)
        sent = sent_(std::string(id) + "-" + std::to_string(count));
    return calls.sent.emplace_back(std::move(sent));
}

std::string CallIds::of_result(Spelt id) {
    const auto found = calls_.find(std::string(id));
    if (found == calls_.end()) return sent_(id);
    Calls& calls = found->second;
    return calls.sent[std::min(calls.results++, calls.sent.size() - 1)];
}

}  // namespace tollgate
