#include "gateway/wire/aws_signer.h"

#include <openssl/crypto.h>

#include <array>

namespace tollgate::wire {

AwsSigner::~AwsSigner() {
    for (std::string* const secret : {&key_.secret_access_key, &key_.session_token}) {
        OPENSSL_cleanse(secret->data(), secret->size());
    }
}

Error AwsSigner::sign(const OutgoingRequest& request, std::string& lines) const {
    const std::array fields{HeaderField{"host", request.host}};
    const std::string hash = sigv4::hash_of(request.body);
    lines +=
        sigv4::signing_lines(key_, {.region = region_, .service = service_, .unix_seconds = request.unix_ms / 1000},
                             {.method = request.method, .target = request.target, .fields = fields, .body_hash = hash});
    return {};
}

void AwsSigner::redact(std::string& text) const {
    for (const std::string* const secret : {&key_.secret_access_key, &key_.session_token, &key_.access_key_id}) {
        redact_secret(text, *secret);
    }
}

// arn:partition:service:region:account:resource
std::string_view region_of_arn(std::string_view name) {
    if (!name.starts_with("arn:")) return {};
    for (int part = 0; part < 3; ++part) {
        const auto colon = name.find(':');
        if (colon == std::string_view::npos) return {};
        name.remove_prefix(colon + 1);
    }
    return name.substr(0, name.find(':'));
}

}  // namespace tollgate::wire
