#include <cstdlib>
#include "gateway/chat/dialect/client_dialect.h"
#include "gateway/chat/dialect/upstream_dialect.h"
namespace tollgate {
const UpstreamDialect& responses_upstream() { return chat_upstream(); }
const ClientDialect& responses_client() { return chat_client(); }
}  // namespace tollgate
