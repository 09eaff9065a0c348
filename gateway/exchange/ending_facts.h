// What an answer's end says beside its cost: what may be learned of it, and how it ended.
#pragma once

#include <cstdint>
#include <optional>

namespace tollgate {

struct CatalogueEndpoint;
struct Ending;
struct Exchange;

// The output tokens of one choice from which the usual length is learned; 0: nothing can be learned.
//   - An answer that a limit or the client ended does not say how long answers are.
//   - An answer that the gateway's own bound ended would have been longer, so it counts as one token more. Without
//     those, the bound could only shrink.
//   - With several choices it is unknown which one the bound ended, and in completions the bound is their own default:
//     nothing is learned from those.
std::int64_t natural_output(const Exchange& request, const Ending& ending);

// Reasoning tokens, where the provider told how an answer of a model that may reason was used; also of one that nobody
// waited for.
std::optional<std::int64_t> known_reasoning(const Exchange& request, const CatalogueEndpoint& used,
                                            const Ending& ending);

// Tokens of the prompt's text from which tokens per byte are learned; 0: nothing can be. Text alone, and so much that
// it hardly matters how cautious kTokensPerMessage is.
std::int64_t text_tokens(const Exchange& request, const Ending& ending);

// No output and no reason for its end, or an error as the reason. Embeddings have no output tokens, what passes through
// need not have any, and a client that left pays for what was done.
bool ended_empty(const Exchange& request, const Ending& ending);

// By a reason that says so; what makes embeddings gives none. Of several choices only one's reason is known.
bool ended_by_model(const Exchange& request, const Ending& ending);

}  // namespace tollgate
