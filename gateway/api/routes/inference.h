// The APIs that models are called by, and what can be called.
#pragma once

#include "gateway/api/inference.h"
#include "gateway/api/model_endpoints.h"
#include "gateway/api/models.h"
#include "gateway/api/routes/row.h"

namespace tollgate::rows {

// clang-format off
inline constexpr Operation kInferenceRoutes[] = {
    {kPost, "/v1/chat/completions", "chat", infer, exchange, {},
     "Answer a chat", {.body = &kChatBody, .answer = &kModelAnswer, .api = ApiType::chat}},
    {kPost, "/api/v1/chat/completions", "chat", infer, exchange, {},
     "Answer a chat", {.body = &kChatBody, .answer = &kModelAnswer, .api = ApiType::chat}},
    {kPost, "/v1/completions", "completions", infer, exchange, {},
     "Complete a text", {.body = &kCompletionBody, .answer = &kModelAnswer, .api = ApiType::completions}},
    {kPost, "/api/v1/completions", "completions", infer, exchange, {},
     "Complete a text", {.body = &kCompletionBody, .answer = &kModelAnswer, .api = ApiType::completions}},
    {kPost, "/v1/embeddings", "embeddings", infer, exchange, {},
     "Embed texts", {.body = &kEmbeddingsBody, .answer = &kModelAnswer, .api = ApiType::embeddings}},
    {kPost, "/api/v1/embeddings", "embeddings", infer, exchange, {},
     "Embed texts", {.body = &kEmbeddingsBody, .answer = &kModelAnswer, .api = ApiType::embeddings}},
    {kPost, "/v1/messages", "messages", infer, exchange, {},
     "Answer a chat in Anthropic's API", {.body = &kMessagesBody, .answer = &kModelAnswer, .api = ApiType::messages}},
    {kPost, "/api/v1/messages", "messages", infer, exchange, {},
     "Answer a chat in Anthropic's API", {.body = &kMessagesBody, .answer = &kModelAnswer, .api = ApiType::messages}},
    {kPost, "/v1/messages/count_tokens", "count_tokens", infer, exchange, {},
     "Count a prompt's tokens, about",
     {.body = &kMessagesBody, .answer = &kModelAnswer, .api = ApiType::messages, .counts_only = true}},
    {kPost, "/api/v1/messages/count_tokens", "count_tokens", infer, exchange, {},
     "Count a prompt's tokens, about",
     {.body = &kMessagesBody, .answer = &kModelAnswer, .api = ApiType::messages, .counts_only = true}},
    {kPost, "/v1/responses", "responses", infer, exchange, {},
     "Answer a chat in OpenAI's Responses API",
     {.body = &kResponsesBody, .answer = &kModelAnswer, .api = ApiType::responses}},
    {kPost, "/api/v1/responses", "responses", infer, exchange, {},
     "Answer a chat in OpenAI's Responses API",
     {.body = &kResponsesBody, .answer = &kModelAnswer, .api = ApiType::responses}},
    {kPost, "/v1/responses/input_tokens", "count_tokens", infer, exchange, {},
     "Count a prompt's tokens, about",
     {.body = &kResponsesBody, .answer = &kModelAnswer, .api = ApiType::responses, .counts_only = true}},
    {kPost, "/v1beta/models/{call...}", "generate_content", infer, exchange, {},
     "Answer a chat in Google's API: models/{model}:generateContent, :streamGenerateContent or :countTokens",
     {.body = &kGenerateBody, .answer = &kModelAnswer, .api = ApiType::gemini}},
    {kGet, "/v1/models", "models", any_key, worker, {list_models},
     "List the models that can be called", {.answer = &kOpenAiModelList}},
    {kGet, "/api/v1/models", "models", any_key, worker, {list_models},
     "List the models that can be called", {.query = &kModelsQuery, .answer = &kOpenRouterModelList}},
    {kGet, "/api/v1/models/user", "models", any_key, worker, {list_models},
     "List the models that can be called", {.query = &kModelsQuery, .answer = &kOpenRouterModelList}},
    {kGet, "/api/v1/models/count", "model_count", any_key, worker, {count_models},
     "Count the models that can be called", {.answer = &kModelCountData}},
    {kGet, "/v1/models/{author}/{slug}/endpoints", "model_endpoints", any_key, worker, {list_model_endpoints},
     "List where a model can be called", {.answer = &kModelEndpointsData}},
    {kGet, "/api/v1/models/{author}/{slug}/endpoints", "model_endpoints", any_key, worker, {list_model_endpoints},
     "List where a model can be called", {.answer = &kModelEndpointsData}},
    {kGet, "/api/v1/endpoints/zdr", "zdr_endpoints", any_key, worker, {list_zdr_endpoints},
     "List endpoints that keep nothing", {.answer = &kEndpointList}},
    {kGet, "/api/v1/providers", "providers", any_key, worker, {list_providers},
     "List the providers of the models that can be called", {.answer = &kListedProviders}},
    {kGet, "/api/v1/parameters/{author}/{slug}", "model_parameters", any_key, worker, {show_model_parameters},
     "Show what parameters a model takes", {.query = &kParametersQuery, .answer = &kModelParametersData}},
    {kGet, "/v1/models/{model...}", "model", any_key, worker, {show_model},
     "Show a model", {.answer = &kOpenAiModel}},
    {kGet, "/api/v1/models/{model...}", "model", any_key, worker, {show_model},
     "Show a model", {.answer = &kOpenRouterModelData}},
    {kGet, "/api/v1/model/{model...}", "model", any_key, worker, {show_model},
     "Show a model", {.answer = &kOpenRouterModelData}},
};
// clang-format on

}  // namespace tollgate::rows
