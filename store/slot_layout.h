// The bytes of a slot file and what is done to it as a file: create, check, grow, scan. Private to slot_file.cc.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "store/slot_file.h"
#include "store/status.h"

namespace tollgate::slot_layout {

inline constexpr std::size_t kHeaderBytes = 4096;  // slots begin on the second page, so that none crosses a page
inline constexpr std::uint32_t kVersion = 1;
inline constexpr std::uint32_t kMaxSlots = 1u << 24;  // 32 GiB

enum SlotState : std::uint64_t { kFree = 0, kOpen = 1, kSettled = 2 };  // 0: a file of zeros is a file of free slots

// The file is read on the machine that wrote it: integers are in its byte order.
struct FileHeader {
    char magic[8];  // kMagic
    std::uint32_t version;
    std::uint32_t slot_bytes;
    std::uint32_t slots;
    std::uint32_t reserved;
    std::uint64_t checksum;  // of what precedes
};

// Plain fields are covered by the release of `state`; attempt, hold and block change while the state stays.
struct Slot {
    std::atomic<std::uint64_t> state;
    std::uint64_t boot_epoch;
    std::atomic<std::uint64_t> attempt;  // candidate in use and its progress: one store changes both
    std::atomic<std::uint64_t> block;
    std::uint32_t open_bytes;
    std::uint32_t settlement_bytes;
    std::uint64_t open_checksum;
    std::uint64_t settlement_checksum;
    std::atomic<std::uint64_t> hold;  // 0: as the open record says
    std::byte open[kSlotOpenBytes];
    std::byte settlement[kSlotSettlementBytes];
};
static_assert(sizeof(Slot) == kSlotBytes && offsetof(Slot, open) == 64 && kHeaderBytes % kSlotBytes == 0);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

inline constexpr unsigned kProgressBits = 56;  // of an attempt; the candidate is above them
inline constexpr std::uint64_t kProgressMask = (std::uint64_t{1} << kProgressBits) - 1;

constexpr std::size_t file_bytes(std::uint32_t slots) { return kHeaderBytes + std::size_t{slots} * kSlotBytes; }

// A cheap 64-bit checksum that finds accidents. The seed keeps one slot's record from passing for another's, or for
// one of another process.
std::uint64_t checksum(std::span<const std::byte> bytes, std::uint64_t seed);
std::uint64_t seed_of(SlotIndex slot, std::uint64_t boot_epoch);

// Checks a slot that is not free: state, lengths, checksums.
Status verify(const Slot& slot, SlotIndex index, const std::string& path);

struct OpenFile {
    int fd = -1;  // owned
    std::uint32_t slots = 0;
    std::vector<SlotIndex> left_over;  // not free

    OpenFile() = default;
    OpenFile(OpenFile&& other) noexcept;
    OpenFile& operator=(OpenFile&&) = delete;
    ~OpenFile();
};

// Opens the file at `path`, or makes it. It then has `slots` slots, or more if it had more and some are not free.
Result<OpenFile> open_file(const std::string& path, std::uint32_t slots);

// Opens the file at `path` to read it, as it is; not_found if there is none.
Result<OpenFile> open_existing(const std::string& path);
// Makes a file of `slots` free slots for a copy to be written to; not allocated, the next open does that.
Result<OpenFile> create_copy(const std::string& path, std::uint32_t slots);

}  // namespace tollgate::slot_layout
