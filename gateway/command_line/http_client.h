// One request to a gateway over HTTP or HTTPS, waited for. A server's certificate is always checked.
#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/status.h"

namespace tollgate {

inline constexpr std::size_t kMostAnswerBytes = std::size_t{64} << 20;
inline constexpr int kAnswerTimeoutS = 60;  // to connect, to send, and for each piece of an answer

struct GatewayUrl {
    bool is_secure = false;
    std::string host, port;
    std::string prefix;  // of every path; without a slash at its end
    std::string text;    // "https://gateway.example/tollgate"
    bool same_server(const GatewayUrl& other) const {
        return is_secure == other.is_secure && host == other.host && port == other.port;
    }
};
// "http://HOST[:PORT][/PREFIX]" or "https://…". invalid.
Result<GatewayUrl> parse_gateway_url(std::string_view text);

struct GatewayCall {
    std::string_view method;
    std::string target;
    std::string body;  // JSON; empty: there is none
    std::vector<std::pair<std::string, std::string>> headers = {};
};

struct GatewayReply {
    int status = 0;
    std::string content_type;
    std::string next_cursor = {};  // of a page of CSV: its x-next-cursor
    std::string body = {};         // of events, those that were not handed on
};

struct NoReply {
    std::string why;
    bool was_sent = false;  // it may have arrived
};

class HttpClient {
  public:
    // `ca_file`: certificates to trust in place of the system's; empty: the system's.
    HttpClient(GatewayUrl url, std::string ca_file) : url_(std::move(url)), ca_file_(std::move(ca_file)) {}

    // On a connection of its own. Server-sent events are handed to `on_events` as they come.
    std::expected<GatewayReply, NoReply> send(const GatewayCall& call,
                                              const std::function<void(std::string_view)>& on_events) const;
    const GatewayUrl& url() const { return url_; }

  private:
    GatewayUrl url_;
    std::string ca_file_;
};

}  // namespace tollgate
