// The field by which a client tags a request: X-Tollgate-Tags. It may stand more than once.
#pragma once

#include <string>

#include "gateway/wire/http_head.h"

namespace tollgate {

// Appends their values as one list with commas between; nothing where there is none.
void append_tag_fields(const wire::RequestHead& from, std::string& list);

}  // namespace tollgate
