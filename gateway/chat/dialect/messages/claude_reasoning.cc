#include "gateway/chat/dialect/messages/claude_reasoning.h"

#include <algorithm>
#include <charconv>

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

// Which is what leaving it out means.
bool is_one(Json value) {
    double number = 0;
    std::from_chars(value.data(), value.data() + value.size(), number);
    return number == 1;
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

std::optional<Parameter> surplus_of_sampling(const ChatRequest& request, UntakenParameters& parameters) {
    const Json temperature = request[Parameter::temperature].value, top_p = request[Parameter::top_p].value;
    if (temperature.empty() || top_p.empty()) return std::nullopt;
    const Parameter surplus = is_one(temperature) && !is_one(top_p) ? Parameter::temperature : Parameter::top_p;
    if (is_one(request[surplus].value)) parameters.take(surplus);
    return surplus;
}

}  // namespace tollgate
