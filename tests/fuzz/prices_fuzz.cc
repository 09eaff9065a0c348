// The price list: read or refused with its name in front; prices are never negative, names lead to their models.
#include <string>

#include "gateway/catalogue/price_list.h"
#include "tests/fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using tollgate::fuzz::require;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto list = tollgate::PriceList::parse(text, "prices.yaml");
    if (!list) {
        require(list.error().message().starts_with("prices.yaml:"), "problems name the file");
        return 0;
    }
    for (const auto& model : (*list)->models()) {
        require((*list)->find(model.id) == &model, "a model is found by its id");
        for (const auto& alias : model.aliases) require((*list)->find(alias) == &model, "and by its aliases");
        for (const auto& endpoint : model.endpoints) {
            const auto& prices = endpoint.prices;
            require(prices.prompt >= 0 && prices.completion >= 0 && prices.cache_read >= 0 && prices.cache_write >= 0 &&
                        prices.cache_write_1h >= 0 && prices.per_request >= 0,
                    "prices are not negative");
            require(tollgate::cost_of({.prompt = INT64_MAX, .completion = INT64_MAX}, prices).value >= 0,
                    "nor are costs");
        }
    }
    return 0;
}
