#include "gateway/config/option_record.h"

#include <algorithm>
#include <array>

namespace tollgate {
namespace {

constexpr std::string_view kHidden = "…";
// Of addresses' queries: they name a version or a format.
constexpr std::array<std::string_view, 2> kHarmless = {"api-version", "alt"};

std::string shown_query(std::string_view query) {
    std::string shown;
    while (!query.empty()) {
        const std::string_view one = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(one.size() + 1, query.size()));
        const std::string_view name = one.substr(0, one.find('='));
        if (!shown.empty()) shown += '&';
        if (std::ranges::find(kHarmless, name) != kHarmless.end()) {
            shown += one;
        } else if (name.size() == one.size()) {
            shown += kHidden;
        } else {
            shown.append(name).append("=").append(kHidden);
        }
    }
    return shown;
}

bool waits(const std::vector<std::string>& waiting, std::string_view name) {
    return std::ranges::any_of(waiting, [name](const std::string& one) {
        return name.starts_with(one) && (name.size() == one.size() || name[one.size()] == '.');
    });
}

}  // namespace

std::string without_credentials(const std::string& value) {
    const auto question = value.find('?');
    std::string shown = value.substr(0, question);
    if (const auto scheme = shown.find("://"); scheme != std::string::npos) {
        const auto begin = scheme + 3;
        const auto at = shown.rfind('@', shown.find('/', begin));
        if (at != std::string::npos && at >= begin) shown.replace(begin, at - begin, kHidden);
    }
    if (question == std::string::npos) return shown;
    return shown + "?" + shown_query(std::string_view(value).substr(question + 1));
}

std::vector<OptionRecord> records_in_force(const std::vector<OptionRecord>& before,
                                           const std::vector<OptionRecord>& now,
                                           const std::vector<std::string>& waiting) {
    std::vector<OptionRecord> all;
    for (const OptionRecord& record : now) {
        if (!waits(waiting, record.name)) all.push_back(record);
    }
    for (const OptionRecord& record : before) {
        if (!waits(waiting, record.name)) continue;
        all.push_back(record);
        all.back().waits_for_restart = true;
    }
    return all;
}

}  // namespace tollgate
