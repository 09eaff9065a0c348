#include "gateway/wire/websocket_handshake.h"

#include <openssl/rand.h>
#include <openssl/sha.h>

#include <array>

#include "gateway/text/base64.h"

namespace tollgate::wire {
namespace {

constexpr std::size_t kKeyBytes = 16, kKeyText = 24;

}  // namespace

std::string new_websocket_key() {
    std::array<unsigned char, kKeyBytes> bytes{};
    RAND_bytes(bytes.data(), bytes.size());
    return base64({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

bool is_websocket_key(std::string_view key) {
    if (key.size() != kKeyText) return false;
    const auto bytes = from_base64(key);
    return bytes && bytes->size() == kKeyBytes;
}

std::string websocket_accept(std::string_view key) {
    const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
    SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    return base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace tollgate::wire
