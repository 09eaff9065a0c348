// Records in slots: any bytes are decoded or refused, and what is decoded encodes to the same.
#include <array>
#include <string>
#include <vector>

#include "accounting/ledger/usage_record.h"
#include "store/slot_file.h"
#include "tests/fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tollgate;
    using fuzz::require;
    const std::vector<std::byte> bytes(reinterpret_cast<const std::byte*>(data),
                                       reinterpret_cast<const std::byte*>(data) + size);
    if (const auto opened = decode_opened(bytes)) {
        std::array<std::byte, kSlotOpenBytes> out;
        const std::size_t length = encode(*opened, out);
        const auto again = decode_opened(std::span(out).first(length));
        require(again.has_value() && again->hold == opened->hold && again->key == opened->key,
                "opened records survive");
        require(again->candidates.size() == opened->candidates.size(), "candidates survive");
        for (std::size_t i = 0; i < opened->candidates.size(); ++i) {
            require(again->candidates[i].prices == opened->candidates[i].prices, "prices survive");
        }
        require(opened->hold.value >= 0, "holds are not negative");
    }
    if (const auto settled = decode_settled(bytes)) {
        std::array<std::byte, kSlotSettlementBytes> out;
        const std::size_t length = encode(*settled, out);
        const auto again = decode_settled(std::span(out).first(length));
        require(again.has_value() && again->usage == settled->usage && again->cost == settled->cost,
                "settlements survive");
        require(settled->charged + settled->overrun == settled->cost, "the cost is charged or overrun");
    }
    return 0;
}
