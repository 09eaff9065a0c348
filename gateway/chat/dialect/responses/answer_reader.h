// Reads answers of OpenAI's Responses API, plain ones and the events of streams:
// https://platform.openai.com/docs/api-reference/responses/object,
// https://platform.openai.com/docs/api-reference/responses-streaming. Items that only the API itself knows (tools that
// it runs, and their results) are no part of what is told.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/chat/answer_delta.h"
#include "gateway/chat/canonical/answer_reader.h"

namespace tollgate {

// A whole answer. `body` is well-formed. Adds to `facts` and appends to `events`; both view the body.
AnswerRead read_responses_answer(std::string_view body, AnswerDelta& facts, std::vector<AnswerEvent>& events);

// Counts what has been told of an answer, and tells more of it.
class ResponseParts {
  public:
    // Of one event, or of a whole answer.
    struct Into {
        AnswerDelta& facts;
        std::vector<AnswerEvent>& events;
    };

    void begin(Json response, Into into);
    void text(AnswerEvent event, Json text, Into into);  // a fragment of it
    void citation(std::uint32_t part, Json annotation, Into into);
    void call(std::uint32_t part, std::uint32_t call, Json item, Into into);
    void arguments(std::uint32_t part, std::uint32_t call, Json text, Into into);
    // What only the provider reads of a reasoning item. False: there is nothing of that.
    bool seal(Json item, Into into);
    // A whole item.
    void item(Json item, Into into);
    // The usage and the reason of a response that has ended. error: it failed.
    AnswerRead end(Json response, Into into);

    std::uint32_t next_part() { return parts_++; }
    std::uint32_t next_call() { return calls_++; }

  private:
    void content(Json part, Into into);

    std::uint32_t parts_ = 0, calls_ = 0;
    bool refused_ = false;
};

class ResponsesEventReader final : public EventReader {
  public:
    AnswerRead read(std::string_view name, std::string_view data, AnswerDelta& facts,
                    std::vector<AnswerEvent>& events) override;

  private:
    static constexpr std::size_t kMostItems = 4096;  // of an answer
    static constexpr std::size_t kMostParts = 4096;  // of an item
    static constexpr std::uint32_t kNone = UINT32_MAX;

    // A text of an item. Some providers send it in fragments, others whole where it ends, and most both.
    struct Text {
        std::uint32_t part = kNone;
        bool told = false;
        std::size_t citations = 0;  // that have been told
    };
    struct Item {
        std::string id{};    // where events leave its index out
        bool known = false;  // it has been told of, in part or whole
        bool closed = false;
        std::uint32_t part = kNone, call = kNone;  // of a call
        bool has_arguments = false;
        std::string early{};  // arguments that its beginning has
        bool sealed = false;
        bool unnumbered = false;                 // events don't say which of its texts they are of
        std::vector<Text> texts{}, summaries{};  // by their index
    };
    // What an event may say of an item.
    struct Fields {
        Json item_index, item_id, text_index, delta, whole, item, annotation;
    };
    using Into = ResponseParts::Into;

    Item* item_of(std::string_view type, const Fields& fields);  // null: there can be none
    Item* item_at(Json index);
    Item* unnumbered_item(bool begins, Spelt id);
    Text* text_at(std::vector<Text>& texts, std::size_t at);
    AnswerRead added(Item& item, const Fields& fields, Into into);
    void begin_call(Item& item, Json told, Into into);
    AnswerRead done(Item& item, const Fields& fields, Into into);
    AnswerRead texts(AnswerEvent::Kind kind, bool summary, Item& item, const Fields& fields, Into into);
    AnswerRead arguments(Item& item, const Fields& fields, Into into);
    AnswerRead item_event(std::string_view type, const Fields& fields, Into into);
    void rest_of(Item& item, Json told, Into into);
    void rest_of_texts(std::vector<Text>& texts, bool unnumbered, AnswerEvent event, Json told, Into into);
    void cite(Text& text, Json annotation, Into into);
    void rest_of_call(Item& item, Json told, bool whole, Into into);
    Item* ended_item(std::size_t index, Json item);
    AnswerRead end(Json response, Into into);

    std::vector<Item> items_;  // by their index, or in the order in which they began
    ResponseParts parts_;
    bool begun_ = false;
};

}  // namespace tollgate
