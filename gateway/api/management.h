// Organizations, projects, keys, credits and LLM defaults, for the root key. API thread.
#pragma once

#include "gateway/api/api.h"

namespace tollgate {

struct Services;

ApiAnswer manage(Services& services, const ApiRequest& request);

}  // namespace tollgate
