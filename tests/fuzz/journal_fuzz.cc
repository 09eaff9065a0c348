// Readers of journal blocks: any bytes are read or refused; and what the builders make is read back as it was.
#include <span>
#include <string>
#include <vector>

#include "store/journal.h"
#include "tests/fuzz/input.h"

namespace {

using namespace tollgate;
using fuzz::require;

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

void read_any(const std::string& text, std::uint64_t number) {
    if (auto money = MoneyBlock::read(text, number)) {
        std::uint32_t entries = 0;
        while (money->next()) ++entries;
        require(entries == money->header().entries, "as many entries as the header says");
    }
    if (auto usage = UsageBlock::read(text, number)) {
        std::uint32_t rows = 0;
        while (usage->next()) ++rows;
        require(rows == usage->rows(), "as many rows as the header says");
    }
    if (const auto entry = decode_block_index(text, number); entry && text.front() != 1)  // 1: written otherwise by now
        require(encode(*entry) == text, "an index entry has one form");
}

// Builds blocks of the fuzzer's pieces, reads them, breaks one byte, reads again.
void build_and_break(std::string_view text, std::uint8_t where, std::uint8_t flip) {
    MoneyBlockBuilder money;
    UsageBlockBuilder usage;
    std::vector<std::string_view> pieces;
    while (!text.empty()) {
        const std::size_t size = std::min<std::size_t>(text.size(), 1 + static_cast<std::uint8_t>(text.front()) % 40);
        pieces.push_back(text.substr(0, size));
        money.add(bytes_of(pieces.back()));
        usage.add(bytes_of(pieces.back()), bytes_of(pieces.front()));
        text.remove_prefix(size);
    }
    const FinishedBlock usage_block = usage.finish(7);
    FinishedBlock money_block = money.finish({.number = 7, .commit_ms = 5, .usage = usage_block.hash});
    auto read = MoneyBlock::read(money_block.value, 7);
    require(read.has_value(), "a block is read back");
    for (const auto piece : pieces) {
        const auto entry = read->next();
        require(entry && std::string_view(reinterpret_cast<const char*>(entry->data()), entry->size()) == piece,
                "entries are as they were");
    }
    require(!read->next(), "and no more");
    require(UsageBlock::read(usage_block.value, 7, usage_block.hash).has_value(), "usage is read back");
    require(!MoneyBlock::read(money_block.value, 8), "a block of another number is refused");
    if (flip == 0) return;
    std::string broken = usage_block.value;
    broken[where % broken.size()] = static_cast<char>(broken[where % broken.size()] ^ flip);
    require(!UsageBlock::read(broken, 7, usage_block.hash), "a changed usage block is seen");
    money_block.value[where % money_block.value.size()] =
        static_cast<char>(money_block.value[where % money_block.value.size()] ^ flip);
    require(!MoneyBlock::read(money_block.value, 7), "a changed money block is seen");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const std::uint8_t number = input.byte();
    const std::uint8_t flip = input.byte();
    const std::string text(input.rest());
    read_any(text, number);
    build_and_break(text, number, flip);
    return 0;
}
