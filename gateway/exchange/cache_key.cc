#include "gateway/exchange/cache_key.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "gateway/chat/canonical/canonical_json.h"

namespace tollgate {
namespace {

// They tell who asks and how the answer is shown, not what it is. Whether it is streamed stands in the key by itself.
constexpr std::array<std::string_view, 6> kLeftOut = {"user",   "metadata",      "session_id", "safety_identifier",
                                                      "stream", "stream_options"};
// Of the lines that go to the provider: each request has its own.
constexpr std::array<std::string_view, 3> kOfOneRequest = {"traceparent:", "tracestate:", "idempotency-key:"};

// Each part with its size before it, so that no two lists of parts are the same text.
class Parts {
  public:
    void add(std::string_view part) { text_.append(std::to_string(part.size())).append(" ").append(part); }
    template <std::size_t kBytes>
    void add_bytes(const std::array<std::uint8_t, kBytes>& bytes) {
        add({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    }
    const std::string& text() const { return text_; }

  private:
    std::string text_;
};

std::string lines_of_many(std::string_view lines) {
    std::string kept;
    while (!lines.empty()) {
        const std::string_view line = lines.substr(0, lines.find('\n') + 1);
        lines.remove_prefix(line.size());
        const auto begins = [line](std::string_view name) { return line.starts_with(name); };
        if (std::ranges::none_of(kOfOneRequest, begins)) kept += line;
    }
    return kept;
}

}  // namespace

CacheKey cache_key(const Exchange& request, std::string_view model, std::string_view body) {
    Parts parts;
    const Principal& principal = request.principal;
    parts.add_bytes(principal.organization.bytes);
    parts.add_bytes(principal.project.bytes);
    parts.add_bytes(principal.key.bytes);
    parts.add(request.head.path);
    parts.add(request.ask.body.stream ? "stream" : "plain");
    parts.add(lines_of_many(request.head.forwarded));
    parts.add(request.head.api_version);
    parts.add(model);
    const Choice& choice = request.choice;
    parts.add(choice.model.model);
    parts.add(choice.members);
    parts.add(choice.first_message);
    parts.add(std::to_string(choice.output_bound));
    parts.add(request.ask.body.preset);
    std::string canonical;
    canonical.reserve(body.size());
    append_canonical(body.substr(std::min(body.find('{'), body.size())), kLeftOut, canonical);
    parts.add(canonical);
    CacheKey key;
    unsigned int size = 0;
    if (EVP_Digest(parts.text().data(), parts.text().size(), key.digest.data(), &size, EVP_sha256(), nullptr) != 1) {
        throw std::runtime_error("a request could not be digested");
    }
    return key;
}

}  // namespace tollgate
