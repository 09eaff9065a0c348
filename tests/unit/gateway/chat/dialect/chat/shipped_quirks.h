// Quirks of providers as the catalogue that is shipped has them.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "gateway/catalogue/price_list.h"
#include "gateway/chat/dialect/chat/quirk_names.h"

namespace tollgate::chat_test {

// Throws where the catalogue does not describe the provider, or has a quirk that is not known.
inline Quirks shipped_quirks(std::string_view slug) {
    static const auto list = PriceList::load(std::string("configs/catalogue"));
    if (!list) throw std::runtime_error(list.error().message());
    const ProviderFacts* const facts = (*list)->provider(slug);
    if (facts == nullptr) throw std::runtime_error("no provider " + std::string(slug));
    Quirks quirks;
    for (const std::string& name : facts->quirks) quirks.add(quirk_named(name).value());
    return quirks;
}

}  // namespace tollgate::chat_test
