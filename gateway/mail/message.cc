#include "gateway/mail/message.h"

#include <openssl/evp.h>

#include <algorithm>
#include <ctime>
#include <vector>

#include "accounting/accounts/mailable.h"

namespace tollgate {
namespace {

constexpr std::size_t kMostEncodedBytes = 45;  // of text in one encoded word, which has at most 75 characters
constexpr std::size_t kMostLine = 998;         // RFC 5322, section 2.1.1
constexpr std::size_t kEncodedLine = 76;       // RFC 2045, section 6.8

bool is_plain(char c) { return c >= ' ' && c < '\x7f'; }
bool is_plain(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return is_plain(c); });
}

std::string base64(std::string_view text) {
    std::vector<unsigned char> out(4 * ((text.size() + 2) / 3) + 1);
    const int size =
        EVP_EncodeBlock(out.data(), reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    return {reinterpret_cast<const char*>(out.data()), static_cast<std::size_t>(size)};
}

// Control characters, line ends among them, become blanks.
std::string without_controls(std::string_view text) {
    std::string clean(text);
    for (char& c : clean) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < ' ' || byte == 0x7f) c = ' ';
    }
    return clean;
}

// A name before an address: quoted where it is ASCII, else encoded.
std::string phrase(std::string_view name) {
    const std::string clean = without_controls(name);
    if (!is_plain(clean)) return encoded_words(clean);
    std::string quoted = "\"";
    for (const char c : clean) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return quoted + '"';
}

Status check_address(std::string_view email) {
    return can_be_mailed(email)
               ? Status()
               : Status(StatusCode::invalid, "the address has characters that mail to it cannot be sent with");
}

std::string mailbox(const Mailbox& one) {
    return one.name.empty() ? one.email : phrase(one.name) + " <" + one.email + ">";
}

// "Sun, 29 Nov 2026 07:38:45 +0000"
std::string date_of(std::int64_t unix_ms) {
    static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::time_t seconds = unix_ms / 1000;
    std::tm time{};
    ::gmtime_r(&seconds, &time);
    const auto two = [](int number) { return (number < 10 ? "0" : "") + std::to_string(number); };
    return std::string(kDays[time.tm_wday]) + ", " + two(time.tm_mday) + " " + kMonths[time.tm_mon] + " " +
           std::to_string(1900 + time.tm_year) + " " + two(time.tm_hour) + ":" + two(time.tm_min) + ":" +
           two(time.tm_sec) + " +0000";
}

bool fits_as_it_is(std::string_view text) {
    std::size_t line = 0;
    for (const char c : text) {
        line = c == '\n' ? 0 : line + 1;
        if ((c != '\n' && !is_plain(c)) || line > kMostLine) return false;
    }
    return true;
}

std::string with_crlf(std::string_view text) {
    std::string lines;
    for (const char c : text) {
        if (c == '\n') lines += '\r';
        lines += c;
    }
    return lines;
}

std::string body_of(const std::string& text) {
    if (fits_as_it_is(text)) return "Content-Transfer-Encoding: 7bit\r\n\r\n" + with_crlf(text);
    std::string body = "Content-Transfer-Encoding: base64\r\n\r\n";
    const std::string encoded = base64(with_crlf(text));
    for (std::size_t at = 0; at < encoded.size(); at += kEncodedLine) {
        body.append(encoded, at, kEncodedLine).append("\r\n");
    }
    return body;
}

}  // namespace

std::string encoded_words(std::string_view text) {
    const std::string clean = without_controls(text);
    if (is_plain(clean) && clean.find("=?") == std::string::npos) return clean;
    std::string words;
    for (std::size_t at = 0; at < clean.size();) {
        std::size_t size = std::min(kMostEncodedBytes, clean.size() - at);
        const auto continues = [&](std::size_t place) {
            return (static_cast<unsigned char>(clean[place]) & 0xc0) == 0x80;
        };
        while (size > 1 && at + size < clean.size() && continues(at + size)) --size;
        if (!words.empty()) words += "\r\n ";
        words += "=?utf-8?B?" + base64(std::string_view(clean).substr(at, size)) + "?=";
        at += size;
    }
    return words;
}

Result<std::string> message_of(const Envelope& envelope, const Letter& letter) {
    for (const Mailbox* const one : {&envelope.from, &envelope.to}) {
        if (Status status = check_address(one->email); !status.ok()) return std::unexpected(std::move(status));
    }
    const std::string& from = envelope.from.email;
    return "Date: " + date_of(envelope.date_ms) + "\r\nFrom: " + mailbox(envelope.from) +
           "\r\nTo: " + mailbox(envelope.to) + "\r\nSubject: " + encoded_words(letter.subject) + "\r\nMessage-ID: <" +
           envelope.id + from.substr(from.find('@')) +
           ">\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n" +
           body_of(letter.text);
}

}  // namespace tollgate
