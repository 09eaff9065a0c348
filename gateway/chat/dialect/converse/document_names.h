// Names of a request's documents, as Converse takes them: of few characters, and no two are equal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/chat/canonical/json_text.h"

namespace tollgate {

// One for each request. A name depends on the documents before it only, so that it stays the same while a chat grows,
// and with it what providers have cached.
class DocumentNames {
  public:
    static constexpr std::size_t kMostBytes = 200;

    // For the next document, from the client's name for it, which may be empty.
    std::string next(Spelt name);

  private:
    std::vector<std::string> given_;
};

}  // namespace tollgate
