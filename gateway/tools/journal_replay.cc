#include "gateway/tools/journal_replay.h"

#include "store/key_space.h"

namespace tollgate {

Status for_each_entry(Store& store, Progress& progress,
                      const std::function<Status(std::uint64_t block, const LedgerEntry& entry)>& visit) {
    const auto last = JournalReader(store).last_block();
    if (!last) return last.error();
    std::uint64_t number = 0;
    BlockHash hash{};
    Status bad;
    const auto visit_block = [&](std::string_view value) -> Status {
        auto block = MoneyBlock::read(value, ++number);
        if (!block) return block.error();
        if (Status status = block->verify_follows(hash); !status.ok()) return status;
        hash = block->hash();
        while (const auto bytes = block->next()) {
            const auto entry = decode_ledger_entry(*bytes);
            Status status = entry ? visit(number, *entry) : entry.error();
            if (!status.ok()) return status;
        }
        progress.update(number, *last);
        return {};
    };
    const Status scanned = store.scan(Family::money, "", "", [&](std::string_view, std::string_view value) {
        bad = visit_block(value);
        return bad.ok();
    });
    return bad.ok() ? scanned : bad;
}

Status for_each_request(Store& store, Progress& progress, std::uint64_t& expired_blocks,
                        const std::function<Status(std::uint64_t block, const UsageRow& row)>& visit) {
    JournalReader reader(store);
    const auto last = reader.last_block();
    if (!last) return last.error();
    for (std::uint64_t block = 1; block <= *last; ++block) {
        Status bad;
        Status read = reader.for_each_row(block, [&](const UsageRow& row) {
            bad = visit(block, row);
            return bad.ok();
        });
        if (!bad.ok()) return bad;
        if (read.code() == StatusCode::expired) {
            ++expired_blocks;
        } else if (!read.ok()) {
            return read;
        }
        progress.update(block, *last);
    }
    return {};
}

Result<Id128> find_organization(Store& store, const std::string& text) {
    const auto id = parse_uuid(text);
    if (!id) return failure(StatusCode::invalid, "organization " + text + ": must be a UUID");
    const auto document = store.get(Family::accounts, organization_document_key(to_uuid(*id)));
    if (document) return *id;
    if (document.error().code() != StatusCode::not_found) return std::unexpected(document.error());
    return failure(StatusCode::not_found, "organization " + text + " is not known");
}

}  // namespace tollgate
