#include "accounting/secrets/sealing.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>

namespace tollgate {
namespace {

constexpr char kFormat = 1;
constexpr std::size_t kNonceBytes = 12, kTagBytes = 16;
constexpr std::size_t kFirstCipherByte = 1 + kNonceBytes;
constexpr std::size_t kOverhead = kFirstCipherByte + kTagBytes;

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

// What cannot fail but for want of memory or a broken library: a secret that is sealed wrongly is lost or told.
void must(int done) {
    if (done == 1) return;
    std::fputs("tollgate: the cryptographic library failed\n", stderr);
    std::abort();
}

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes_of(char* text) { return reinterpret_cast<unsigned char*>(text); }
int size_of(std::string_view text) { return static_cast<int>(text.size()); }

}  // namespace

std::string seal(SealingKey key, std::string_view place, std::string_view plaintext) {
    std::string sealed(plaintext.size() + kOverhead, '\0');
    sealed.front() = kFormat;
    char* const nonce = sealed.data() + 1;
    char* const cipher = sealed.data() + kFirstCipherByte;
    must(RAND_bytes(bytes_of(nonce), kNonceBytes));
    const Context context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
    int written = 0;
    must(EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.data(), bytes_of(nonce)));
    must(EVP_EncryptUpdate(context.get(), nullptr, &written, bytes_of(place), size_of(place)));
    must(EVP_EncryptUpdate(context.get(), bytes_of(cipher), &written, bytes_of(plaintext), size_of(plaintext)));
    must(EVP_EncryptFinal_ex(context.get(), bytes_of(cipher + plaintext.size()), &written));
    must(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, cipher + plaintext.size()));
    return sealed;
}

Result<LockedBytes> unseal(SealingKey key, std::string_view place, std::string_view sealed) {
    if (sealed.size() < kOverhead || sealed.front() != kFormat) {
        return failure(StatusCode::corrupt, "a sealed secret is malformed");
    }
    const std::string_view nonce = sealed.substr(1, kNonceBytes);
    const std::string_view cipher = sealed.substr(kFirstCipherByte, sealed.size() - kOverhead);
    std::array<char, kTagBytes> tag{};
    sealed.substr(sealed.size() - kTagBytes).copy(tag.data(), tag.size());
    auto plain = LockedBytes::make(cipher.size());
    if (!plain) return plain;
    const Context context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
    int written = 0;
    unsigned char none = 0;
    must(EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.data(), bytes_of(nonce)));
    must(EVP_DecryptUpdate(context.get(), nullptr, &written, bytes_of(place), size_of(place)));
    must(EVP_DecryptUpdate(context.get(), plain->bytes().data(), &written, bytes_of(cipher), size_of(cipher)));
    must(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()));
    if (EVP_DecryptFinal_ex(context.get(), &none, &written) != 1) {
        return failure(StatusCode::corrupt, "a sealed secret does not open: it was altered, or belongs elsewhere");
    }
    return plain;
}

Result<LockedBytes> make_sealing_key() {
    auto key = LockedBytes::make(kSealingKeyBytes);
    if (key) must(RAND_bytes(key->bytes().data(), kSealingKeyBytes));
    return key;
}

std::string to_hex_text(std::string_view bytes) {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    text.reserve(2 * bytes.size());
    for (const char byte : bytes) {
        text += kDigits[static_cast<unsigned char>(byte) >> 4];
        text += kDigits[static_cast<unsigned char>(byte) & 0xf];
    }
    return text;
}

std::optional<std::string> parse_hex_text(std::string_view text) {
    const auto value_of = [](char c) {
        if (c >= '0' && c <= '9') return c - '0';
        return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    };
    if (text.size() % 2 != 0) return std::nullopt;
    std::string bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = value_of(text[i]), low = value_of(text[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        bytes += static_cast<char>(high * 16 + low);
    }
    return bytes;
}

}  // namespace tollgate
