#include "gateway/chat/dialect/client_dialect.h"
#include "gateway/chat/dialect/messages/answer_writer.h"
#include "gateway/chat/dialect/messages/event_writer.h"
#include "gateway/chat/dialect/messages/passing_writer.h"
#include "gateway/chat/dialect/messages/request_reader.h"

namespace tollgate {
namespace {

class MessagesClient final : public ClientDialect {
  public:
    std::string_view name() const override { return "messages"; }
    Error read_request(std::string_view body, ChatRequest& request) const override {
        return read_messages_request(body, request);
    }
    std::unique_ptr<EventWriter> event_writer() const override { return std::make_unique<MessagesEventWriter>(); }
    void write_answer(std::span<const AnswerEvent> events, const AnswerOptions& options, const ChargedUsage& usage,
                      std::string& out) const override {
        write_messages_answer(events, options, usage, out);
    }
    std::unique_ptr<PassingWriter> passing_writer() const override { return std::make_unique<MessagesPassingWriter>(); }
    void pass_answer(std::string_view body, const AnswerOptions& options, const ChargedUsage& usage,
                     std::string& out) const override {
        pass_messages_answer(body, options, usage, out);
    }
};

}  // namespace

const ClientDialect& messages_client() {
    static const MessagesClient kClient;
    return kClient;
}

}  // namespace tollgate
