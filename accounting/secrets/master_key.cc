#include "accounting/secrets/master_key.h"

#include <fcntl.h>
#include <openssl/sha.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace tollgate {
namespace {

constexpr std::size_t kMostFileBytes = 1024;
constexpr std::size_t kIdBytes = 8;
constexpr std::string_view kIdContext = "tollgate master key";

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

int digit_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::string id_of(std::span<const std::uint8_t> key) {
    std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
    auto text = LockedBytes::make(kIdContext.size() + key.size());
    if (!text) return {};
    std::memcpy(text->bytes().data(), kIdContext.data(), kIdContext.size());
    std::memcpy(text->bytes().data() + kIdContext.size(), key.data(), key.size());
    SHA256(text->bytes().data(), text->bytes().size(), digest.data());
    return to_hex_text({reinterpret_cast<const char*>(digest.data()), kIdBytes});
}

struct File {
    int descriptor;
    ~File() { ::close(descriptor); }
};

}  // namespace

MasterKey::MasterKey(LockedBytes bytes) : bytes_(std::move(bytes)), id_(id_of(bytes_.bytes())) {}

Result<MasterKey> MasterKey::parse(std::string_view text, const std::string& source) {
    text = trimmed(text);
    const auto malformed = [&source] {
        return failure(StatusCode::invalid,
                       source + ": a master key is 64 hexadecimal digits, as 'openssl rand -hex 32' writes them");
    };
    if (text.size() != 2 * kSealingKeyBytes) return malformed();
    auto bytes = LockedBytes::make(kSealingKeyBytes);
    if (!bytes) return std::unexpected(bytes.error());
    for (std::size_t i = 0; i < kSealingKeyBytes; ++i) {
        const int high = digit_of(text[2 * i]), low = digit_of(text[2 * i + 1]);
        if (high < 0 || low < 0) return malformed();
        bytes->bytes()[i] = static_cast<std::uint8_t>(high * 16 + low);
    }
    MasterKey key(std::move(*bytes));
    if (key.id_.empty()) return failure(StatusCode::io, source + ": no memory for a master key can be locked");
    return key;
}

Result<MasterKey> MasterKey::load(const std::string& path) {
    const File file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (file.descriptor < 0) return failure(StatusCode::not_found, path + ": " + std::strerror(errno));
    struct stat about{};
    if (::fstat(file.descriptor, &about) != 0 || (about.st_mode & S_IRWXO) != 0) {
        return failure(StatusCode::invalid, path + ": everybody may read it; set its mode to 600");
    }
    auto text = LockedBytes::make(kMostFileBytes);
    if (!text) return std::unexpected(text.error());
    const ssize_t size = ::read(file.descriptor, text->bytes().data(), text->bytes().size());
    if (size < 0) return failure(StatusCode::io, path + ": " + std::strerror(errno));
    text->shorten_to(static_cast<std::size_t>(size));
    return parse(text->text(), path);
}

const MasterKey* MasterKeys::find(std::string_view id) const {
    if (current->id() == id) return current.get();
    for (const auto& one : former) {
        if (one->id() == id) return one.get();
    }
    return nullptr;
}

}  // namespace tollgate
