// A client's chat, read once for all attempts that must say it in another way.
#pragma once

#include <memory>
#include <string_view>

#include "gateway/chat/canonical/chat_request.h"
#include "gateway/exchange/exchange.h"
#include "gateway/text/error.h"
#include "gateway/upstream/fetched_media.h"

namespace tollgate {

// Lives as long as the attempts of one request. Empty until it is read: most requests pass as they came.
class ClientChat {
  public:
    // As the client's dialect understands `body`, which must outlive what is read; one that was moved is read again.
    // invalid_request: it cannot be understood, and chat() says nothing.
    Error read(const Exchange& request, std::string_view body);
    // What was read.
    const ChatRequest& chat() const { return read_->chat; }
    // The body is not what it was. What was fetched stays.
    void read_again() { read_.reset(); }
    // No attempt is likely to follow: frees what is kept.
    void forget() {
        read_.reset();
        media_.reset();
    }

    // What lies at the addresses that it names, as far as an attempt had to know.
    FetchedMedia& media() {
        if (!media_) media_ = std::make_unique<FetchedMedia>();
        return *media_;
    }
    bool has_media() const { return media_ && !media_->empty(); }

  private:
    struct Read {
        std::string_view body;
        Error error;
        ChatRequest chat;
    };
    std::unique_ptr<Read> read_;
    std::unique_ptr<FetchedMedia> media_;  // null: none was needed
};

}  // namespace tollgate
