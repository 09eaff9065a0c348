// What providers call the account of whoever pays them: its projects, organizations and numbers. Their errors name
// them, and the gateway's callers need not know them.
#pragma once

#include <string>

namespace tollgate {

// Of Google, OpenAI and AWS: `projects/NAME`, `project 123456789`, `project_number:123`, `org-…`, `proj_…`, and the
// account of an ARN. The words around them stay.
void redact_account_names(std::string& text);

}  // namespace tollgate
