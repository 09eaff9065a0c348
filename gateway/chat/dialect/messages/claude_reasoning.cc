#include "gateway/chat/dialect/messages/claude_reasoning.h"

#include <algorithm>

namespace tollgate {
namespace {

// Of a hundred tokens of the answer's bound, those that reasoning may take: OpenRouter's table.
std::int64_t budget_percent(Effort effort) {
    switch (effort) {
        case Effort::max:
        case Effort::xhigh:
            return 95;
        case Effort::high:
            return 80;
        case Effort::unset:
        case Effort::medium:
            return 50;
        case Effort::low:
            return 20;
        case Effort::none:
        case Effort::minimal:
            return 10;
    }
    return 0;
}

}  // namespace

std::int64_t claude_budget(const ReasoningWish& wish, std::int64_t bound) {
    const std::int64_t wanted = wish.tokens > 0 ? wish.tokens : bound * budget_percent(wish.effort) / 100;
    return std::min(std::max(wanted, kLeastClaudeBudget), bound - 1);
}

std::string_view claude_effort(Effort effort) {
    switch (effort) {
        case Effort::max:
        case Effort::xhigh:
            return "max";
        case Effort::high:
            return "high";
        case Effort::low:
        case Effort::minimal:
            return "low";
        default:
            return "medium";
    }
}

}  // namespace tollgate
