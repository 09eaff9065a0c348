#include "gateway/chat/dialect/client_dialect.h"
#include "gateway/chat/dialect/responses/answer_writer.h"
#include "gateway/chat/dialect/responses/event_writer.h"
#include "gateway/chat/dialect/responses/passing_writer.h"
#include "gateway/chat/dialect/responses/request_reader.h"

namespace tollgate {
namespace {

class ResponsesClient final : public ClientDialect {
  public:
    std::string_view name() const override { return "responses"; }
    Error read_request(std::string_view body, ChatRequest& request) const override {
        return read_responses_request(body, request);
    }
    std::unique_ptr<EventWriter> event_writer() const override { return std::make_unique<ResponsesEventWriter>(); }
    void write_answer(std::span<const AnswerEvent> events, const AnswerOptions& options, const ChargedUsage& usage,
                      std::string& out) const override {
        write_responses_answer(events, options, usage, out);
    }
    std::unique_ptr<PassingWriter> passing_writer() const override {
        return std::make_unique<ResponsesPassingWriter>();
    }
    void pass_answer(std::string_view body, const AnswerOptions& options, const ChargedUsage& usage,
                     std::string& out) const override {
        pass_responses_answer(body, options, usage, out);
    }
};

}  // namespace

const ClientDialect& responses_client() {
    static const ResponsesClient kClient;
    return kClient;
}

}  // namespace tollgate
