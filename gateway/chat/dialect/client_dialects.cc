#include "gateway/chat/dialect/chat/answer_writer.h"
#include "gateway/chat/dialect/chat/event_writer.h"
#include "gateway/chat/dialect/chat/request_reader.h"
#include "gateway/chat/dialect/client_dialect.h"
#include "gateway/chat/dialect/gemini/answer_writer.h"
#include "gateway/chat/dialect/gemini/event_writer.h"
#include "gateway/chat/dialect/gemini/passing_writer.h"
#include "gateway/chat/dialect/gemini/request_reader.h"
#include "gateway/chat/dialect/messages/answer_writer.h"
#include "gateway/chat/dialect/messages/event_writer.h"
#include "gateway/chat/dialect/messages/passing_writer.h"
#include "gateway/chat/dialect/messages/request_reader.h"
#include "gateway/chat/dialect/responses/answer_writer.h"
#include "gateway/chat/dialect/responses/event_writer.h"
#include "gateway/chat/dialect/responses/passing_writer.h"
#include "gateway/chat/dialect/responses/request_reader.h"

namespace tollgate {
namespace {

// Of what stands in the dialect's folder.
template <auto kReadRequest, class Writer, auto kWriteAnswer, class Passing, auto kPassAnswer>
class ClientOf final : public ClientDialect {
  public:
    explicit ClientOf(std::string_view name) : name_(name) {}

    std::string_view name() const override { return name_; }
    Error read_request(std::string_view body, ChatRequest& request) const override {
        return kReadRequest(body, request);
    }
    std::unique_ptr<EventWriter> event_writer() const override { return std::make_unique<Writer>(); }
    void write_answer(std::span<const AnswerEvent> events, const AnswerOptions& options, const ChargedUsage& usage,
                      std::string& out) const override {
        kWriteAnswer(events, options, usage, out);
    }
    std::unique_ptr<PassingWriter> passing_writer() const override { return std::make_unique<Passing>(); }
    void pass_answer(std::string_view body, const AnswerOptions& options, const ChargedUsage& usage,
                     std::string& out) const override {
        kPassAnswer(body, options, usage, out);
    }

  private:
    std::string_view name_;
};

// Its own answers pass another way: see ClientDialect.
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
    static const ChatClient kDialect;
    return kDialect;
}

const ClientDialect& messages_client() {
    static const ClientOf<read_messages_request, MessagesEventWriter, write_messages_answer, MessagesPassingWriter,
                          pass_messages_answer>
        kDialect("messages");
    return kDialect;
}

const ClientDialect& responses_client() {
    static const ClientOf<read_responses_request, ResponsesEventWriter, write_responses_answer, ResponsesPassingWriter,
                          pass_responses_answer>
        kDialect("responses");
    return kDialect;
}

const ClientDialect& gemini_client() {
    static const ClientOf<read_gemini_request, GeminiEventWriter, write_gemini_answer, GeminiPassingWriter,
                          pass_gemini_answer>
        kDialect("gemini");
    return kDialect;
}

}  // namespace tollgate
