#include "gateway/text/time_text.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <optional>
#include <string_view>

namespace tollgate {
namespace {

// Takes parts off the front of a text; once a part is not there, nothing is any more.
class Parts {
  public:
    explicit Parts(std::string_view text) : rest_(text) {}
    int digits(std::size_t count) {
        int value = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const char c = i < rest_.size() ? rest_[i] : '\0';
            if (c < '0' || c > '9') ok_ = false;
            if (!ok_) return 0;
            value = value * 10 + (c - '0');
        }
        rest_.remove_prefix(count);
        return value;
    }
    bool next_is(char wanted) const {  // letters in either case (RFC 3339, section 5.6)
        const char found = ok_ && !rest_.empty() ? rest_.front() : '\0';
        return found == wanted || (wanted >= 'A' && wanted <= 'Z' && found == wanted - 'A' + 'a');
    }
    void expect(char wanted) {
        ok_ = next_is(wanted);
        if (ok_) rest_.remove_prefix(1);
    }
    int milliseconds() {  // of a fraction of any length
        int value = 0, scale = 100;
        const std::size_t before = rest_.size();
        for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; rest_.remove_prefix(1), scale /= 10) {
            value += (rest_.front() - '0') * scale;
        }
        ok_ = ok_ && rest_.size() < before;
        return value;
    }
    bool ok() const { return ok_; }
    bool done() const { return ok_ && rest_.empty(); }

  private:
    std::string_view rest_;
    bool ok_ = true;
};

std::optional<std::int64_t> read_offset_ms(Parts& parts) {
    if (parts.next_is('Z')) {
        parts.expect('Z');
        return 0;
    }
    const bool west = parts.next_is('-');
    parts.expect(west ? '-' : '+');
    const int hours = parts.digits(2);
    parts.expect(':');
    const int minutes = parts.digits(2);
    if (!parts.ok() || hours > 23 || minutes > 59) return std::nullopt;
    return (west ? -1 : 1) * (hours * 60 + minutes) * std::int64_t{60'000};
}

std::optional<std::int64_t> read_rfc3339(std::string_view text) {
    using namespace std::chrono;
    Parts parts(text);
    const int year_number = parts.digits(4);
    parts.expect('-');
    const auto month_number = static_cast<unsigned>(parts.digits(2));
    parts.expect('-');
    const auto day_number = static_cast<unsigned>(parts.digits(2));
    const year_month_day date{year(year_number), month(month_number), day(day_number)};
    if (!parts.ok() || !date.ok()) return std::nullopt;
    const std::int64_t midnight = sys_time<milliseconds>(sys_days(date)).time_since_epoch().count();
    if (parts.done()) return midnight;
    parts.expect('T');
    const int hours = parts.digits(2);
    parts.expect(':');
    const int minutes = parts.digits(2);
    parts.expect(':');
    const int seconds_number = parts.digits(2);
    if (!parts.ok() || hours > 23 || minutes > 59 || seconds_number > 60) return std::nullopt;
    int fraction = 0;
    if (parts.next_is('.')) {
        parts.expect('.');
        fraction = parts.milliseconds();
    }
    const auto offset = read_offset_ms(parts);
    if (!offset || !parts.done()) return std::nullopt;
    return midnight + ((hours * 60 + minutes) * 60 + seconds_number) * std::int64_t{1000} + fraction - *offset;
}

}  // namespace

std::string rfc3339(std::int64_t unix_ms) {
    const std::time_t seconds = unix_ms / 1000;
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[40];
    std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts.tm_year + 1900, parts.tm_mon + 1,
                  parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, static_cast<int>(unix_ms % 1000));
    return text;
}

std::string http_date(std::int64_t unix_ms) {
    const std::time_t seconds = unix_ms / 1000;
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[32];
    return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

std::optional<std::int64_t> parse_http_date(std::string_view text) {
    constexpr std::array kForms = {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"};
    const std::string whole(text);
    for (const char* const form : kForms) {
        std::tm parts{};
        const char* const end = strptime(whole.c_str(), form, &parts);
        if (end != nullptr && *end == '\0') return timegm(&parts) * std::int64_t{1000};
    }
    return std::nullopt;
}

Result<std::int64_t> parse_time(std::string_view text) {
    std::int64_t unix_ms = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), unix_ms);
    if (error == std::errc() && end == text.data() + text.size() && unix_ms >= 0) return unix_ms;
    if (const auto read = read_rfc3339(text); read && *read >= 0) return *read;
    return failure(StatusCode::invalid,
                   "must be a time in RFC 3339, as 2026-11-22T00:00:00Z, a day, as 2026-11-22, or "
                   "Unix milliseconds");
}

}  // namespace tollgate
