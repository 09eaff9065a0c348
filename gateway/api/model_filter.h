// Which models a query asks for, of those that the caller can call: OpenRouter's parameters.
#pragma once

#include <string>
#include <vector>

#include "gateway/api/callable_models.h"
#include "gateway/api/query_fields.h"

namespace tollgate {

struct ModelFilter {
    std::string letters;  // lower case
    std::vector<std::string> supported_parameters, input_modalities, output_modalities, authors, providers;
    std::int64_t least_context = 0;

    static ModelFilter from(QueryFields& query);
    bool passes(const ListedModel& listed) const;
};

}  // namespace tollgate
