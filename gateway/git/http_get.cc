#include "gateway/git/http_get.h"

#include <curl/curl.h>
#include <openssl/crypto.h>

#include <memory>
#include <mutex>
#include <utility>

namespace tollgate {
namespace {

constexpr long kMostConnectMs = 5'000;

struct Collected {
    HttpAnswer answer;
    std::size_t head_bytes = 0;
    bool too_large = false;
};

std::string_view trimmed(std::string_view text) {
    const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    return text;
}

std::size_t take_body(char* bytes, std::size_t, std::size_t count, void* to) {
    auto& collected = *static_cast<Collected*>(to);
    if (collected.answer.body.size() + count > kMostHttpAnswerBytes) {
        collected.too_large = true;
        return 0;
    }
    collected.answer.body.append(bytes, count);
    return count;
}

std::size_t take_field(char* bytes, std::size_t, std::size_t count, void* to) {
    auto& collected = *static_cast<Collected*>(to);
    collected.head_bytes += count;
    if (collected.head_bytes > kMostHttpAnswerBytes) {
        collected.too_large = true;
        return 0;
    }
    const std::string_view line(bytes, count);
    if (line.starts_with("HTTP/")) collected.answer.fields.clear();  // what came before was provisional
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return count;
    std::string name(line.substr(0, colon));
    for (char& c : name) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    collected.answer.fields.emplace_back(std::move(name), trimmed(line.substr(colon + 1)));
    return count;
}

int look_whether_to_stop(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<const std::atomic<bool>*>(stop)->load() ? 1 : 0;
}

struct FreeEasy {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, FreeList>;

void append(List& list, const std::string& line) {
    curl_slist* const longer = curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    (void)list.release();
    list.reset(longer);
}

Error error_of(CURLcode code, const Collected& collected, const std::atomic<bool>& stop) {
    if (stop) return {ErrorKind::shutting_down, "the gateway is shutting down"};
    if (collected.too_large) return {ErrorKind::upstream_invalid_response, "its answer is too large"};
    if (code == CURLE_OPERATION_TIMEDOUT) return {ErrorKind::upstream_timeout, "it did not answer in time"};
    return {ErrorKind::upstream_unreachable, curl_easy_strerror(code)};
}

}  // namespace

std::string_view HttpAnswer::field(std::string_view lower_case_name) const {
    for (const auto& [name, value] : fields) {
        if (name == lower_case_name) return value;
    }
    return {};
}

Outcome<HttpAnswer> http_get(const HttpGet& get, const std::atomic<bool>& stop) {
    static std::once_flag initialized;
    std::call_once(initialized, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
    const std::unique_ptr<CURL, FreeEasy> easy(curl_easy_init());
    if (easy == nullptr) return problem(ErrorKind::overloaded, "no memory for a call of another server");
    CURL* const to = easy.get();
    Collected collected;
    List fields;
    std::string bearer = "Authorization: Bearer " + get.token;
    append(fields, bearer);
    OPENSSL_cleanse(bearer.data(), bearer.size());
    for (const std::string& field : get.fields) append(fields, field);

    curl_easy_setopt(to, CURLOPT_URL, get.url.c_str());
    curl_easy_setopt(to, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(to, CURLOPT_HTTPHEADER, fields.get());
    curl_easy_setopt(to, CURLOPT_USERAGENT, "tollgate/" TOLLGATE_VERSION);
    curl_easy_setopt(to, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(to, CURLOPT_PROXY, "");
    curl_easy_setopt(to, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(to, CURLOPT_CONNECTTIMEOUT_MS, kMostConnectMs);
    curl_easy_setopt(to, CURLOPT_TIMEOUT_MS, static_cast<long>(get.timeout_ms));
    curl_easy_setopt(to, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!get.tls_ca_file.empty()) curl_easy_setopt(to, CURLOPT_CAINFO, get.tls_ca_file.c_str());
    curl_easy_setopt(to, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(to, CURLOPT_WRITEDATA, &collected);
    curl_easy_setopt(to, CURLOPT_HEADERFUNCTION, take_field);
    curl_easy_setopt(to, CURLOPT_HEADERDATA, &collected);
    curl_easy_setopt(to, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(to, CURLOPT_XFERINFOFUNCTION, look_whether_to_stop);
    curl_easy_setopt(to, CURLOPT_XFERINFODATA, &stop);
    const CURLcode code = curl_easy_perform(to);
    if (code != CURLE_OK) return std::unexpected(error_of(code, collected, stop));
    long status = 0;
    curl_easy_getinfo(to, CURLINFO_RESPONSE_CODE, &status);
    collected.answer.status = static_cast<int>(status);
    return std::move(collected.answer);
}

}  // namespace tollgate
