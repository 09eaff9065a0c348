// The fields by which a client says which conversation a request is of, and asks why it goes where it goes.
#pragma once

#include "gateway/exchange/head.h"
#include "gateway/wire/http_head.h"

namespace tollgate {

void note_routing_fields(const wire::RequestHead& from, Head& head);

}  // namespace tollgate
