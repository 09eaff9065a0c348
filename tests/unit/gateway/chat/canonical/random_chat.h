// Random chats for the tests of dialects: what is written for a dialect and read as that dialect's clients are is the
// same chat, for all that the dialect can express. A test says what that is, draws chats and compares described()
// before and after.
#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/chat/canonical/chat_request.h"

namespace tollgate::chat_test {

// What a drawn chat may have. A dialect's test turns off what its dialect cannot say.
struct ChatFeatures {
    bool instructions = true;           // at the beginning
    bool instruction_in_middle = true;  // one that stands behind an answer
    bool images = true;                 // as data
    bool files = true;                  // PDFs as data, some with a name
    bool media_urls = true;             // pictures and files by their address
    bool file_ids = false;              // files by the id that the provider gave them
    bool audio = false;                 // as data
    bool video = false;                 // by its address
    bool refusals = true;               // of the model, as parts of their own
    bool calls = true;                  // of tools, one or several in a turn, each with its result
    bool media_in_results = true;       // pictures beside the text
    bool failed_results = true;
    bool reasoning = true;  // signed, of `reasoning_format`
    bool unsigned_reasoning = false;
    bool sealed_reasoning = true;
    bool cache_marks = true;   // on texts, media, tools and results
    bool descriptions = true;  // of tools
    bool strict_tools = true;
    bool tool_choice = true;  // of every kind, with one call at a time or more
    bool json_object = true;  // as the output's format
    bool json_schema = true;
    bool schema_names = true;      // with a name, a description and `strict`
    bool effort = true;            // of reasoning
    bool reasoning_tokens = true;  // as its bound
    bool stop = true;              // sequences
    ReasoningFormat reasoning_format = ReasoningFormat::anthropic;
    std::vector<Parameter> parameters{};  // those that the dialect has
};

// What a chat says, in lines: equal for two of them that say the same, however they are put together. Neighbouring
// turns of one role are one turn; the clients' names for fields are no part of it.
inline std::string described(const ChatRequest& request);

// Draws a chat. Its texts have escapes, none is blank; roles alternate; results of tools stand first in their turn.
inline ChatRequest random_chat(std::mt19937_64& random, const ChatFeatures& features);

// ---------------------------------------------------------------------------------------------------------------------

class RandomChat {
  public:
    RandomChat(std::mt19937_64& random, const ChatFeatures& features) : random_(random), has_(features) {}

    ChatRequest draw() {
        tools();
        if (has_.instructions && coin()) instruction(1 + below(2));
        const std::uint64_t exchanges = 1 + below(3);
        for (std::uint64_t i = 0; i < exchanges; ++i) exchange(i + 1 < exchanges);
        settings();
        return std::move(chat_);
    }

  private:
    using Kind = Part::Kind;

    std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
    bool coin() { return below(2) == 0; }
    bool seldom() { return below(4) == 0; }
    template <std::size_t kCount>
    std::string_view one_of(const std::array<std::string_view, kCount>& words) {
        return words[below(kCount)];
    }

    // A text as it is spelt.
    std::string_view text() {
        static constexpr std::array<std::string_view, 12> kPieces = {
            "word",      " ",     R"(\n)",  R"(\")",        R"(\\)",           "\xc3\xa9",
            R"(\u00e9)", R"(\t)", "{}[],:", "\xe2\x82\xac", R"(\ud83d\ude00)", R"(\/)"};
        std::string text = "t" + std::to_string(below(1000));
        for (std::uint64_t i = below(6); i > 0; --i) text += one_of(kPieces);
        return chat_.keep(std::move(text));
    }
    // Base64.
    std::string_view data() {
        static constexpr std::string_view kAlphabet =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        std::string data;
        for (std::uint64_t i = 4 * (1 + below(6)); i > 0; --i) data += kAlphabet[below(kAlphabet.size())];
        return chat_.keep(std::move(data));
    }
    std::string_view id(std::string_view prefix) {
        return chat_.keep(std::string(prefix) + std::to_string(++ids_) + "x" + std::to_string(below(1000)));
    }
    Json object() {
        static constexpr std::array<std::string_view, 6> kObjects = {"{}",
                                                                     R"({"a":1})",
                                                                     R"({"path":"a\"b","n":[1,2.50,-3e7]})",
                                                                     R"({"big":123456789012345678901234567890})",
                                                                     R"({"é":null,"nested":{"deep":[{"x":true},[]]}})",
                                                                     R"({"t":"\u00e9\n\ud83d\ude00"})"};
        return one_of(kObjects);
    }
    Json schema() {
        static constexpr std::array<std::string_view, 3> kSchemas = {
            R"({"type":"object","properties":{}})",
            R"({"type":"object","properties":{"a":{"type":"string","description":"d\"q"}},"required":["a"]})",
            R"({"type":"object","properties":{"l":{"type":"array","items":{"type":"integer"}}},"required":["l"]})"};
        return one_of(kSchemas);
    }
    // What is held to strictly says that there is nothing more.
    Json closed_schema() {
        static constexpr std::array<std::string_view, 2> kSchemas = {
            R"({"type":"object","properties":{},"additionalProperties":false})",
            R"({"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false})"};
        return one_of(kSchemas);
    }
    Json mark() {
        static constexpr std::array<std::string_view, 2> kMarks = {R"({"type":"ephemeral"})",
                                                                   R"({"type":"ephemeral","ttl":"1h"})"};
        return has_.cache_marks && below(6) == 0 ? one_of(kMarks) : Json();
    }

    void tools() {
        for (std::uint64_t i = has_.calls ? below(4) : 0; i > 0; --i) {
            Tool tool{.name = id("tool_"), .schema = schema(), .cache_control = mark()};
            if (has_.descriptions && coin()) tool.description = text();
            if (has_.strict_tools && seldom()) {
                tool.strict = "true";
                tool.schema = closed_schema();
            }
            chat_.tools.push_back(tool);
        }
    }

    Turn& begin_turn(Turn::Role role) {
        const auto at = static_cast<std::uint32_t>(chat_.parts.size());
        const auto index = static_cast<std::uint32_t>(chat_.turns.size());
        return chat_.turns.emplace_back(Turn{.role = role, .begin = at, .end = at, .message = index});
    }
    void end_turn() { chat_.turns.back().end = static_cast<std::uint32_t>(chat_.parts.size()); }

    void add_text(Kind kind = Kind::text) {
        chat_.parts.push_back({.kind = kind, .text = text(), .cache_control = kind == Kind::text ? mark() : Json()});
    }
    void instruction(std::uint64_t texts) {
        begin_turn(Turn::Role::system);
        for (; texts > 0; --texts) add_text();
        end_turn();
    }

    // A question, and an answer with its calls' results; the last question has none yet.
    void exchange(bool answered) {
        begin_turn(Turn::Role::user);
        add_text();
        while (seldom()) media();
        if (seldom()) add_text();
        end_turn();
        if (!answered) return;
        while (answer()) results();
        if (has_.instruction_in_middle && seldom()) instruction(1);
    }

    void media() {
        std::vector<Kind> kinds;
        if (has_.images) kinds.push_back(Kind::image);
        if (has_.files) kinds.push_back(Kind::file);
        if (has_.audio) kinds.push_back(Kind::audio);
        if (has_.video) kinds.push_back(Kind::video);
        if (!kinds.empty()) chat_.parts.push_back(media_of(kinds[below(kinds.size())]));
    }
    Part media_of(Kind kind) {
        static constexpr std::array<std::string_view, 4> kImages = {"image/png", "image/jpeg", "image/gif",
                                                                    "image/webp"};
        Part part{.kind = kind, .cache_control = mark()};
        Media& media = part.media;
        const bool url = kind == Kind::video || (has_.media_urls && kind != Kind::audio && seldom());
        if (url) {
            media.source = Media::Source::url;
            media.value = chat_.keep("https://example.com/a?n=" + std::to_string(below(99)));
        } else if (kind == Kind::file && has_.file_ids && seldom()) {
            media.source = Media::Source::file_id;
            media.value = id("file-");
        } else {
            media.value = data();
            media.type = kind == Kind::image ? one_of(kImages) : kind == Kind::file ? "application/pdf" : "audio/wav";
            if (kind == Kind::file && coin()) media.name = text();
        }
        return part;
    }

    // Returns whether it has calls.
    bool answer() {
        begin_turn(Turn::Role::assistant);
        calls_.clear();
        reasoning();
        const bool calls = has_.calls && !chat_.tools.empty() && below(3) > 0;
        if (!calls || coin()) has_.refusals&& below(8) == 0 ? add_text(Kind::refusal) : add_text();
        if (calls) {
            for (std::uint64_t i = 1 + below(3); i > 0; --i) {
                Part call{
                    .kind = Kind::tool_call, .id = id("call_"), .name = chat_.tools[below(chat_.tools.size())].name};
                call.argument_object = object();
                calls_.push_back(call.id);
                chat_.parts.push_back(call);
            }
        }
        end_turn();
        return calls;
    }
    void reasoning() {
        if (has_.reasoning && seldom()) {
            chat_.parts.push_back(
                {.kind = Kind::reasoning, .text = text(), .format = has_.reasoning_format, .signature = data()});
        } else if (has_.unsigned_reasoning && seldom()) {
            chat_.parts.push_back({.kind = Kind::reasoning, .text = text(), .format = has_.reasoning_format});
        }
        if (has_.sealed_reasoning && below(8) == 0) {
            chat_.parts.push_back({.kind = Kind::sealed_reasoning, .text = data(), .format = has_.reasoning_format});
        }
    }
    void results() {
        begin_turn(Turn::Role::user);
        for (const Spelt call : calls_) {
            Part result{.kind = Kind::tool_result, .id = call, .failed = has_.failed_results && seldom()};
            result.begin = static_cast<std::uint32_t>(chat_.result_parts.size());
            chat_.result_parts.push_back({.kind = Kind::text, .text = text()});
            if (has_.images && has_.media_in_results && seldom()) {
                chat_.result_parts.push_back(media_of(Kind::image));
                chat_.result_parts.back().cache_control = {};
            }
            result.end = static_cast<std::uint32_t>(chat_.result_parts.size());
            result.cache_control = mark();
            chat_.parts.push_back(result);
        }
        if (seldom()) add_text();
        end_turn();
    }

    void settings() {
        if (coin()) chat_.output_bound = 2048 + static_cast<std::int64_t>(below(30000));
        if (has_.stop && seldom()) {
            chat_.stop_field = "stop";
            for (std::uint64_t i = 1 + below(3); i > 0; --i) chat_.stop.push_back(text());
        }
        if (has_.tool_choice && !chat_.tools.empty() && coin()) tool_choice();
        output();
        reasoning_wish();
        for (const Parameter parameter : has_.parameters) {
            if (seldom()) chat_.set(parameter, "parameter", value_of(parameter));
        }
    }
    void tool_choice() {
        ToolChoice& choice = chat_.tool_choice;
        choice.kind = static_cast<ToolChoice::Kind>(1 + below(4));
        if (choice.kind == ToolChoice::Kind::named) choice.name = chat_.tools[below(chat_.tools.size())].name;
        choice.one_at_a_time = choice.kind != ToolChoice::Kind::none && seldom();
    }
    void output() {
        if (has_.json_schema && seldom()) {
            chat_.output = {.kind = OutputFormat::Kind::json_schema, .schema = closed_schema()};
            if (has_.schema_names) {
                chat_.output.name = id("schema_");
                if (coin()) chat_.output.description = text();
                if (coin()) chat_.output.strict = "true";
            }
            chat_.output_field = "format";
        } else if (has_.json_object && seldom()) {
            chat_.output.kind = OutputFormat::Kind::json_object;
            chat_.output_field = "format";
        }
    }
    void reasoning_wish() {
        if (has_.effort && seldom()) {
            static constexpr std::array kEfforts = {Effort::low, Effort::medium, Effort::high};
            chat_.reasoning = {.field = "reasoning", .effort = kEfforts[below(kEfforts.size())]};
        } else if (has_.reasoning_tokens && seldom()) {
            chat_.reasoning = {.field = "reasoning", .tokens = 1024 + static_cast<std::int64_t>(below(1000))};
            chat_.output_bound = std::max<std::int64_t>(chat_.output_bound, 4096);
        }
    }
    Json value_of(Parameter parameter) {
        switch (parameter) {
            case Parameter::temperature:
            case Parameter::top_p:
            case Parameter::min_p:
            case Parameter::top_a:
            case Parameter::frequency_penalty:
            case Parameter::presence_penalty:
            case Parameter::repetition_penalty:
                return chat_.keep("0." + std::to_string(1 + below(99)));
            case Parameter::top_k:
            case Parameter::seed:
            case Parameter::top_logprobs:
                return chat_.keep(std::to_string(1 + below(20)));
            case Parameter::choices:
                return chat_.keep(std::to_string(2 + below(3)));
            case Parameter::logprobs:
            case Parameter::store:
                return "true";
            case Parameter::logit_bias:
                return R"({"50256":-100})";
            case Parameter::verbosity:
                return "\"low\"";
            case Parameter::service_tier:
                return "\"auto\"";
            case Parameter::metadata:
                return R"({"trace":"t1"})";
            case Parameter::cache_control:
                return R"({"type":"ephemeral"})";
            case Parameter::modalities:
                return R"(["text","audio"])";
            case Parameter::prediction:
                return R"({"type":"content","content":"x"})";
            case Parameter::audio:
                return R"({"voice":"alloy","format":"wav"})";
            case Parameter::web_search_options:
                return "{}";
            case Parameter::user:
            case Parameter::prompt_cache_key:
                return chat_.keep("\"" + std::string(text()) + "\"");
        }
        return {};
    }

    std::mt19937_64& random_;
    const ChatFeatures& has_;
    ChatRequest chat_;
    std::vector<Spelt> calls_;  // of the last answer
    std::uint64_t ids_ = 0;
};

inline ChatRequest random_chat(std::mt19937_64& random, const ChatFeatures& features) {
    return RandomChat(random, features).draw();
}

class Description {
  public:
    explicit Description(const ChatRequest& request) : request_(request) {}

    std::string text() {
        for (std::size_t i = 0; i < request_.turns.size(); ++i) {
            const Turn& turn = request_.turns[i];
            static constexpr std::array<std::string_view, 3> kRoles = {"system", "user", "assistant"};
            if (i == 0 || request_.turns[i - 1].role != turn.role) line(kRoles[static_cast<std::size_t>(turn.role)]);
            for (std::uint32_t p = turn.begin; p < turn.end; ++p) part(request_.parts[p], "  ");
        }
        tools();
        settings();
        return std::move(out_);
    }

  private:
    void line(std::string_view text) { (out_ += text) += '\n'; }
    // Words, the empty ones left out.
    static void word(std::string& line, std::string_view name, std::string_view value) {
        if (!value.empty()) ((line += ' ') += name) += "=" + std::string(value);
    }

    void part(const Part& part, std::string_view indent) {
        static constexpr std::array<std::string_view, 10> kKinds = {
            "text", "image", "audio", "video", "file", "call", "result", "reasoning", "sealed reasoning", "refusal"};
        static constexpr std::array<std::string_view, 3> kSources = {"data", "url", "file id"};
        std::string words(indent);
        words += kKinds[static_cast<std::size_t>(part.kind)];
        word(words, "text", part.text);
        word(words, "id", part.id);
        word(words, "name", part.name);
        word(words, "arguments",
             part.argument_object.empty() ? plain(part.arguments) : std::string(part.argument_object));
        word(words, "failed", part.failed ? "true" : "");
        if (!part.media.value.empty())
            word(words, kSources[static_cast<std::size_t>(part.media.source)], part.media.value);
        word(words, "type", part.media.type);
        word(words, "file name", part.media.name);
        word(words, "format", part.format == ReasoningFormat::unknown ? "" : to_string(part.format));
        word(words, "signature", part.signature);
        word(words, "cache", part.cache_control);
        line(words);
        if (part.kind != Part::Kind::tool_result) return;
        for (std::uint32_t i = part.begin; i < part.end; ++i) this->part(request_.result_parts[i], "    ");
    }

    void tools() {
        for (const Tool& tool : request_.tools) {
            std::string words = "tool";
            word(words, "name", tool.name);
            word(words, "description", tool.description);
            word(words, "schema", tool.schema);
            word(words, "strict", tool.strict == "true" ? "true" : "");
            word(words, "cache", tool.cache_control);
            line(words);
        }
        const ToolChoice& choice = request_.tool_choice;
        static constexpr std::array<std::string_view, 5> kChoices = {"", "auto", "none", "required", "named"};
        std::string words = "choice";
        word(words, "kind", kChoices[static_cast<std::size_t>(choice.kind)]);
        word(words, "name", choice.name);
        word(words, "one at a time", choice.one_at_a_time ? "true" : "");
        line(words);
    }

    void settings() {
        static constexpr std::array<std::string_view, 3> kFormats = {"", "object", "schema"};
        std::string words = "settings";
        const OutputFormat& output = request_.output;
        word(words, "output", kFormats[static_cast<std::size_t>(output.kind)]);
        word(words, "name", output.name);
        word(words, "description", output.description);
        word(words, "schema", output.schema);
        word(words, "strict", output.strict);
        if (request_.reasoning.wanted()) {
            word(words, "effort", std::to_string(static_cast<int>(request_.reasoning.effort)));
            word(words, "tokens", std::to_string(request_.reasoning.tokens));
        }
        for (const Spelt stop : request_.stop) word(words, "stop", stop);
        word(words, "bound", std::to_string(request_.output_bound));
        for (std::size_t i = 0; i < kParameters; ++i) {
            word(words, "parameter " + std::to_string(i), request_.parameters[i].value);
        }
        for (const std::string_view name : request_.unknown) word(words, "unknown", name);
        line(words);
    }

    const ChatRequest& request_;
    std::string out_;
};

inline std::string described(const ChatRequest& request) { return Description(request).text(); }

}  // namespace tollgate::chat_test
