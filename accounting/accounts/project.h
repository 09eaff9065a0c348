// Projects of an organization: what is stored of them and the rules of changing them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "accounting/accounts/document.h"
#include "accounting/money/ids.h"

namespace tollgate {

class Change;

struct Project {
    Id128 id = {}, organization = {};
    std::string name = {};
    bool is_default = false;
    std::int64_t version = 0;  // one more with each change; 1 is the first
    std::int64_t created_ms = 0;
    Limits limits = {};
};

// From the document's key and text.
Result<Project> read_project(DocumentReader& reader, std::string_view document, std::string_view text);

Result<Id128> create_project(Change& change, const Id128& organization, std::string name);
// Every organization has one, made with it.
void create_default_project(Change& change, const Id128& organization);
// Stores the project with its next version.
void put_project(Change& change, Project project);

}  // namespace tollgate
