// The output of an answer in the terms of the Responses API: canonical events become items, and the events that tell of
// them. Each item has its own index and id; texts come in the order in which they were made, and calls, which may come
// side by side, are closed at the end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/chat/canonical/answer_echo.h"
#include "gateway/chat/canonical/answer_event.h"
#include "gateway/chat/dialect/responses/event_frame.h"
#include "gateway/chat/dialect/responses/output_item.h"

namespace tollgate {

class ResponseOutput {
  public:
    // `id_base` goes into the items' ids; the echo may be null. Of all texts no more than `most_kept_bytes` are kept
    // for the events that repeat them: what is beyond is in its deltas only.
    void begin(std::string_view id_base, const AnswerEcho* echo, std::size_t most_kept_bytes);

    // An event other than the answer's beginning and end. Frames are appended to `out`, if it is not null.
    void append(const AnswerEvent& event, std::int64_t& sequence, std::string* out);
    // Closes what is open.
    void close(bool incomplete, std::int64_t& sequence, std::string* out);

    // All items that are closed, without brackets.
    std::string items() const;
    bool refused() const { return refused_; }

  private:
    // Where the events of an item go.
    struct Frames {
        std::int64_t& sequence;
        std::string* out;
    };

    OutputItem* current();
    OutputItem& open(OutputItem::Kind kind, const AnswerEvent& event);
    void added(const OutputItem& item, Frames frames);
    void keep(Spelt text, std::string& into);

    void text(const AnswerEvent& event, Frames frames);
    void reasoning(const AnswerEvent& event, Frames frames);
    void seal(const AnswerEvent& event, Frames frames);
    void call(const AnswerEvent& event, Frames frames);
    void arguments(const AnswerEvent& event, Frames frames);
    void image(const AnswerEvent& event, Frames frames);
    void citation(const AnswerEvent& event, Frames frames);

    void begin_text(OutputItem& item, std::uint32_t part, Frames frames);
    void add_to_text(OutputItem& item, Spelt text, Frames frames);
    void end_text(OutputItem& item, Frames frames);
    void end_arguments(OutputItem& item, Frames frames);
    void close_current(Frames frames);
    void close_item(OutputItem& item, std::string_view status, Frames frames);

    static constexpr std::size_t kNone = SIZE_MAX;

    std::vector<OutputItem> items_;
    std::size_t current_ = kNone;  // of those that are not calls at most one is open
    std::string id_base_;
    const AnswerEcho* echo_ = nullptr;
    std::size_t most_kept_bytes_ = 0, kept_bytes_ = 0;
    bool refused_ = false;
};

}  // namespace tollgate
