// What goes to models and comes from them, as far as the gateway looks at it: everything else passes.
#pragma once

#include <array>

#include "gateway/api/schema.h"

namespace tollgate {

inline constexpr Field kModelField =
    fields::text("model").note("An id or alias of a model; absent: the organization's LLM default");
inline constexpr std::array kNoFields = std::array<Field, 0>{};
inline constexpr Schema kMessage{"Message", kNoFields, true};
inline constexpr std::array kChatFields = {kModelField, fields::list("messages", kMessage).required(),
                                           fields::flag("stream")};
inline constexpr Schema kChatBody{"Chat", kChatFields, true};
inline constexpr std::array kPlaygroundQueryFields = {
    fields::key_hash("key").note("Whose rights and limits the chat has; not beside project"),
    fields::uuid("project").note("The same; absent: the default project"),
};
inline constexpr Schema kPlaygroundQuery{"PlaygroundQuery", kPlaygroundQueryFields};
inline constexpr std::array kCompletionFields = {kModelField, fields::flag("stream")};
inline constexpr Schema kCompletionBody{"Completion", kCompletionFields, true};
inline constexpr std::array kEmbeddingsFields = {kModelField};
inline constexpr Schema kEmbeddingsBody{"Embeddings", kEmbeddingsFields, true};
// Anthropic's Messages API, OpenAI's Responses API and Google's generateContent.
inline constexpr std::array kMessagesFields = {kModelField, fields::list("messages", kMessage).required(),
                                               fields::integer("max_tokens"), fields::flag("stream")};
inline constexpr Schema kMessagesBody{"Messages", kMessagesFields, true};
inline constexpr std::array kResponsesFields = {kModelField, fields::flag("stream")};
inline constexpr Schema kResponsesBody{"Responses", kResponsesFields, true};
inline constexpr std::array kGenerateFields = {fields::list("contents", kMessage).required()};
inline constexpr Schema kGenerateBody{"GenerateContent", kGenerateFields, true};
// What passes through to its provider, in JSON or a form.
inline constexpr std::array kPassedFields = {
    fields::text("model").required().note("An id or alias of a model that serves the call"),
    fields::integer("n").note("Answers that are asked for, from 1 to 128")};
inline constexpr Schema kPassedBody{"PassedThrough", kPassedFields, true};
inline constexpr std::array kRealtimeQueryFields = {
    fields::text("model").required().note("An id or alias of a model that serves sessions")};
inline constexpr Schema kRealtimeQuery{"RealtimeQuery", kRealtimeQueryFields, true};
// As the provider takes it: JSON, or a form.
inline constexpr Schema kAccountBody{"PassedToAccount", kNoFields, true};
// As the model's provider made it, with its cost.
inline constexpr Schema kModelAnswer{"ModelAnswer", kNoFields, true};

}  // namespace tollgate
