// Writes the content of messages of OpenAI's chat completions: texts, pictures, sounds and files.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "gateway/chat/canonical/chat_request.h"
#include "gateway/chat/canonical/target.h"
#include "gateway/chat/canonical/unsupported_turn.h"
#include "gateway/text/error.h"

namespace tollgate {

// A part of a turn, and of which of the client's messages it is.
struct Piece {
    const Part* part = nullptr;
    std::uint32_t message = 0;
};

class ContentWriter {
  public:
    ContentWriter(const ChatRequest& request, Quirks quirks, std::string& out, TranslationNotes& notes)
        : request_(request), quirks_(quirks), out_(out), notes_(notes) {}

    // A text where one text is all of it, else a list. `joined`: texts alone are one text, with empty lines between.
    Error write(std::span<const Piece> pieces, bool joined);

  private:
    bool is_text(const Part& part) const;
    bool keeps_mark(const Part& part);
    Error part(const Piece& piece);
    Error image(const Piece& piece);
    Error audio(const Piece& piece);
    Error video(const Piece& piece);
    Error file(const Piece& piece);
    void address(const Media& media);

    Error cannot(const Piece& piece, std::string_view what) const {
        return unsupported_turn(request_, piece.message, what);
    }

    const ChatRequest& request_;
    const Quirks quirks_;
    std::string& out_;
    TranslationNotes& notes_;
};

}  // namespace tollgate
