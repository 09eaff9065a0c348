// A JSON text with some of its pieces replaced or taken out; the rest is copied as it is spelt.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "gateway/chat/canonical/json_text.h"

namespace tollgate {

// Pieces are views of the text, given in its order.
class JsonSplice {
  public:
    explicit JsonSplice(Json text) : text_(text) {}

    void replace(std::string_view piece, std::string_view with) {
        const auto at = static_cast<std::size_t>(piece.data() - text_.data());
        (out_ += text_.substr(copied_, at - copied_)) += with;
        copied_ = at + piece.size();
    }
    bool changes() const { return copied_ > 0; }
    std::string take() { return (out_ += text_.substr(copied_)); }

  private:
    Json text_;
    std::string out_;
    std::size_t copied_ = 0;
};

// An object without its member of that name.
std::string without_member(Json object, std::string_view name);

}  // namespace tollgate
