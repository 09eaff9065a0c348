// The API that a client speaks: how errors are shaped for it and what its answers say beside the model's words. There
// is one const object for each, chosen by the route and alive as long as the program; everything else takes it as
// `const Inbound&`. A further API is a file in dialect/ with its own Inbound.
#pragma once

#include <string>
#include <string_view>

#include "gateway/text/error.h"

namespace tollgate {

class ClientDialect;

class Inbound {
  public:
    struct Traits {
        std::string_view name;            // stable: "openai", "openrouter"
        bool always_shows_usage = false;  // streams end with their usage, whether or not the client asked for it
        bool labels_answers = false;      // answers carry the generation's id, the provider and the catalogue's model
        bool details_models = false;      // models are listed with prices, limits and modalities
        std::string_view sign_of_life = ": keep-alive\n\n";  // in a silent stream
        const ClientDialect* dialect = nullptr;              // null: that of OpenAI's chat completions
    };

    Inbound(const Inbound&) = delete;
    Inbound& operator=(const Inbound&) = delete;

    std::string_view name() const { return traits_.name; }
    std::string_view sign_of_life() const { return traits_.sign_of_life; }
    const ClientDialect& dialect() const;
    // Chat completions have ways of their own, which cost less.
    bool speaks_chat() const { return traits_.dialect == nullptr; }
    bool always_shows_usage() const { return traits_.always_shows_usage; }
    bool labels_answers() const { return traits_.labels_answers; }
    bool details_models() const { return traits_.details_models; }

    // The body of an error answer, one line of JSON: in the provider's words where it has some. `status` is the one
    // that is sent.
    virtual std::string error_body(const Error& error, int status) const = 0;

  protected:
    explicit Inbound(const Traits& traits) : traits_(traits) {}
    ~Inbound() = default;  // never deleted through this class

  private:
    Traits traits_;
};

const Inbound& openai_inbound();     // under /v1
const Inbound& responses_inbound();  // OpenAI's Responses API
const Inbound& messages_inbound();   // Anthropic's API
const Inbound& gemini_inbound();     // Google's, under /v1beta
// The same, but for Google's, under /api/v1 with OpenRouter's additions.
const Inbound& openrouter_inbound();
const Inbound& openrouter_responses_inbound();
const Inbound& openrouter_messages_inbound();

}  // namespace tollgate
