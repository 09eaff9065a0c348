// GET models, GET models/{id}.
#pragma once

#include "gateway/api/api.h"

namespace tollgate {

ApiAnswer list_models(const Catalogue& catalogue, const Inbound& inbound);
// `path` is the whole path; what follows "models/" is the model's id (author/slug) or alias, percent-decoded.
ApiAnswer show_model(const Catalogue& catalogue, std::string_view path, const Inbound& inbound);

}  // namespace tollgate
