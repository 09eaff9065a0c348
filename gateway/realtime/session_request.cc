#include "gateway/realtime/session_request.h"

#include <simdjson.h>

#include <algorithm>
#include <boost/url/pct_string_view.hpp>

#include "gateway/chat/dialect/model_name.h"
#include "gateway/chat/request_tags.h"
#include "gateway/exchange/upgrade_fields.h"
#include "gateway/text/query_text.h"
#include "gateway/wire/websocket_handshake.h"

namespace tollgate {
namespace {

constexpr int kUpgradeRequired = 426;
constexpr std::string_view kVersion = "13";

Error upgrade_required(std::string message) {
    Error error(ErrorKind::invalid_request, std::move(message));
    error.detail().status = kUpgradeRequired;
    error.detail().headers = "upgrade: websocket\r\nsec-websocket-version: 13\r\n";
    return error;
}

Error check_upgrade(const UpgradeFields* upgrade) {
    if (upgrade == nullptr || !upgrade->websocket) {
        return upgrade_required("a session needs a WebSocket: GET with Upgrade: websocket and Connection: Upgrade");
    }
    if (upgrade->version != kVersion) return upgrade_required("Sec-WebSocket-Version must be 13");
    if (!wire::is_websocket_key(upgrade->key)) {
        return {ErrorKind::invalid_request, "Sec-WebSocket-Key must be 16 bytes in base64", "Sec-WebSocket-Key"};
    }
    return {};
}

// The parameter's value as it is spelt; empty: it is absent.
std::string_view parameter(std::string_view query, std::string_view name) {
    while (!query.empty()) {
        const std::string_view one = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(one.size() + 1, query.size()));
        if (one.starts_with(name) && one.substr(name.size()).starts_with('=')) return one.substr(name.size() + 1);
    }
    return {};
}

}  // namespace

Error read_session_request(Exchange& request) {
    if (Error error = check_upgrade(request.head.upgrade.get())) return error;
    const std::string_view spelt = parameter(request.head.query, "model");
    if (spelt.empty()) return {ErrorKind::model_required, "the query must name a model: ?model=…", "model"};
    const auto model = boost::urls::make_pct_string_view(spelt);
    if (!model || model->decoded_size() > kMostModelBytes || !simdjson::validate_utf8(query_text(*model))) {
        return {ErrorKind::invalid_request, "the query's model must be UTF-8 of at most 128 bytes", "model"};
    }
    BodyFacts& body = request.ask.body;
    body.prompt_is_text = false;
    body.prompt_extra_tokens = kUnseenTokens;
    body.has_model = true;
    return take_model_name(query_text(*model), body);
}

std::string switching_fields(const UpgradeFields& upgrade) {
    std::string fields = "upgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ";
    fields += wire::websocket_accept(upgrade.key);
    fields += "\r\n";
    // The key stands among those offered, so only the API's own name is ever answered.
    if (upgrade.offers_realtime) fields += "sec-websocket-protocol: realtime\r\n";
    return fields;
}

}  // namespace tollgate
