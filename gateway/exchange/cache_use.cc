#include "gateway/exchange/cache_use.h"

#include <utility>

namespace tollgate {

void GatheredBody::add(std::string_view part) {
    if (!gathers_) return;
    const std::size_t bytes = text_.size() + part.size();
    if (bytes > cache_.max_answer_bytes() || !cache_.grow_body(counted_, bytes)) return forget();
    counted_ = bytes;
    text_ += part;
}

std::string GatheredBody::take() {
    std::string text = std::move(text_);
    forget();
    return text;
}

void GatheredBody::forget() {
    gathers_ = false;
    text_ = {};
    cache_.give_back_body(std::exchange(counted_, 0));
}

void append_cache_fields(const CacheUse& use, std::string& out) {
    out += "x-openrouter-cache-status: ";
    out += use.answer == nullptr ? "MISS" : "HIT";
    out.append("\r\nx-openrouter-cache-ttl: ").append(std::to_string(use.ttl_s)).append("\r\n");
    if (use.answer == nullptr) return;
    out.append("x-openrouter-cache-age: ").append(std::to_string(use.age_s));
    out.append("\r\nx-openrouter-cache-source-id: gen-").append(to_ulid(use.answer->request)).append("\r\n");
}

}  // namespace tollgate
