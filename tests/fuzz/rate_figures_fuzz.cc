// What a provider says of its rate limits: whatever it is, figures and waits stay within their bounds, and what is made
// of them is a number.
#include <array>
#include <cmath>
#include <string>

#include "gateway/routing/key_allowance.h"
#include "tests/fuzz/input.h"

namespace tollgate {
namespace {

using fuzz::require;

constexpr std::int64_t kUnixMs = 1'795'219'200'000, kNowMs = 1'000'000;

void check(const RateFigure& figure) {
    require(figure.left >= RateFigure::kUnknown && figure.left < UINT32_MAX, "what is left is bounded");
    require(figure.limit >= RateFigure::kUnknown && figure.limit < UINT32_MAX, "the limit is bounded");
    const bool refills = figure.full_in_ms >= 1 && figure.full_in_ms <= kLongestRefillMs;
    require(!figure.known() || refills, "it is full within the longest time");
}

void check_left(const RateFigures& figures) {
    KeyAllowance allowance;
    require(!allowance.requests_left(1, kNowMs), "nothing is known before");
    allowance.note(figures, kNowMs);
    constexpr std::array<std::int64_t, 4> kLater = {0, 1, kLongestRefillMs / 2, kLongestRefillMs};
    for (const std::int64_t later : kLater) {
        for (const std::int64_t tokens : {std::int64_t{1}, INT64_MAX}) {
            const auto left = allowance.requests_left(tokens, kNowMs + later);
            require(!left || (std::isfinite(*left) && *left >= 0), "what is left is a number");
            require(!left || figures.requests.known() || figures.tokens.known(), "it is known from somewhere");
        }
    }
}

void read_head(std::string_view text) {
    static wire::ResponseHead head;
    std::string bytes = "HTTP/1.1 429 Too Many Requests\r\n";
    bytes.append(text).append("\r\n\r\n");
    if (wire::find_head_end(bytes, 0) != bytes.size()) return;
    if (wire::parse_response_head(bytes, wire::kMaxHeadFields, false, head).status != 0) return;
    const RateFigures figures = read_rate_figures(head, kUnixMs);
    check(figures.requests);
    check(figures.tokens);
    check_left(figures);
}

}  // namespace
}  // namespace tollgate

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(tollgate::fuzz::Input(data, size).rest());
    const std::int64_t refill = tollgate::refill_ms(text, tollgate::kUnixMs);
    tollgate::fuzz::require(refill >= 1 && refill <= tollgate::kLongestRefillMs, "a wait is bounded");
    tollgate::read_head(text);
    return 0;
}
