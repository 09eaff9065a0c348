// Master keys for tests: of one hexadecimal digit, repeated.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <utility>

#include "accounting/secrets/master_key.h"

namespace tollgate {

inline std::shared_ptr<const MasterKey> master_key(char digit) {
    auto key = MasterKey::parse(std::string(2 * kSealingKeyBytes, digit), "a test");
    return key ? std::make_shared<const MasterKey>(std::move(*key)) : nullptr;
}

inline std::shared_ptr<const MasterKeys> master_keys(char current, std::initializer_list<char> former = {}) {
    MasterKeys keys{.current = master_key(current), .former = {}};
    for (const char digit : former) keys.former.push_back(master_key(digit));
    return std::make_shared<const MasterKeys>(std::move(keys));
}

}  // namespace tollgate
