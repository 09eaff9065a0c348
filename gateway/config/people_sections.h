// The sections of the configuration that are about people: their secrets, accounts and mail.
#pragma once

#include "gateway/config/config.h"
#include "gateway/config/section.h"

namespace tollgate {

void describe_people(Section& root, Config& config);

// What is wrong between those sections, or nothing.
std::string wrong_with_people(const Config& config);

}  // namespace tollgate
