// Ids that are longer than an API takes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tollgate {

// Its beginning, and a digest of it, in no more than `most_bytes`, which are 32 at least. Characters that are not in
// `also_taken`, and no letters or digits, become underscores. It must never change: providers find what they cached by
// the bytes of the prompt.
std::string shortened_id(std::string_view id, std::string_view also_taken, std::size_t most_bytes);

}  // namespace tollgate
