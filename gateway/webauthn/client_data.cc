#include "gateway/webauthn/client_data.h"

#include <boost/json.hpp>
#include <optional>

#include "gateway/text/base64.h"

namespace tollgate::webauthn {
namespace {

std::unexpected<Status> malformed() {
    return failure(StatusCode::invalid, "the client data of the passkey cannot be read", "passkey_malformed");
}

std::optional<std::string> text_of(const boost::json::object& object, std::string_view name) {
    const auto* const value = object.if_contains(name);
    const auto* const text = value != nullptr ? value->if_string() : nullptr;
    if (text == nullptr) return std::nullopt;
    return std::string(*text);
}

}  // namespace

Result<ClientData> read_client_data(std::string_view json) {
    if (json.size() > kMostClientDataBytes) return malformed();
    boost::system::error_code error;
    const auto value = boost::json::parse(json, error);
    const auto* const object = error ? nullptr : value.if_object();
    if (object == nullptr) return malformed();
    const auto type = text_of(*object, "type"), challenge = text_of(*object, "challenge"),
               origin = text_of(*object, "origin");
    const auto bytes = from_base64_url(challenge.value_or(""));
    if (!type || !challenge || !bytes || !origin) return malformed();
    ClientData data{.type = *type, .challenge = *bytes, .origin = *origin};
    if (const auto* const cross = object->if_contains("crossOrigin"); cross != nullptr) {
        if (!cross->is_bool()) return malformed();
        data.cross_origin = cross->get_bool();
    }
    // A page in a frame of another site's.
    data.cross_origin |= object->contains("topOrigin");
    return data;
}

}  // namespace tollgate::webauthn
