// The body that goes upstream: the client's bytes with minimal splices, never re-serialized.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/request/request_body.h"

namespace tollgate {

class UpstreamBody {
  public:
    // `text` is the client's body; `model` the provider's name for it. With `ask_for_usage`,
    // stream_options.include_usage is set. Views stay valid while `text` and this object do.
    void build(std::string_view text, const BodyFacts& facts, std::string_view model, bool ask_for_usage);

    const std::vector<std::string_view>& pieces() const { return pieces_; }
    std::size_t size() const { return size_; }
    void release_above(std::size_t bytes) {
        if (joined_.capacity() > bytes) std::string().swap(joined_);
    }

  private:
    void add(std::string_view piece);

    std::vector<std::string_view> pieces_;
    std::string model_;  // as a JSON string
    std::string stream_options_;
    std::string joined_;  // the whole body, when it would take too many pieces
    std::size_t size_ = 0;
};

}  // namespace tollgate
