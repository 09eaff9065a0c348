// A file that only its owner may read.
#pragma once

#include <string>
#include <string_view>

#include "store/status.h"

namespace tollgate {

// Mode 0600. Written aside and renamed, so that a crash leaves the old file or the new one, and whoever looks at the
// folder meanwhile no half of it. On disk when this returns.
Status write_private_file(const std::string& path, std::string_view text);

}  // namespace tollgate
