// The fields by which a client says which Git repository its request is about: X-Git-Provider, X-Git-Host, and
// X-Git-Repository or X-Git-Organization.
#pragma once

#include <memory>
#include <string>

#include "gateway/exchange/attribution.h"
#include "gateway/text/error.h"
#include "gateway/wire/http_head.h"

namespace tollgate {

// Null where there is none of them.
std::shared_ptr<const GitFields> git_fields(const wire::RequestHead& from);

struct GitSource {
    GitName organization;    // that the repository is in
    std::string repository;  // empty: none is named
};
// What they name, in its normal form. invalid_request names the field at fault: an unknown provider, no name, one that
// is none, two that differ.
Outcome<GitSource> git_source(const GitFields& fields);

}  // namespace tollgate
