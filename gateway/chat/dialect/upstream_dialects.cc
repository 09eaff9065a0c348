#include "gateway/chat/dialect/chat/answer_reader.h"
#include "gateway/chat/dialect/chat/request_writer.h"
#include "gateway/chat/dialect/converse/answer_reader.h"
#include "gateway/chat/dialect/converse/request_writer.h"
#include "gateway/chat/dialect/gemini/answer_reader.h"
#include "gateway/chat/dialect/gemini/request_writer.h"
#include "gateway/chat/dialect/messages/answer_reader.h"
#include "gateway/chat/dialect/messages/request_writer.h"
#include "gateway/chat/dialect/responses/answer_reader.h"
#include "gateway/chat/dialect/responses/request_writer.h"
#include "gateway/chat/dialect/upstream_dialect.h"

namespace tollgate {
namespace {

// Of what stands in the dialect's folder.
template <auto kWriteRequest, class Reader, auto kReadAnswer>
class UpstreamOf final : public UpstreamDialect {
  public:
    explicit UpstreamOf(std::string_view name) : name_(name) {}

    std::string_view name() const override { return name_; }
    Error write_request(const ChatRequest& request, const Target& target, std::string& out,
                        TranslationNotes& notes) const override {
        return kWriteRequest(request, target, out, notes);
    }
    std::unique_ptr<EventReader> event_reader() const override { return std::make_unique<Reader>(); }
    AnswerRead read_answer(std::string_view body, AnswerDelta& facts, std::vector<AnswerEvent>& events) const override {
        return kReadAnswer(body, facts, events);
    }

  private:
    std::string_view name_;
};

}  // namespace

const UpstreamDialect& chat_upstream() {
    static const UpstreamOf<write_chat_request, ChatEventReader, read_chat_answer> kDialect("chat");
    return kDialect;
}

const UpstreamDialect& messages_upstream() {
    static const UpstreamOf<write_messages_request, MessagesEventReader, read_messages_answer> kDialect("messages");
    return kDialect;
}

const UpstreamDialect& responses_upstream() {
    static const UpstreamOf<write_responses_request, ResponsesEventReader, read_responses_answer> kDialect("responses");
    return kDialect;
}

const UpstreamDialect& gemini_upstream() {
    static const UpstreamOf<write_gemini_request, GeminiEventReader, read_gemini_answer> kDialect("gemini");
    return kDialect;
}

const UpstreamDialect& converse_upstream() {
    static const UpstreamOf<write_converse_request, ConverseEventReader, read_converse_answer> kDialect("converse");
    return kDialect;
}

}  // namespace tollgate
