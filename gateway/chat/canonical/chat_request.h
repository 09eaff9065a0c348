// What a client asks of a chat model, whatever its dialect. Texts stay as they are spelt in the client's body, which
// must outlive the request. Read by each dialect's request_reader, written by each one's request_writer.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <forward_list>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/chat/canonical/answer_echo.h"
#include "gateway/chat/canonical/answer_event.h"
#include "gateway/chat/canonical/json_text.h"
#include "gateway/chat/canonical/translation_notes.h"
#include "gateway/text/ascii.h"

namespace tollgate {

struct Media {
    enum class Source : std::uint8_t { data, url, file_id };

    Source source = Source::data;
    Spelt type;   // "image/png", in lower case; empty: not told
    Spelt value;  // base64, the address or the id
    Spelt name;   // of a file
};

// A piece of a turn.
struct Part {
    enum class Kind : std::uint8_t {
        text,
        image,
        audio,
        video,
        file,
        tool_call,
        tool_result,
        reasoning,         // shown, maybe signed
        sealed_reasoning,  // that only its provider can read
        refusal,
    };

    Kind kind = Kind::text;
    Spelt text{};             // of text, refusal and reasoning; what is sealed
    Spelt id{}, name{};       // of a call; a result has its call's id, and so may what is sealed
    Spelt arguments{};        // of a call: the JSON in a string
    Json argument_object{};   // or the JSON itself
    bool failed = false;      // a result: the tool says that it did
    std::uint32_t begin = 0;  // a result: which of ChatRequest::result_parts it has
    std::uint32_t end = 0;    //
    Media media{};            // of image, audio, video and file
    ReasoningFormat format = ReasoningFormat::unknown;
    Spelt signature{};     // of reasoning
    Json cache_control{};  // a mark that what stands up to here is cached
    Json citations{};      // a file: whether the model is to cite it, as Messages says it; see ChatRequest::native
    Spelt context{};       // a file: what is told of it beside its content; the same
};

struct Turn {
    enum class Role : std::uint8_t { system, user, assistant };

    Role role = Role::user;
    std::uint32_t begin = 0, end = 0;  // which of ChatRequest::parts it has
    std::uint32_t message = 0;         // of the client's list, for errors
};

struct Tool {
    Spelt name{}, description{};
    Json schema{};  // of its arguments; empty: it has none
    Json strict{};
    Json cache_control{};
};

struct ToolChoice {
    enum class Kind : std::uint8_t { unset, automatic, none, required, named };

    Kind kind = Kind::unset;
    Spelt name{};
    bool one_at_a_time = false;  // no parallel calls
};

struct OutputFormat {
    enum class Kind : std::uint8_t { text, json_object, json_schema };

    Kind kind = Kind::text;
    Spelt name{}, description{};
    Json schema{};
    Json strict{};
};

enum class Effort : std::uint8_t { unset, none, minimal, low, medium, high, xhigh, max };

// In OpenAI's words; empty: unset.
constexpr std::string_view to_string(Effort effort) {
    constexpr std::array<std::string_view, 8> kNames = {"", "none", "minimal", "low", "medium", "high", "xhigh", "max"};
    return kNames[static_cast<std::size_t>(effort)];
}

struct ReasoningWish {
    std::string_view field;  // by which the client asks; empty: it does not
    Effort effort = Effort::unset;
    std::int64_t tokens = 0;  // 0: not told

    bool wanted() const { return !field.empty() && effort != Effort::none; }
};

// What has a single value, which is passed on or not.
enum class Parameter : std::uint8_t {
    temperature,
    top_p,
    top_k,
    min_p,
    top_a,
    frequency_penalty,
    presence_penalty,
    repetition_penalty,
    seed,
    logit_bias,
    logprobs,
    top_logprobs,
    choices,
    verbosity,
    prediction,
    user,
    metadata,
    service_tier,
    store,
    cache_control,
    prompt_cache_key,
    modalities,
    audio,
    web_search_options,
};
inline constexpr std::size_t kParameters = static_cast<std::size_t>(Parameter::web_search_options) + 1;

struct ParameterValue {
    std::string_view name;  // as the client calls it; empty: it is not set
    Json value;
};

class ChatRequest {
  public:
    std::vector<Turn> turns;
    std::string_view turns_field = "messages";  // as the client calls the list of them
    std::vector<Part> parts;                    // of all turns
    std::vector<Part> result_parts;             // of all tool results: texts and media
    std::vector<Tool> tools;
    ToolChoice tool_choice;
    OutputFormat output;
    std::string_view output_field;  // by which the client names the format; empty: it does not
    ReasoningWish reasoning;
    std::vector<Spelt> stop;
    std::string_view stop_field;
    std::int64_t output_bound = 0;  // tokens; 0: not told
    std::array<ParameterValue, kParameters> parameters{};
    std::vector<std::string_view> unknown;                  // names of members that are none of the above
    std::vector<std::string_view> restated;                 // of what is told in other words than the client's
    std::vector<std::string_view> native;                   // of what no other dialect than the client's can express
    std::string_view dialect;                               // the client's, as ClientDialect names it; empty: chat
    std::string_view reasoning_name = "reasoning_details";  // where its messages have a model's reasoning
    AnswerEcho echo;

    const ParameterValue& operator[](Parameter parameter) const {
        return parameters[static_cast<std::size_t>(parameter)];
    }
    void set(Parameter parameter, std::string_view name, Json value) {
        parameters[static_cast<std::size_t>(parameter)] = {name, value};
    }
    // Keeps a text that is not the body's; the view is valid as long as the request.
    std::string_view keep(std::string text) { return kept_.emplace_front(std::move(text)); }
    // A media type as Media has it, of what a client wrote. It may write anything, quotes as well.
    Spelt media_type(std::string told) {
        told = ascii_lower(std::move(told));
        return keep(told == "image/jpg" ? "image/jpeg" : spell(told));
    }
    // By which the client names a turn, for errors: "messages[3]".
    std::string field_of(const Turn& turn) const { return field_of(turn.message); }
    std::string field_of(std::uint32_t message) const {
        return std::string(turns_field) + "[" + std::to_string(message) + "]";
    }
    void clear() { *this = ChatRequest(); }

  private:
    std::forward_list<std::string> kept_;
};

// The parameters that a writer has not taken yet. What is left at its end is told as dropped: none gets lost in
// silence.
class UntakenParameters {
  public:
    explicit UntakenParameters(const ChatRequest& request) : request_(request) {}

    // Empty: it is not set.
    Json take(Parameter parameter) {
        taken_.set(static_cast<std::size_t>(parameter));
        return request_[parameter].value;
    }
    // By the writer of a dialect that writes what is native to it.
    void take_native(std::string_view dialect) { native_taken_ = request_.dialect == dialect; }
    void note_rest(TranslationNotes& notes) const;

  private:
    const ChatRequest& request_;
    std::bitset<kParameters> taken_;
    bool native_taken_ = false;
};

}  // namespace tollgate
