// A dialect as clients speak it: how their requests are read and answers written for them. There is one const object
// for each, in client_dialects.cc, alive as long as the program. How errors are shaped, and what a flavour of a
// dialect has besides, is the Inbound's.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "gateway/chat/answer_options.h"
#include "gateway/chat/canonical/answer_writer.h"
#include "gateway/chat/canonical/chat_request.h"
#include "gateway/chat/dialect/usage_json.h"
#include "gateway/text/error.h"

namespace tollgate {

class ClientDialect {
  public:
    ClientDialect(const ClientDialect&) = delete;
    ClientDialect& operator=(const ClientDialect&) = delete;

    // That of UpstreamDialect: where the two agree, the provider's bytes pass with splices.
    virtual std::string_view name() const = 0;

    // `body` is a well-formed object, and must outlive the request. Members that only a gateway understands, the
    // model's name and the stream's own are not read. invalid_request: names the field, in the client's words, that
    // cannot be understood, and so could not be translated.
    virtual Error read_request(std::string_view body, ChatRequest& request) const = 0;
    virtual std::unique_ptr<EventWriter> event_writer() const = 0;
    // A plain answer, from one that came in one piece or in many. `usage` is what the client is charged for.
    virtual void write_answer(std::span<const AnswerEvent> events, const AnswerOptions& options,
                              const ChargedUsage& usage, std::string& out) const = 0;

    // --- Answers of an upstream of the same dialect. Those of chat completions pass by AnswerStream and
    // append_spliced() themselves, and are none of this.
    virtual std::unique_ptr<PassingWriter> passing_writer() const = 0;
    virtual void pass_answer(std::string_view body, const AnswerOptions& options, const ChargedUsage& usage,
                             std::string& out) const = 0;

  protected:
    ClientDialect() = default;
    ~ClientDialect() = default;  // never deleted through this class
};

const ClientDialect& chat_client();
const ClientDialect& messages_client();
const ClientDialect& responses_client();
const ClientDialect& gemini_client();

}  // namespace tollgate
