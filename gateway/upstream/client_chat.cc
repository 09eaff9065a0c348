#include "gateway/upstream/client_chat.h"

#include "gateway/chat/dialect/client_dialect.h"

namespace tollgate {

Error ClientChat::read(const Exchange& request, std::string_view body) {
    if (read_ && read_->body.data() == body.data() && read_->body.size() == body.size()) return read_->error;
    read_ = std::make_unique<Read>();
    read_->body = body;
    read_->error = request.head.inbound->dialect().read_request(body, read_->chat);
    if (read_->error) read_->chat.clear();
    return read_->error;
}

}  // namespace tollgate
