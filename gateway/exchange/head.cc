#include "gateway/exchange/head.h"

#include <algorithm>

namespace tollgate {

void Head::begin(const Id128& ulid, wire::Clock::time_point now, std::int64_t unix_ms) {
    id = ulid;
    write_ulid(id, request_id_text.data() + kIdPrefix);
    std::copy_n(request_id_text.data() + kIdPrefix, kUlidText, generation_id_text.data() + kIdPrefix);
    started = now;
    started_ms = unix_ms;
    route = &kUnknownRoute;
    operation = nullptr;
    inbound = &openai_inbound();
    head_only = expect_continue = key_presented = explain = false;
    keep_alive = true;
    minor_version = 1;
    framing = wire::Framing::none;
    content_length = 0;
    body_coding = wire::ContentCoding::identity;
    address = boost::asio::ip::address();
    presented_key = {};
    git.reset();
    upgrade.reset();
    page.reset();
    cache = {};
    for (std::string* const text :
         {&method, &path, &query, &idempotency_key, &if_match, &forwarded, &api_version, &organization, &content_type,
          &accept_encoding, &if_none_match, &app, &app_title, &tags, &session, &cors_fields}) {
        text->clear();
    }
}

}  // namespace tollgate
