// What may stand in options that are lists of names. Each returns what is wrong with one, or nothing.
#pragma once

#include <string>

namespace tollgate {

// The name of a header field, in lower case. Fields that belong to one connection, to the gateway or to whom they are
// for are never sent on.
std::string wrong_with_forwarded_header(const std::string& name);
// Scheme, host and, where it is not the usual one, port (RFC 6454, section 6.2), or "*".
std::string wrong_with_origin(const std::string& text);
// The path of a provider's API: empty, or "/…" with {model} and {call} in it.
std::string wrong_with_path(const std::string& text);
// What a provider does otherwise than the maker of its dialect.
std::string wrong_with_quirk(const std::string& name);
// What stands behind the @ of addresses, in lower case.
std::string wrong_with_domain(const std::string& text);
// An e-mail address that mail can come from.
std::string wrong_with_address(const std::string& text);
// A network of addresses, such as 10.0.0.0/8.
std::string wrong_with_network(const std::string& text);

}  // namespace tollgate
