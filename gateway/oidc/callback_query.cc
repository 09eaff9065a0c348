#include "gateway/oidc/callback_query.h"

#include <algorithm>
#include <array>
#include <boost/url/params_encoded_view.hpp>
#include <boost/url/parse_query.hpp>
#include <utility>

#include "gateway/text/query_text.h"

namespace tollgate::oidc {

std::optional<CallbackQuery> read_callback_query(std::string_view query) {
    const auto parsed = boost::urls::parse_query(query);
    if (!parsed || query.size() > kMostCallbackBytes) return std::nullopt;
    CallbackQuery read;
    std::array<std::pair<std::string_view, std::string*>, 4> wanted = {
        {{"state", &read.state}, {"code", &read.code}, {"error", &read.error}, {"iss", &read.issuer}}};
    for (const auto parameter : *parsed) {
        const std::string name = query_text(parameter.key);
        const auto one = std::ranges::find(wanted, name, [](const auto& each) { return each.first; });
        if (one == wanted.end()) continue;
        if (one->second == nullptr) return std::nullopt;  // it stands twice
        *std::exchange(one->second, nullptr) = query_text(parameter.value);
    }
    return read;
}

}  // namespace tollgate::oidc
