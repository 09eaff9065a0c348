#include "accounting/money/money.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>

namespace tollgate {
namespace {

__extension__ using Uint128 = unsigned __int128;

Uint128 magnitude_of(NanoUsdSum sum) {
    return sum < 0 ? Uint128{0} - static_cast<Uint128>(sum) : static_cast<Uint128>(sum);
}

std::string digits_of(Uint128 number) {
    std::string digits;
    do {
        digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(number % 10)));
        number /= 10;
    } while (number != 0);
    return digits;
}

constexpr std::int64_t kPicoPerNano = 1000;
constexpr std::size_t kNanoDigits = 9;
constexpr std::size_t kMaxDigits = 19;              // of an int64
constexpr std::int64_t kExponentLimit = 1'000'000;  // beyond it only zero is in range
constexpr std::size_t kQuotedNumber = 40;           // of a bad number, in an error message

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::unexpected<Status> bad_amount(std::string_view text, const char* why) {
    return failure(StatusCode::invalid, "amount " + std::string(text.substr(0, kQuotedNumber)) + ": " + why);
}

// A JSON number taken apart (RFC 8259, section 6): value = digits * 10^exponent.
struct Decimal {
    bool negative = false;
    std::string digits;  // without leading or trailing zeros; empty: zero
    std::int64_t exponent = 0;
};

bool read_exponent(std::string_view& rest, std::int64_t& exponent) {
    bool negative = false;
    if (!rest.empty() && (rest.front() == '+' || rest.front() == '-')) {
        negative = rest.front() == '-';
        rest.remove_prefix(1);
    }
    if (rest.empty() || !is_digit(rest.front())) return false;
    while (!rest.empty() && is_digit(rest.front())) {
        exponent = std::min(exponent * 10 + (rest.front() - '0'), kExponentLimit);
        rest.remove_prefix(1);
    }
    if (negative) exponent = -exponent;
    return true;
}

bool read_decimal(std::string_view rest, Decimal& out) {
    const auto take_digits = [&] {
        std::size_t count = 0;
        while (count < rest.size() && is_digit(rest[count])) ++count;
        const std::string_view digits = rest.substr(0, count);
        rest.remove_prefix(count);
        return digits;
    };
    if (!rest.empty() && rest.front() == '-') {
        out.negative = true;
        rest.remove_prefix(1);
    }
    const std::string_view whole = take_digits();
    if (whole.empty() || (whole.size() > 1 && whole.front() == '0')) return false;
    std::string_view fraction;
    if (!rest.empty() && rest.front() == '.') {
        rest.remove_prefix(1);
        fraction = take_digits();
        if (fraction.empty()) return false;
    }
    if (!rest.empty() && (rest.front() == 'e' || rest.front() == 'E')) {
        rest.remove_prefix(1);
        if (!read_exponent(rest, out.exponent)) return false;
    }
    out.digits = std::string(whole) + std::string(fraction);
    out.exponent -= static_cast<std::int64_t>(fraction.size());
    const auto last = out.digits.find_last_not_of('0');
    if (last == std::string::npos) {
        out.digits.clear();
    } else {
        out.exponent += static_cast<std::int64_t>(out.digits.size() - last - 1);
        out.digits.resize(last + 1);
        out.digits.erase(0, out.digits.find_first_not_of('0'));
    }
    return rest.empty();
}

}  // namespace

void money_violation(std::string_view what) {
    std::fprintf(stderr, "tollgate: money would be wrong: %.*s\n", static_cast<int>(what.size()), what.data());
    std::abort();
}

NanoUsd NanoUsd::operator+(NanoUsd other) const {
    NanoUsd sum;
    if (__builtin_add_overflow(value, other.value, &sum.value)) money_violation("sum out of range");
    return sum;
}

NanoUsd NanoUsd::operator-(NanoUsd other) const {
    NanoUsd difference;
    if (__builtin_sub_overflow(value, other.value, &difference.value)) money_violation("difference out of range");
    return difference;
}

NanoUsd NanoUsd::operator-() const { return NanoUsd{} - *this; }
NanoUsd& NanoUsd::operator+=(NanoUsd other) { return *this = *this + other; }
NanoUsd& NanoUsd::operator-=(NanoUsd other) { return *this = *this - other; }

Result<NanoUsd> parse_usd(std::string_view number_text) {
    Decimal number;
    if (!read_decimal(number_text, number)) return bad_amount(number_text, "not a number");
    if (number.digits.empty()) return NanoUsd{};
    const std::int64_t zeros = number.exponent + static_cast<std::int64_t>(kNanoDigits);
    if (zeros < 0) return bad_amount(number_text, "more than nine decimals");
    if (static_cast<std::int64_t>(number.digits.size()) + zeros > static_cast<std::int64_t>(kMaxDigits)) {
        return bad_amount(number_text, "out of range");
    }
    number.digits.append(static_cast<std::size_t>(zeros), '0');
    std::uint64_t magnitude = 0;
    std::from_chars(number.digits.data(), number.digits.data() + number.digits.size(), magnitude);
    if (magnitude > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        return bad_amount(number_text, "out of range");
    }
    const auto value = static_cast<std::int64_t>(magnitude);
    return NanoUsd{number.negative ? -value : value};
}

std::size_t write_usd(NanoUsd amount, char* out) {
    char* at = out;
    const bool negative = amount.value < 0;
    const auto magnitude =
        negative ? 0 - static_cast<std::uint64_t>(amount.value) : static_cast<std::uint64_t>(amount.value);
    if (negative) *at++ = '-';
    at = std::to_chars(at, out + kUsdText, magnitude / kNanoPerUsd).ptr;
    std::uint64_t fraction = magnitude % kNanoPerUsd;
    if (fraction != 0) {
        char digits[kNanoDigits];
        for (std::size_t i = kNanoDigits; i-- > 0; fraction /= 10) digits[i] = static_cast<char>('0' + fraction % 10);
        std::size_t count = kNanoDigits;
        while (digits[count - 1] == '0') --count;
        *at++ = '.';
        std::memcpy(at, digits, count);
        at += count;
    }
    return static_cast<std::size_t>(at - out);
}

std::string to_usd(NanoUsd amount) {
    char text[kUsdText];
    return std::string(text, write_usd(amount, text));
}

std::string to_string(NanoUsdSum sum) { return (sum < 0 ? "-" : "") + digits_of(magnitude_of(sum)); }

std::string to_usd(NanoUsdSum sum) {
    const Uint128 magnitude = magnitude_of(sum);
    const std::string fraction = to_usd(NanoUsd{static_cast<std::int64_t>(magnitude % kNanoPerUsd)});
    return (sum < 0 ? "-" : "") + digits_of(magnitude / kNanoPerUsd) + fraction.substr(1);  // without its "0"
}

NanoUsd cost_of(const TokenUsage& usage, const Prices& prices) {
    const auto product = [](std::int64_t tokens, std::int64_t price) {
        return static_cast<Uint128>(std::max<std::int64_t>(tokens, 0)) *
               static_cast<Uint128>(std::max<std::int64_t>(price, 0));
    };
    const std::int64_t prompt = std::max<std::int64_t>(usage.prompt, 0);
    const std::int64_t cache_read = std::clamp<std::int64_t>(usage.cache_read, 0, prompt);
    const std::int64_t cache_write = std::clamp<std::int64_t>(usage.cache_write, 0, prompt - cache_read);
    const std::int64_t hour = std::clamp<std::int64_t>(usage.cache_write_1h, 0, cache_write);
    const Uint128 pico = product(prompt - cache_read - cache_write, prices.prompt) +
                         product(cache_read, prices.cache_read) + product(cache_write - hour, prices.cache_write) +
                         product(hour, prices.cache_write_1h) + product(usage.completion, prices.completion) +
                         product(1, prices.per_request);
    const Uint128 nano = (pico + kPicoPerNano / 2) / kPicoPerNano;
    constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
    return NanoUsd{nano > static_cast<Uint128>(kMost) ? kMost : static_cast<std::int64_t>(nano)};
}

UsageCost price_usage(const TokenUsage& usage, const PricePair& prices, std::int64_t unbilled_output) {
    TokenUsage at_provider = usage;
    at_provider.completion += unbilled_output;
    return {cost_of(usage, prices.customer), cost_of(at_provider, prices.provider)};
}

std::int64_t tokens_for(NanoUsd amount, std::int64_t price) {
    constexpr std::int64_t kMostTokens = std::int64_t{1} << 60;
    if (price <= 0) return kMostTokens;
    const __int128 tokens = static_cast<__int128>(amount.value) * kPicoPerNano / price;
    return static_cast<std::int64_t>(std::min<__int128>(tokens, kMostTokens));
}

}  // namespace tollgate
