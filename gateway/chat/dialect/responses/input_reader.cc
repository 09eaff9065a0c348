#include "gateway/chat/dialect/responses/input_reader.h"

#include <array>

#include "gateway/chat/canonical/invalid_field.h"
#include "gateway/chat/canonical/read_elements.h"
#include "gateway/chat/canonical/unknown_members.h"
#include "gateway/chat/dialect/chat/message_reader.h"
#include "gateway/chat/dialect/responses/encrypted_reasoning.h"
#include "gateway/chat/dialect/responses/server_tool_item.h"
#include "gateway/chat/dialect/responses/tool_reader.h"

namespace tollgate {
namespace {

using std::string_view_literals::operator""sv;
using Kind = Part::Kind;
using Role = Turn::Role;

// A mark of OpenAI's own, or one that is Anthropic's.
Json cache_mark(Json part) {
    const Json mark = member(part, "cache_control");
    if (is_object(mark)) return mark;
    return is_object(member(part, "prompt_cache_breakpoint")) ? Json(R"({"type":"ephemeral"})") : Json();
}

// One part of a message's content, or of a tool's output.
class ContentPart {
  public:
    ContentPart(Json json, std::string field, ChatRequest& request, std::vector<Part>& parts)
        : json_(json), field_(std::move(field)), request_(request), parts_(parts) {}

    Error read() {
        static constexpr std::array kKnown = {
            "type"sv,        "text"sv,     "refusal"sv, "image_url"sv,     "file_data"sv,   "file_url"sv,
            "file_id"sv,     "filename"sv, "detail"sv,  "cache_control"sv, "input_audio"sv, "prompt_cache_breakpoint"sv,
            "annotations"sv, "logprobs"sv};
        note_unknown_members(json_, "input[].content[]", kKnown, request_);
        const Spelt type = spelt(member(json_, "type"));
        if (spells(type, "input_text") || spells(type, "output_text") || spells(type, "text"))
            return text(Kind::text, "text");
        if (spells(type, "refusal")) return text(Kind::refusal, "refusal");
        if (spells(type, "input_image")) return media(Kind::image, "image_url", {});
        if (spells(type, "input_file")) return media(Kind::file, "file_data", "file_url");
        if (spells(type, "input_audio")) return audio();
        return invalid_field("'" + field_ + "' is of a type that is not known", field_ + ".type");
    }

  private:
    Error text(Kind kind, std::string_view name) {
        const Json value = member(json_, name);
        if (!is_text(value))
            return invalid_field("'" + field_ + "." + std::string(name) + "' must be a string", field_);
        parts_.push_back({.kind = kind, .text = spelt(value), .cache_control = cache_mark(json_)});
        return {};
    }

    // By its address, which may hold its data, or by the id that the provider gave it.
    Error media(Kind kind, std::string_view name, std::string_view other_name) {
        const Json detail = member(json_, "detail");
        if (says_something(detail) && detail != R"("auto")") request_.unknown.push_back("input[].content[].detail");
        Part part{.kind = kind, .cache_control = cache_mark(json_)};
        Spelt address = spelt(member(json_, name));
        if (address.empty() && !other_name.empty()) address = spelt(member(json_, other_name));
        if (const Spelt id = spelt(member(json_, "file_id")); !id.empty()) {
            part.media.source = Media::Source::file_id;
            part.media.value = id;
        } else if (address.empty()) {
            return invalid_field("'" + field_ + "' has no data and no address", field_);
        } else if (Error error = read_media_address(address, field_, part.media, request_)) {
            return error;
        }
        part.media.name = spelt(member(json_, "filename"));
        parts_.push_back(part);
        return {};
    }

    Error audio() {
        const Json sound = member(json_, "input_audio");
        const Spelt data = spelt(member(sound, "data"));
        if (data.empty()) return invalid_field("'" + field_ + "' has no data", field_);
        Part part{.kind = Kind::audio, .cache_control = cache_mark(json_)};
        part.media.value = data;
        part.media.type = request_.media_type("audio/" + plain(spelt(member(sound, "format"))));
        parts_.push_back(part);
        return {};
    }

    const Json json_;
    const std::string field_;
    ChatRequest& request_;
    std::vector<Part>& parts_;
};

Error read_content(Json content, const std::string& field, ChatRequest& request, std::vector<Part>& parts) {
    if (is_text(content)) {
        parts.push_back({.kind = Kind::text, .text = spelt(content)});
        return {};
    }
    if (!says_something(content)) return {};
    if (!is_array(content)) return invalid_field("'" + field + "' must be a string or a list", field);
    return read_elements(content, [&](Json part, std::uint32_t index) {
        return ContentPart(part, field + "[" + std::to_string(index) + "]", request, parts).read();
    });
}

// Reads items, one after the other, into the request's turns.
class Items {
  public:
    explicit Items(ChatRequest& request) : request_(request) {}

    Error read(Json item, std::uint32_t index) {
        index_ = index;
        field_ = "input[" + std::to_string(index) + "]";
        const std::string type = plain(spelt(member(item, "type")));
        if (type == "message" || (type.empty() && !member(item, "role").empty())) return message(item);
        if (type == "function_call" || type == "custom_tool_call") return call(item, type == "custom_tool_call");
        if (type == "function_call_output" || type == "custom_tool_call_output") return result(item);
        if (type == "reasoning") return reasoning(item);
        // An item without a type is a reference, too.
        if (type == "item_reference" || (type.empty() && !member(item, "id").empty())) {
            return invalid_field("'" + field_ + "' refers to a stored item, and nothing is stored here", field_);
        }
        if (type.empty()) return invalid_field("'" + field_ + ".type' is required", field_ + ".type");
        if (const auto tool = read_server_tool_item(item, type)) return server_tool(*tool, type);
        return unsupported_field(
            "'" + field_ + "' is of the type '" + type + "', which the chosen model's provider does not know",
            field_ + ".type");
    }

  private:
    // The turn that the item belongs to: a new one, unless the last one goes on.
    Turn& turn(Role role, bool goes_on) {
        const auto at = static_cast<std::uint32_t>(request_.parts.size());
        if (!goes_on || request_.turns.empty() || request_.turns.back().role != role || role_is_closed_) {
            request_.turns.push_back({.role = role, .begin = at, .end = at, .message = index_});
        }
        role_is_closed_ = !goes_on;
        return request_.turns.back();
    }
    void end_turn() { request_.turns.back().end = static_cast<std::uint32_t>(request_.parts.size()); }

    Error message(Json item) {
        static constexpr std::array kKnown = {"type"sv, "role"sv, "content"sv, "id"sv, "status"sv};
        note_unknown_members(item, "input[]", kKnown, request_);
        const Spelt name = spelt(member(item, "role"));
        const bool assistant = spells(name, "assistant");
        if (!assistant && !spells(name, "user") && !spells(name, "system") && !spells(name, "developer")) {
            return invalid_field("'" + field_ + ".role' is none that is known", field_ + ".role");
        }
        turn(assistant ? Role::assistant : spells(name, "user") ? Role::user : Role::system, assistant);
        if (Error error = read_content(member(item, "content"), field_ + ".content", request_, request_.parts))
            return error;
        end_turn();
        return {};
    }

    // Of a tool that another provider ran, what can be told is: what it was asked, and what it found.
    Error server_tool(const ServerToolItem& item, const std::string& type) {
        const std::string_view name = request_.keep("input[]." + type);
        (item.text.empty() ? request_.unknown : request_.restated).push_back(name);
        if (item.text.empty()) return {};
        turn(item.of_client ? Role::user : Role::assistant, true);
        request_.parts.push_back({.kind = Kind::text, .text = request_.keep(item.text)});
        end_turn();
        return {};
    }

    Error call(Json item, bool custom) {
        static constexpr std::array<std::string_view, 6> kNames = {"call_id",   "id",        "name",
                                                                   "namespace", "arguments", "input"};
        const auto [call_id, id, name, name_space, arguments, input] = members_of(item, kNames);
        if (spelt(name).empty()) return invalid_field("'" + field_ + ".name' is required", field_ + ".name");
        if (spelt(call_id).empty()) return invalid_field("'" + field_ + ".call_id' is required", field_ + ".call_id");
        turn(Role::assistant, true);
        request_.parts.push_back({.kind = Kind::tool_call,
                                  .id = spelt(call_id),
                                  .name = upstream_name(spelt(name), spelt(name_space), request_),
                                  .arguments = custom ? Spelt() : spelt(arguments),
                                  .argument_object = custom                 ? arguments_of_text(spelt(input), request_)
                                                     : is_object(arguments) ? arguments
                                                                            : Json()});
        end_turn();
        return {};
    }

    Error result(Json item) {
        static constexpr std::array kKnown = {"type"sv,   "call_id"sv, "output"sv,   "id"sv,
                                              "status"sv, "name"sv,    "namespace"sv};
        note_unknown_members(item, "input[]", kKnown, request_);
        Part part{.kind = Kind::tool_result, .id = spelt(member(item, "call_id"))};
        if (part.id.empty()) return invalid_field("'" + field_ + ".call_id' is required", field_ + ".call_id");
        std::vector<Part>& inner = request_.result_parts;
        part.begin = static_cast<std::uint32_t>(inner.size());
        if (Error error = read_content(member(item, "output"), field_ + ".output", request_, inner)) return error;
        part.end = static_cast<std::uint32_t>(inner.size());
        // A mark on a part of the result is one behind the result.
        for (std::uint32_t i = part.begin; i < part.end; ++i) {
            if (!inner[i].cache_control.empty()) part.cache_control = inner[i].cache_control;
            inner[i].cache_control = {};
        }
        turn(Role::user, true);
        request_.parts.push_back(part);
        end_turn();
        return {};
    }

    // The summaries and texts that clients see, and what only the provider reads.
    Error reasoning(Json item) {
        static constexpr std::array<std::string_view, 4> kNames = {"id", "summary", "content", "encrypted_content"};
        const auto [id, summary, content, encrypted] = members_of(item, kNames);
        const EncryptedReasoning carried = read_encrypted(spelt(encrypted));
        const bool foreign = carried.format != ReasoningFormat::openai_responses;
        turn(Role::assistant, true);
        const std::size_t first = request_.parts.size();
        const auto add = [&](Json texts, ReasoningFormat format) {
            each_element(texts, [&](Json one) {
                const Spelt text = spelt(member(one, "text"));
                if (text.empty()) return;
                request_.parts.push_back(
                    {.kind = Kind::reasoning, .text = text, .format = foreign ? carried.format : format});
            });
        };
        add(summary, ReasoningFormat::openai_responses);
        add(content, ReasoningFormat::unknown);
        if (carried.signature) {
            if (request_.parts.size() == first)
                request_.parts.push_back({.kind = Kind::reasoning, .format = carried.format});
            request_.parts.back().signature = carried.data;
        } else if (!carried.data.empty()) {
            request_.parts.push_back({.kind = Kind::sealed_reasoning,
                                      .text = carried.data,
                                      .id = foreign ? Spelt() : spelt(id),
                                      .format = carried.format});
        }
        end_turn();
        return {};
    }

    ChatRequest& request_;
    std::uint32_t index_ = 0;
    std::string field_;  // "input[3]"
    bool role_is_closed_ = true;
};

}  // namespace

Error read_response_input(Json input, ChatRequest& request) {
    if (is_text(input)) {
        request.turns.push_back({.role = Role::user,
                                 .begin = static_cast<std::uint32_t>(request.parts.size()),
                                 .end = static_cast<std::uint32_t>(request.parts.size() + 1)});
        request.parts.push_back({.kind = Kind::text, .text = spelt(input)});
        return {};
    }
    if (!is_array(input)) return invalid_field("'input' must be a string or a list", "input");
    Items items(request);
    return read_elements(input, [&](Json item, std::uint32_t index) { return items.read(item, index); });
}

}  // namespace tollgate
