#include "gateway/outside/http_call.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <openssl/crypto.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <memory>

namespace tollgate {
namespace {

struct State {
    const HttpCall& call;
    HttpReply reply = {};
    std::size_t head_bytes = 0;
    bool refused = false;    // an address
    bool too_large = false;  // the reply

    bool stopped() const { return call.stop != nullptr && call.stop->load(); }
};

wire::IpAddress address_of(const curl_sockaddr& place) {
    namespace ip = boost::asio::ip;
    if (place.family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, &place.addr, sizeof v4);
        return ip::address_v4(ntohl(v4.sin_addr.s_addr));
    }
    sockaddr_in6 v6{};
    std::memcpy(&v6, &place.addr, sizeof v6);
    ip::address_v6::bytes_type bytes;
    std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
    return ip::address_v6(bytes);
}

// Asked of the address that is connected to, after its name was resolved: no second look-up can give another.
curl_socket_t open_socket(void* context, curlsocktype, curl_sockaddr* place) {
    State& state = *static_cast<State*>(context);
    const bool known = place->family == AF_INET || place->family == AF_INET6;
    if (!known || (state.call.may_reach && !state.call.may_reach(address_of(*place)))) {
        state.refused = true;
        return CURL_SOCKET_BAD;
    }
    return ::socket(place->family, place->socktype | SOCK_CLOEXEC, place->protocol);
}

std::size_t take_body(const char* data, std::size_t size, std::size_t count, void* context) {
    State& state = *static_cast<State*>(context);
    const std::size_t bytes = state.reply.body.size() + size * count;
    if (bytes > state.call.most_bytes || (state.call.may_hold && !state.call.may_hold(bytes))) {
        state.too_large = true;
        return 0;
    }
    state.reply.body.append(data, size * count);
    return size * count;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlanks = " \t\r\n";
    const auto begin = std::min(text.find_first_not_of(kBlanks), text.size());
    return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

std::size_t take_field(const char* data, std::size_t size, std::size_t count, void* context) {
    State& state = *static_cast<State*>(context);
    const std::string_view line(data, size * count);
    state.head_bytes += line.size();
    if (state.head_bytes > HttpCall::kMostBytes) {
        state.too_large = true;
        return 0;
    }
    if (line.starts_with("HTTP/")) state.reply.fields.clear();  // what came before was provisional
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return line.size();
    std::string name(line.substr(0, colon));
    for (char& c : name) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    state.reply.fields.emplace_back(std::move(name), trimmed(line.substr(colon + 1)));
    return line.size();
}

int look_whether_to_stop(void* context, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<const State*>(context)->stopped() ? 1 : 0;
}

struct Lines {
    curl_slist* first = nullptr;
    ~Lines() {
        for (const curl_slist* one = first; one != nullptr; one = one->next) {
            OPENSSL_cleanse(one->data, std::strlen(one->data));
        }
        curl_slist_free_all(first);
    }
    void add(const std::string& line) { first = curl_slist_append(first, line.c_str()); }
};

Error error_of(CURLcode code, const State& state) {
    if (state.stopped()) return {ErrorKind::shutting_down, "the gateway is shutting down"};
    if (state.refused) return {ErrorKind::upstream_unreachable, "its address may not be called from here"};
    if (state.too_large) return {ErrorKind::upstream_invalid_response, "its answer is too large"};
    switch (code) {
        case CURLE_OPERATION_TIMEDOUT:
            return {ErrorKind::upstream_timeout, "it did not answer in time"};
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_SSL_CACERT_BADFILE:
            return {ErrorKind::upstream_unreachable, "TLS with it failed: " + std::string(curl_easy_strerror(code))};
        default:
            return {ErrorKind::upstream_unreachable, "it cannot be reached: " + std::string(curl_easy_strerror(code))};
    }
}

// `body`: of a POST; null: it is a GET.
Outcome<HttpReply> perform(HttpCall call, const std::string* body) {
    const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle(curl_easy_init(), curl_easy_cleanup);
    if (handle == nullptr) return problem(ErrorKind::overloaded, "no memory for a call of another server");
    CURL* const curl = handle.get();
    State state{.call = call};
    Lines lines;
    for (std::string& line : call.header_lines) {
        lines.add(line);
        OPENSSL_cleanse(line.data(), line.size());
    }
    curl_easy_setopt(curl, CURLOPT_URL, call.url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    if (body != nullptr) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body->data());
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body->size()));
    }
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, lines.first);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "tollgate/" TOLLGATE_VERSION);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");  // of the environment: it would connect to what nobody has looked at
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(HttpCall::kConnectTimeoutMs));
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(call.timeout_ms));
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!call.ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, call.ca_file.c_str());
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, &state);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &state);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_field);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &state);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, look_whether_to_stop);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &state);
    if (const CURLcode code = curl_easy_perform(curl); code != CURLE_OK) {
        return std::unexpected(error_of(code, state));
    }
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    state.reply.status = static_cast<int>(status);
    return std::move(state.reply);
}

}  // namespace

std::string_view HttpReply::field(std::string_view lower_case_name) const {
    const auto found =
        std::ranges::find(fields, lower_case_name, [](const auto& one) -> std::string_view { return one.first; });
    return found == fields.end() ? std::string_view() : std::string_view(found->second);
}

Outcome<HttpReply> get(HttpCall call) { return perform(std::move(call), nullptr); }

Outcome<HttpReply> post(HttpCall call, std::string body) {
    auto reply = perform(std::move(call), &body);
    OPENSSL_cleanse(body.data(), body.size());
    return reply;
}

}  // namespace tollgate
