#include "gateway/chat/dialect/chat/answer_writer.h"
#include "gateway/chat/dialect/chat/event_writer.h"
#include "gateway/chat/dialect/chat/request_reader.h"
#include "gateway/chat/dialect/client_dialect.h"

namespace tollgate {
namespace {

class ChatClient final : public ClientDialect {
  public:
    std::string_view name() const override { return "chat"; }
    Error read_request(std::string_view body, ChatRequest& request) const override {
        return read_chat_request(body, {}, request);
    }
    std::unique_ptr<EventWriter> event_writer() const override { return std::make_unique<ChatEventWriter>(); }
    void write_answer(std::span<const AnswerEvent> events, const AnswerOptions& options, const ChargedUsage& usage,
                      std::string& out) const override {
        write_chat_answer(events, options, usage, out);
    }
    std::unique_ptr<PassingWriter> passing_writer() const override { return nullptr; }
    void pass_answer(std::string_view body, const AnswerOptions& /*options*/, const ChargedUsage& /*usage*/,
                     std::string& out) const override {
        out += body;
    }
};

}  // namespace

const ClientDialect& chat_client() {
    static const ChatClient kClient;
    return kClient;
}

}  // namespace tollgate
