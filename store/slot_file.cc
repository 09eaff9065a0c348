#include "store/slot_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <system_error>
#include <vector>

#include "store/fail_point.h"
#include "store/slot_layout.h"
#include "store/slot_ring.h"

namespace tollgate {

using namespace slot_layout;

namespace {

constexpr std::size_t kCacheLineBytes = 64;
constexpr std::uint32_t kMaxLanes = 1024;

[[noreturn]] void stop(const char* what, SlotIndex slot) {
    std::fprintf(stderr, "slot file: %s (slot %u)\n", what, slot);
    std::abort();
}

// A counter that one thread writes and any thread reads.
struct SingleWriterCounter {
    std::atomic<std::uint64_t> value{0};
    void add_one() { value.store(value.load(std::memory_order_relaxed) + 1, std::memory_order_release); }
    std::uint64_t read() const { return value.load(std::memory_order_acquire); }
};

// What one worker owns. The most recently freed slot is used first, so that few slots stay in the cache.
struct alignas(kCacheLineBytes) Lane {
    std::vector<SlotIndex> free;  // reserved at start
    SingleWriterCounter opened, settled;
    SlotRing settled_ring;                                   // worker -> journal writer
    SlotRing returned_ring;                                  // journal writer -> worker: this lane's own slots
    alignas(kCacheLineBytes) SingleWriterCounter committed;  // written by the journal writer
};

// A usual request's records; longer ones are fetched as they are read.
constexpr std::size_t kPrefetchedOpenBytes = 320, kPrefetchedSettlementBytes = 192;

// The slot's lines are in the other thread's processor: worker and journal writer hand it to and fro.
template <bool kToWrite>
void prefetch_lines(const Slot& slot) {
    const auto fetch = [](const std::byte* from, std::size_t bytes) {
        for (std::size_t at = 0; at < bytes; at += kCacheLineBytes) __builtin_prefetch(from + at, kToWrite);
    };
    fetch(reinterpret_cast<const std::byte*>(&slot), offsetof(Slot, open) + kPrefetchedOpenBytes);
    fetch(slot.settlement, kPrefetchedSettlementBytes);
}

}  // namespace

struct SlotFile::State {
    std::string path;
    std::uint64_t boot_epoch = 0;
    std::uint32_t slot_count = 0;
    std::byte* mapping = nullptr;
    std::vector<SlotIndex> left_over;
    bool set_damaged_aside = false;
    std::uint32_t set_aside = 0;
    bool visited = false;    // recovery has seen every left-over slot
    bool recovered = false;  // written before any worker runs

    std::vector<Lane> lanes;
    std::vector<std::uint32_t> lane_of;  // slot -> the lane that owns it or, of a shared slot, last acquired it
    SlotIndex first_shared = 0;          // slots below it belong to lanes
    std::mutex shared_mutex;
    std::vector<SlotIndex> shared_free;               // guarded by shared_mutex
    std::atomic<std::uint32_t> shared_free_count{0};  // its size, for a glance

    alignas(kCacheLineBytes) std::size_t next_lane = 0;  // journal writer only

    ~State() {
        if (mapping != nullptr) ::munmap(mapping, file_bytes(slot_count));
    }

    Slot& at(SlotIndex slot) {
        if (slot >= slot_count) stop("no such slot", slot);
        return *reinterpret_cast<Slot*>(mapping + file_bytes(slot));
    }

    Slot& expect(SlotIndex slot, SlotState state, const char* otherwise) {
        Slot& found = at(slot);
        if (found.state.load(std::memory_order_acquire) != state) stop(otherwise, slot);
        return found;
    }

    Lane& lane(std::uint32_t index) {
        if (index >= lanes.size()) stop("no such lane", index);
        return lanes[index];
    }

    void give_back_shared(SlotIndex slot) {
        const std::lock_guard lock(shared_mutex);
        shared_free.push_back(slot);
        shared_free_count.store(static_cast<std::uint32_t>(shared_free.size()), std::memory_order_relaxed);
    }

    Status keep_damaged(std::span<const SlotIndex> damaged);
    Status map(int fd, int protection = PROT_READ | PROT_WRITE);
    void share_out();
};

SlotFile::SlotFile() : state_(std::make_unique<State>()) {}
SlotFile::~SlotFile() = default;

Status SlotFile::State::map(int fd, int protection) {
    void* address = ::mmap(nullptr, file_bytes(slot_count), protection, MAP_SHARED, fd, 0);
    if (address == MAP_FAILED) {
        return {StatusCode::io, "cannot map slot file " + path + ": " + std::generic_category().message(errno)};
    }
    mapping = static_cast<std::byte*>(address);
    return {};
}

Result<std::unique_ptr<SlotFile>> SlotFile::open(const Options& options) {
    if (options.slots == 0 || options.slots > kMaxSlots || options.workers == 0 || options.workers > kMaxLanes) {
        return failure(StatusCode::invalid, "slot file: " + std::to_string(options.slots) + " slots for " +
                                                std::to_string(options.workers) + " workers; 1 to " +
                                                std::to_string(kMaxSlots) + " and 1 to " + std::to_string(kMaxLanes));
    }
    auto file = open_file(options.path, options.slots);
    if (!file) return std::unexpected(file.error());

    std::unique_ptr<SlotFile> opened(new SlotFile());
    State& state = *opened->state_;
    state.path = options.path;
    state.boot_epoch = options.boot_epoch;
    state.set_damaged_aside = options.set_damaged_aside;
    state.slot_count = file->slots;
    state.left_over = std::move(file->left_over);
    state.lanes = std::vector<Lane>(options.workers);
    if (auto status = state.map(file->fd); !status.ok()) return std::unexpected(std::move(status));
    return opened;
}

Status SlotFile::for_each_left_over(const std::function<Status(const LeftOverSlot&)>& visit) {
    std::vector<SlotIndex> sound, damaged;
    for (const SlotIndex slot : state_->left_over) {  // all first, so that nothing is half recovered
        const Status status = verify(state_->at(slot), slot, state_->path);
        if (!status.ok() && !state_->set_damaged_aside) return status;
        (status.ok() ? sound : damaged).push_back(slot);
    }
    if (!damaged.empty()) {
        if (auto status = state_->keep_damaged(damaged); !status.ok()) return status;
    }
    for (const SlotIndex slot : sound) {
        if (auto status = visit(view(slot)); !status.ok()) return status;
    }
    state_->visited = true;
    return {};
}

// Their bytes, one slot after the other, on disk before the slots are freed.
Status SlotFile::State::keep_damaged(std::span<const SlotIndex> damaged) {
    const std::string name = path + ".damaged";
    const int file = ::open(name.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR);
    bool kept = file >= 0;
    for (const SlotIndex slot : damaged) kept = kept && ::write(file, &at(slot), sizeof(Slot)) == sizeof(Slot);
    kept = kept && ::fsync(file) == 0;
    const int error = errno;
    if (file >= 0) ::close(file);
    if (!kept) {
        return {StatusCode::io, "cannot keep damaged slots in " + name + ": " + std::generic_category().message(error)};
    }
    set_aside = static_cast<std::uint32_t>(damaged.size());
    return {};
}

std::uint32_t SlotFile::set_aside() const { return state_->set_aside; }

// One lane owns every slot; of several, each owns its part of one half, and the other half goes to whoever runs dry.
void SlotFile::State::share_out() {
    const auto lane_count = static_cast<std::uint32_t>(lanes.size());
    const std::uint32_t own = lane_count == 1 ? slot_count : slot_count / 2 / lane_count;
    first_shared = lane_count * own;
    lane_of.assign(slot_count, 0);
    for (std::uint32_t i = 0; i < lane_count; ++i) {
        lanes[i].free.reserve(own);
        lanes[i].settled_ring.reserve(slot_count);
        lanes[i].returned_ring.reserve(own);
        for (SlotIndex slot = (i + 1) * own; slot-- > i * own;) {
            lane_of[slot] = i;
            lanes[i].free.push_back(slot);
        }
    }
    shared_free.reserve(slot_count);
    for (SlotIndex slot = slot_count; slot-- > first_shared;) shared_free.push_back(slot);
    shared_free_count = static_cast<std::uint32_t>(shared_free.size());
}

void SlotFile::finish_recovery() {
    State& state = *state_;
    if (state.recovered) stop("recovery finished twice", 0);
    if (!state.left_over.empty() && !state.visited) stop("left-over slots freed unseen", state.left_over.front());
    for (const SlotIndex slot : state.left_over) state.at(slot).state.store(kFree, std::memory_order_release);
    state.left_over.clear();
    state.share_out();
    state.recovered = true;
}

void SlotFile::take_returned(std::uint32_t lane_index) {
    Lane& lane = state_->lane(lane_index);
    while (const auto slot = lane.returned_ring.pop()) lane.free.push_back(*slot);
}

bool SlotFile::scarce_for(std::uint32_t lane) {
    constexpr std::uint32_t kPart = 4;
    if (free_for(lane) >= slots() / kPart) return false;
    take_returned(lane);
    return free_for(lane) < slots() / kPart;
}

std::optional<SlotIndex> SlotFile::acquire(std::uint32_t lane_index) {
    Lane& lane = state_->lane(lane_index);
    take_returned(lane_index);
    if (!lane.free.empty()) {
        const SlotIndex slot = lane.free.back();
        lane.free.pop_back();
        if (!lane.free.empty()) prefetch_lines<true>(state_->at(lane.free.back()));  // for the next request
        return slot;
    }
    const std::lock_guard lock(state_->shared_mutex);
    if (state_->shared_free.empty()) return std::nullopt;
    const SlotIndex slot = state_->shared_free.back();
    state_->shared_free.pop_back();
    state_->shared_free_count.store(static_cast<std::uint32_t>(state_->shared_free.size()), std::memory_order_relaxed);
    state_->lane_of[slot] = lane_index;
    return slot;
}

std::uint32_t SlotFile::free_for(std::uint32_t lane) const {
    return static_cast<std::uint32_t>(state_->lane(lane).free.size()) +
           state_->shared_free_count.load(std::memory_order_relaxed);
}

void SlotFile::release_unopened(std::uint32_t lane_index, SlotIndex slot) {
    Lane& lane = state_->lane(lane_index);
    state_->expect(slot, kFree, "released as unopened, but it is open or settled");
    if (state_->lane_of[slot] != lane_index) stop("released by another lane than acquired it", slot);
    if (slot >= state_->first_shared) return state_->give_back_shared(slot);
    lane.free.push_back(slot);
}

void SlotFile::publish_open(SlotIndex index, std::span<const std::byte> record) {
    Slot& slot = state_->expect(index, kFree, "opened, but it is not free");
    if (record.size() > kSlotOpenBytes) stop("open record longer than kSlotOpenBytes", index);
    slot.boot_epoch = state_->boot_epoch;
    slot.attempt.store(0, std::memory_order_relaxed);
    slot.hold.store(0, std::memory_order_relaxed);
    slot.block.store(0, std::memory_order_relaxed);
    slot.open_bytes = static_cast<std::uint32_t>(record.size());
    slot.settlement_bytes = 0;
    slot.open_checksum = checksum(record, seed_of(index, slot.boot_epoch));
    std::ranges::copy(record, slot.open);
    fail_point("slot_open_written");
    slot.state.store(kOpen, std::memory_order_release);
    state_->lanes[state_->lane_of[index]].opened.add_one();
    fail_point("slot_open");
}

void SlotFile::publish_progress(SlotIndex index, std::uint64_t progress) {
    Slot& slot = state_->expect(index, kOpen, "progress of a slot that is not open");
    const std::uint64_t candidate = slot.attempt.load(std::memory_order_relaxed) & ~kProgressMask;
    slot.attempt.store(candidate | std::min(progress, kProgressMask), std::memory_order_relaxed);
}

void SlotFile::publish_candidate(SlotIndex slot, std::uint8_t candidate) {
    state_->expect(slot, kOpen, "candidate of a slot that is not open")
        .attempt.store(std::uint64_t{candidate} << kProgressBits, std::memory_order_relaxed);
}

void SlotFile::publish_hold(SlotIndex slot, std::uint64_t hold) {
    state_->expect(slot, kOpen, "hold of a slot that is not open").hold.store(hold, std::memory_order_relaxed);
}

std::uint64_t SlotFile::publish_settled(std::uint32_t lane_index, SlotIndex index, std::span<const std::byte> record) {
    Lane& lane = state_->lane(lane_index);
    Slot& slot = state_->expect(index, kOpen, "settled, but it is not open");
    if (state_->lane_of[index] != lane_index) stop("settled by another lane than acquired it", index);
    if (record.size() > kSlotSettlementBytes) stop("settlement longer than kSlotSettlementBytes", index);
    slot.settlement_bytes = static_cast<std::uint32_t>(record.size());
    slot.settlement_checksum = checksum(record, seed_of(index, slot.boot_epoch));
    fail_point("slot_settlement_begun");
    std::ranges::copy(record, slot.settlement);
    fail_point("slot_settlement_written");
    slot.state.store(kSettled, std::memory_order_release);
    fail_point("slot_settled");
    lane.settled.add_one();
    const std::uint64_t ticket = lane.settled.value.load(std::memory_order_relaxed);
    if (!lane.settled_ring.push(index)) stop("the queue to the journal is full: a slot was queued twice", index);
    return ticket;
}

std::size_t SlotFile::take_settled(std::span<SlotIndex> out) {
    State& state = *state_;
    std::size_t taken = 0;
    // Begins with another lane each time: a short `out` must not starve the last one.
    for (std::size_t i = 0; i < state.lanes.size() && taken < out.size(); ++i) {
        SlotRing& ring = state.lanes[(state.next_lane + i) % state.lanes.size()].settled_ring;
        while (taken < out.size()) {
            const auto slot = ring.pop();
            if (!slot) break;
            out[taken++] = *slot;
        }
    }
    state.next_lane = (state.next_lane + 1) % state.lanes.size();
    return taken;
}

void SlotFile::prefetch(SlotIndex slot) const { prefetch_lines<false>(state_->at(slot)); }

LeftOverSlot SlotFile::view(SlotIndex index) const {
    const Slot& slot = state_->at(index);
    const bool settled = slot.state.load(std::memory_order_acquire) == kSettled;
    const std::uint64_t attempt = slot.attempt.load(std::memory_order_relaxed);
    return {.index = index,
            .settled = settled,
            .boot_epoch = slot.boot_epoch,
            .progress = attempt & kProgressMask,
            .candidate = static_cast<std::uint8_t>(attempt >> kProgressBits),
            .hold = slot.hold.load(std::memory_order_relaxed),
            .block = slot.block.load(std::memory_order_relaxed),
            .open = std::span(slot.open).first(std::min<std::size_t>(slot.open_bytes, kSlotOpenBytes)),
            .settlement = std::span(slot.settlement)
                              .first(settled ? std::min<std::size_t>(slot.settlement_bytes, kSlotSettlementBytes) : 0)};
}

void SlotFile::mark_taken(SlotIndex index, std::uint64_t block) {
    Slot& slot = state_->at(index);
    const auto found = slot.state.load(std::memory_order_acquire);
    // Recovery also takes open ones, settled by policy.
    if (found != kSettled && (state_->recovered || found == kFree)) stop("taken into a block, but not settled", index);
    slot.block.store(block, std::memory_order_release);
}

void SlotFile::release_committed(SlotIndex index) {
    State& state = *state_;
    if (!state.recovered) {  // finish_recovery() puts it on a free list
        if (state.at(index).state.exchange(kFree) == kFree) stop("freed after its commit, but it is free", index);
        return;
    }
    Slot& slot = state.expect(index, kSettled, "freed after its commit, but not settled");
    Lane& lane = state.lanes[state.lane_of[index]];
    slot.state.store(kFree, std::memory_order_release);
    lane.committed.add_one();
    if (index >= state.first_shared) return state.give_back_shared(index);
    if (!lane.returned_ring.push(index)) stop("returned twice to its lane", index);
}

Status SlotFile::copy_to(const std::string& path) const {
    auto file = create_copy(path, state_->slot_count);
    if (!file) return file.error();
    for (SlotIndex index = 0; index < state_->slot_count; ++index) {
        const Slot& slot = state_->at(index);
        const auto found = slot.state.load(std::memory_order_acquire);
        if (found == kFree) continue;
        Slot copy{};  // of an open slot only what was published with that state: a worker may be writing the rest
        copy.state.store(found, std::memory_order_relaxed);
        copy.boot_epoch = slot.boot_epoch;
        copy.attempt.store(slot.attempt.load(std::memory_order_relaxed), std::memory_order_relaxed);
        copy.hold.store(slot.hold.load(std::memory_order_relaxed), std::memory_order_relaxed);
        copy.block.store(slot.block.load(std::memory_order_relaxed), std::memory_order_relaxed);
        copy.open_bytes = slot.open_bytes;
        copy.open_checksum = slot.open_checksum;
        std::ranges::copy(std::span(slot.open).first(slot.open_bytes), copy.open);
        if (found == kSettled) {
            copy.settlement_bytes = slot.settlement_bytes;
            copy.settlement_checksum = slot.settlement_checksum;
            std::ranges::copy(std::span(slot.settlement).first(slot.settlement_bytes), copy.settlement);
        }
        if (::pwrite(file->fd, &copy, sizeof copy, static_cast<off_t>(file_bytes(index))) != sizeof copy) {
            return {StatusCode::io, "cannot write slot file " + path + ": " + std::generic_category().message(errno)};
        }
    }
    if (::fsync(file->fd) == 0) return {};
    return {StatusCode::io, "cannot write slot file " + path + ": " + std::generic_category().message(errno)};
}

Result<SlotSummary> SlotFile::inspect(const std::string& path) {
    const auto file = open_existing(path);
    if (!file) return std::unexpected(file.error());
    SlotSummary summary{.slots = file->slots};
    State reader;  // for its mapping
    reader.path = path;
    reader.slot_count = file->slots;
    if (auto status = reader.map(file->fd, PROT_READ); !status.ok()) return std::unexpected(std::move(status));
    for (SlotIndex index = 0; index < file->slots; ++index) {
        const Slot& slot = reader.at(index);
        const auto found = slot.state.load(std::memory_order_acquire);
        if (found == kFree) {
            summary.freed_after_block = std::max(summary.freed_after_block, slot.block.load());
            continue;
        }
        if (auto status = verify(slot, index, path); !status.ok()) return std::unexpected(std::move(status));
        ++(found == kOpen ? summary.open : summary.settled);
    }
    return summary;
}

std::uint32_t SlotFile::slots() const { return state_->slot_count; }

// `committed` is read first: what it counts was counted as opened and settled before, so no difference is negative.
std::uint32_t SlotFile::in_use() const {
    std::uint64_t committed = 0, opened = 0;
    for (const Lane& lane : state_->lanes) committed += lane.committed.read();
    for (const Lane& lane : state_->lanes) opened += lane.opened.read();
    return static_cast<std::uint32_t>(opened - committed);
}

std::uint32_t SlotFile::awaiting_journal() const {
    std::uint64_t committed = 0, settled = 0;
    for (const Lane& lane : state_->lanes) committed += lane.committed.read();
    for (const Lane& lane : state_->lanes) settled += lane.settled.read();
    return static_cast<std::uint32_t>(settled - committed);
}

std::uint64_t SlotFile::committed(std::uint32_t lane) const { return state_->lane(lane).committed.read(); }

}  // namespace tollgate
