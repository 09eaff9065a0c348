// What a browser brings back from an identity provider (RFC 6749, section 4.1.2; RFC 9207), in its address. Providers
// add what they like; each of these stands there once, or the whole is of no use.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tollgate::oidc {

inline constexpr std::size_t kMostCallbackBytes = 16 << 10;

struct CallbackQuery {
    std::string state = {}, code = {};
    std::string error = {};   // the provider's word: empty, it signed somebody in
    std::string issuer = {};  // empty: it names none
};

std::optional<CallbackQuery> read_callback_query(std::string_view query);

}  // namespace tollgate::oidc
