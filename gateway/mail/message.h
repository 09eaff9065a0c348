// Mail as it is sent: RFC 5322, with MIME for what is no ASCII. No name, address or subject can add a line of the head.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "store/status.h"

namespace tollgate {

struct Mailbox {
    std::string email;
    std::string name = {};  // UTF-8; empty: none
};

struct Letter {
    std::string subject, text;  // UTF-8; lines of the text end with \n
};

struct Envelope {
    Mailbox from, to;
    std::string id;            // unique, of letters, digits, dots and dashes
    std::int64_t date_ms = 0;  // Unix time
};

// With CRLF at the end of each line. invalid: an address is none that can stand in a head.
Result<std::string> message_of(const Envelope& envelope, const Letter& letter);

// An unstructured text in a head (RFC 2047), on one line or several; exposed for tests.
std::string encoded_words(std::string_view text);

}  // namespace tollgate
