// The fields by which a client asks for the cache of answers: X-OpenRouter-Cache, X-OpenRouter-Cache-TTL and
// X-OpenRouter-Cache-Clear.
#pragma once

#include "gateway/exchange/cache_use.h"
#include "gateway/wire/http_head.h"

namespace tollgate {

// A TTL out of bounds is taken for the nearest one that is not; one that is no number is none.
CacheFields cache_fields(const wire::RequestHead& from);

}  // namespace tollgate
