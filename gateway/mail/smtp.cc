#include <curl/curl.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "gateway/mail/delivery.h"

namespace tollgate {
namespace {

constexpr long kConnectTimeoutMs = 10'000;
constexpr long kTimeoutMs = 60'000;

struct Reader {
    std::string_view left;
};

std::size_t give_body(char* to, std::size_t size, std::size_t count, void* context) {
    Reader& reader = *static_cast<Reader*>(context);
    const std::size_t given = std::min(size * count, reader.left.size());
    std::memcpy(to, reader.left.data(), given);
    reader.left.remove_prefix(given);
    return given;
}

int is_stopped(void* context, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<const std::atomic<bool>*>(context)->load() ? 1 : 0;
}

long tls_of(SmtpTls tls) {
    switch (tls) {
        case SmtpTls::required:
            return CURLUSESSL_ALL;
        case SmtpTls::if_offered:
            return CURLUSESSL_TRY;
        case SmtpTls::never:
            break;
    }
    return CURLUSESSL_NONE;
}

// A refusal of this mail or its address is one for good (RFC 5321, 4.2.1); one of ours to sign in is the operator's to
// mend.
bool is_for_good(CURLcode code, long reply) {
    constexpr long kSigningIn[] = {530, 534, 535, 538};
    return code != CURLE_LOGIN_DENIED && reply >= 500 && reply < 600 &&
           std::ranges::find(kSigningIn, reply) == std::end(kSigningIn);
}

}  // namespace

Delivery send_by_smtp(const MailConfig& config, const Outgoing& mail, const std::atomic<bool>& stop) {
    const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle(curl_easy_init(), curl_easy_cleanup);
    if (handle == nullptr) return {.problem = "no memory"};
    CURL* const curl = handle.get();
    const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> to(
        curl_slist_append(nullptr, ("<" + mail.to + ">").c_str()), curl_slist_free_all);
    Reader reader{mail.message};
    curl_easy_setopt(curl, CURLOPT_URL, config.smtp_url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_USE_SSL, tls_of(config.smtp_tls));
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!config.smtp_ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, config.smtp_ca_file.c_str());
    if (!config.smtp_user.empty()) {
        curl_easy_setopt(curl, CURLOPT_USERNAME, config.smtp_user.c_str());
        curl_easy_setopt(curl, CURLOPT_PASSWORD, config.smtp_password.c_str());
    }
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, ("<" + mail.from + ">").c_str());
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to.get());
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_body);
    curl_easy_setopt(curl, CURLOPT_READDATA, &reader);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeoutMs);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, kTimeoutMs);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, is_stopped);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, const_cast<std::atomic<bool>*>(&stop));
    const CURLcode code = curl_easy_perform(curl);
    if (code == CURLE_OK) return {};
    long reply = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply);
    std::string problem = curl_easy_strerror(code);
    if (reply >= 400) problem += "; the server replied " + std::to_string(reply);
    return {.problem = std::move(problem), .for_good = is_for_good(code, reply)};
}

}  // namespace tollgate
