// The APIs that models are called by, and what can be called.
#pragma once

#include "gateway/api/inference.h"
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
    {kGet, "/v1/models", "models", any_key, worker, {list_models},
     "List the models that can be called", {.answer = &kOpenAiModelList}},
    {kGet, "/api/v1/models", "models", any_key, worker, {list_models},
     "List the models that can be called", {.query = &kModelsQuery, .answer = &kOpenRouterModelList}},
    {kGet, "/api/v1/models/user", "models", any_key, worker, {list_models},
     "List the models that can be called", {.query = &kModelsQuery, .answer = &kOpenRouterModelList}},
    {kGet, "/api/v1/models/count", "model_count", any_key, worker, {count_models},
     "Count the models that can be called", {.answer = &kModelCountData}},
    {kGet, "/v1/models/{model...}", "model", any_key, worker, {show_model},
     "Show a model", {.answer = &kOpenAiModel}},
    {kGet, "/api/v1/models/{model...}", "model", any_key, worker, {show_model},
     "Show a model", {.answer = &kOpenRouterModelData}},
    {kGet, "/api/v1/model/{model...}", "model", any_key, worker, {show_model},
     "Show a model", {.answer = &kOpenRouterModelData}},
};
// clang-format on

}  // namespace tollgate::rows
