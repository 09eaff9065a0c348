#include "gateway/outside/media_fetch.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "gateway/outside/http_call.h"
#include "gateway/outside/media_type.h"
#include "gateway/text/ascii.h"
#include "gateway/text/base64.h"

namespace tollgate {
namespace {

constexpr int kOk = 200, kFirstRedirect = 301, kLastRedirect = 308;

// Read by who connects to it: no other reader's idea of an address is judged.
class WebAddress {
  public:
    // False: it is none, or holds credentials.
    bool set(const std::string& text) { return url_ != nullptr && put(CURLUPART_URL, text); }
    // Where that leads from here.
    bool follow(std::string_view location) { return !location.empty() && put(CURLUPART_URL, std::string(location)); }

    bool is_secure() const { return part(CURLUPART_SCHEME) == "https"; }
    bool is_web() const { return is_secure() || part(CURLUPART_SCHEME) == "http"; }
    std::string host() const {
        std::string host = part(CURLUPART_HOST);
        const bool bracketed = host.starts_with('[') && host.ends_with(']');
        return bracketed ? host.substr(1, host.size() - 2) : host;
    }
    std::string text() const { return part(CURLUPART_URL); }

  private:
    bool put(CURLUPart part, const std::string& text) {
        return curl_url_set(url_.get(), part, text.c_str(), CURLU_DISALLOW_USER) == CURLUE_OK &&
               curl_url_set(url_.get(), CURLUPART_FRAGMENT, nullptr, 0) == CURLUE_OK;
    }
    std::string part(CURLUPart part) const {
        char* text = nullptr;
        if (curl_url_get(url_.get(), part, &text, 0) != CURLUE_OK) return {};
        std::string copy = text;
        curl_free(text);
        return copy;
    }

    std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url_{curl_url(), curl_url_cleanup};
};

bool may_call(const WebAddress& address, const wire::Reach& reach) {
    return address.is_web() && reach.check_host(address.host(), address.is_secure()).ok();
}

// 0: none is left.
std::uint32_t left_ms(std::chrono::steady_clock::time_point deadline) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    return left.count() > 0 ? static_cast<std::uint32_t>(left.count()) : 0;
}

Outcome<HttpReply> call(const MediaFetch& fetch, const WebAddress& address, bool& went_inside) {
    const bool secure = address.is_secure();
    const auto may_reach = [&fetch, secure, &went_inside](const wire::IpAddress& place) {
        const bool may = fetch.reach->may_connect(place, secure);
        if (may && !wire::is_public(place)) went_inside = true;
        return may;
    };
    return get({.url = address.text(),
                .may_reach = may_reach,
                .most_bytes = fetch.most_bytes,
                .may_hold = fetch.may_hold,
                .timeout_ms = left_ms(fetch.deadline),
                .stop = fetch.stop});
}

// What the server calls it, without parameters.
std::string declared_type(const HttpReply& reply) {
    std::string type = ascii_lower(std::string(reply.field("content-type")));
    type.resize(std::min(type.size(), type.find_first_of("; \t")));
    return type == "image/jpg" ? "image/jpeg" : type;
}

// Its type; empty: it is not of that class, or not what its server says.
std::string_view judged_type(const HttpReply& reply, MediaClass kind) {
    const std::string_view type = media_type_of_bytes(reply.body);
    const bool picture = type.starts_with("image/");
    if (type.empty() || picture != (kind == MediaClass::picture) || declared_type(reply) != type) return {};
    return type;
}

}  // namespace

MediaFetchResult fetch_medium(const MediaFetch& fetch) {
    MediaFetchResult result;
    WebAddress address;
    if (!address.set(fetch.address)) return result;
    for (int redirects = 0; redirects <= MediaFetch::kMostRedirects; ++redirects) {
        if (!may_call(address, *fetch.reach) || left_ms(fetch.deadline) == 0) return result;
        const auto reply = call(fetch, address, result.went_inside);
        if (!reply) return result;
        if (reply->status >= kFirstRedirect && reply->status <= kLastRedirect) {
            if (!address.follow(reply->field("location"))) return result;
            continue;
        }
        const std::string_view type = reply->status == kOk ? judged_type(*reply, fetch.kind) : std::string_view();
        if (!type.empty()) {
            result.medium = {.type = type, .base64 = base64(reply->body), .bytes = reply->body.size()};
        }
        return result;
    }
    return result;
}

}  // namespace tollgate
