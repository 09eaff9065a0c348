#include "gateway/build_commit.h"

namespace tollgate {

// Defined by CMakeLists.txt, for this source alone.
std::string_view build_commit() { return TOLLGATE_COMMIT; }

}  // namespace tollgate
