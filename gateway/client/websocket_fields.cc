#include "gateway/client/websocket_fields.h"

#include <algorithm>
#include <span>
#include <string>

#include "gateway/text/ascii.h"

namespace tollgate {
namespace {

constexpr std::string_view kProtocols = "sec-websocket-protocol", kKeyProtocol = "openai-insecure-api-key.",
                           kBetaProtocol = "openai-beta.", kApi = "realtime";

// The elements of a list, which may stand in several fields (RFC 9110, section 5.3).
template <class Take>
void each_element_of(const wire::RequestHead& from, std::string_view name, Take&& take) {
    if ((from.name_bits & wire::MessageHead::name_bit(name)) == 0) return;
    for (const wire::HeaderField& field : std::span(from.fields).first(from.field_count)) {
        if (!wire::equals_ignoring_case(field.name, name)) continue;
        for (std::string_view list = field.value; !list.empty();) {
            const std::size_t comma = std::min(list.find(','), list.size());
            if (const std::string_view element = without_blanks(list.substr(0, comma)); !element.empty()) take(element);
            list.remove_prefix(std::min(comma + 1, list.size()));
        }
    }
}

bool lists(const wire::RequestHead& from, std::string_view name, std::string_view word) {
    bool found = false;
    each_element_of(from, name, [&](std::string_view one) { found = found || wire::equals_ignoring_case(one, word); });
    return found;
}

// "realtime-v1" as OpenAI-Beta spells it: "realtime=v1".
std::string beta_of(std::string_view protocol) {
    std::string beta(protocol.substr(kBetaProtocol.size()));
    if (const std::size_t dash = beta.rfind('-'); dash != std::string::npos) beta[dash] = '=';
    return beta;
}

}  // namespace

std::shared_ptr<const UpgradeFields> websocket_fields(const wire::RequestHead& from) {
    if (from.field("upgrade").empty()) return nullptr;
    UpgradeFields found;
    found.websocket = from.method == "GET" && from.minor_version >= 1 && from.framing == wire::Framing::none &&
                      lists(from, "upgrade", "websocket") && lists(from, "connection", "upgrade");
    found.key = from.field("sec-websocket-key");
    found.version = from.field("sec-websocket-version");
    each_element_of(from, kProtocols, [&found](std::string_view one) {
        found.protocols_offered = true;
        if (one == kApi) found.offers_realtime = true;
        if (one.starts_with(kBetaProtocol)) found.beta = beta_of(one);
    });
    return std::make_shared<const UpgradeFields>(std::move(found));
}

std::string_view key_in_protocols(const wire::RequestHead& from) {
    std::string_view key;
    each_element_of(from, kProtocols, [&key](std::string_view one) {
        if (key.empty() && one.starts_with(kKeyProtocol)) key = one.substr(kKeyProtocol.size());
    });
    return key;
}

}  // namespace tollgate
