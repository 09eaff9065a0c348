// Passkeys belong to the host that they were made for, and none works at another.
#pragma once

#include "gateway/log/log.h"

namespace tollgate {

struct Services;

// Says in the log how many do not work any more, if public_url has another host than when they were made.
void tell_stranded_passkeys(const Services& services, const Logger& logger);

}  // namespace tollgate
