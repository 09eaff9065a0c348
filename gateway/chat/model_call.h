// What a client can ask of a model.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tollgate {

enum class ModelCall : std::uint8_t { chat, completions, embeddings, passed };

inline constexpr std::size_t kMostChoices = 128;  // answers to one request: `n`, `best_of`

}  // namespace tollgate
