// Listening sockets of the configuration.
#pragma once

#include <string>

#include "gateway/wire/asio.h"
#include "store/status.h"

namespace tollgate {

// Binds and listens. `address` is "HOST:PORT", the host an IP address or localhost; `name` is the option's, in
// messages.
Status listen(wire::Acceptor& acceptor, const std::string& name, const std::string& address);

// Uses a TCP socket that listens already, and owns it then, also where this fails. invalid: it is no such socket;
// `name` is what it was handed over as.
Status adopt_listening(wire::Acceptor& acceptor, const std::string& name, int descriptor);

// Where it listens, with the port that it got.
std::string url_of(const wire::Acceptor& acceptor, bool tls);

}  // namespace tollgate
