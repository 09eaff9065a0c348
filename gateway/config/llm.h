// The section `llm`: what requests of all organizations go by where nothing nearer says otherwise.
#pragma once

#include "accounting/accounts/llm_settings.h"

namespace tollgate {

class Section;

void describe_llm(Section& section, LlmSettings& llm);

}  // namespace tollgate
