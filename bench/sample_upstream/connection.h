// One client of the sample upstream: reads requests, answers as scripted, notices when the client leaves.
#pragma once

#include <boost/asio/ssl/context.hpp>

#include "bench/sample_upstream/server.h"

namespace sample {

// Takes the socket over, on the worker's loop. With a TLS context the handshake comes first.
void start_connection(Worker& worker, wire::Socket socket, wire::asio::ssl::context* tls);

}  // namespace sample
