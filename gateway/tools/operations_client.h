// One request to the operations listener of a running gateway on this machine.
#pragma once

#include <string>

#include "store/status.h"

namespace tollgate {

// Asks the gateway at `ops_url` ("http://HOST:PORT") for a checkpoint of its data; the checkpoint's id. The message of
// a failure says what the gateway answered. Waits a minute at most.
Result<std::string> request_checkpoint(const std::string& ops_url);

}  // namespace tollgate
