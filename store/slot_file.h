// The slot file: one fixed-size slot for every request that holds credit, in a MAP_SHARED file. The page cache survives
// kill -9, so a settlement written here is safe without a system call; the journal writer copies it into the store
// later.
//
// States: free -> open (hold taken, before anything goes upstream) -> settled (final; the terminal bytes may leave)
//         -> free (only after the block that took it is committed).
// A slot is written by one thread at a time: its worker while free or open, the journal writer once settled.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "store/status.h"

namespace tollgate {

using SlotIndex = std::uint32_t;

inline constexpr std::size_t kSlotBytes = 2048;
inline constexpr std::size_t kSlotOpenBytes = 1664;       // at most, of the record written when the hold is taken
inline constexpr std::size_t kSlotSettlementBytes = 320;  // at most, of the record written at settlement

struct LeftOverSlot {
    SlotIndex index;
    bool settled;                           // false: still open when the process died
    std::uint64_t boot_epoch;               // of the process that wrote it
    std::uint64_t progress;                 // last published progress (output tokens so far) of that candidate:
    std::uint8_t candidate;                 // last published as in use, an index into the open record's
    std::uint64_t hold;                     // last published hold; 0: as the open record says
    std::uint64_t block;                    // journal block that had taken it, 0 if none
    std::span<const std::byte> open;        // views into the mapping, valid until the slot is freed
    std::span<const std::byte> settlement;  // empty unless settled
};

// What a slot file says, read without changing it.
struct SlotSummary {
    std::uint32_t slots = 0;
    std::uint32_t open = 0, settled = 0;  // left over; settled ones may be in the journal already
    std::uint64_t freed_after_block = 0;  // the highest block whose slots were freed: the journal must have it
};

class SlotFile {
  public:
    struct Options {
        std::string path;
        std::uint32_t slots = 0;       // how many requests may hold credit at once; 0 is invalid
        std::uint32_t workers = 1;     // lanes; the file's format does not depend on it
        std::uint64_t boot_epoch = 1;  // greater than every earlier process's
        // Recovery appends slots that are torn or unreadable to <path>.damaged, as they are, and goes on without them:
        // after power loss, when everything that was promised is in the journal. False: they are corrupt.
        bool set_damaged_aside = false;
    };

    // Creates or opens and maps the file; disk space is allocated now (a hole on a full disk would be a SIGBUS later).
    // A file with more slots than asked for keeps them while any of its slots is in use. too_new / corrupt / io on
    // failure.
    static Result<std::unique_ptr<SlotFile>> open(const Options& options);
    // Checks the file at `path`, which no process may be using; corrupt names the first bad slot, not_found: no file.
    static Result<SlotSummary> inspect(const std::string& path);
    ~SlotFile();
    SlotFile(const SlotFile&) = delete;
    SlotFile& operator=(const SlotFile&) = delete;

    // --- Recovery, before any worker runs. Visits every slot that is not free; for torn or unreadable ones see
    // Options.
    Status for_each_left_over(const std::function<Status(const LeftOverSlot&)>& visit);
    std::uint32_t set_aside() const;  // how many were damaged
    // Frees what recovery has dealt with; every slot is then on a free list.
    void finish_recovery();

    // --- Worker `lane` only. No locks, no allocation, no system call.
    std::optional<SlotIndex> acquire(std::uint32_t lane);       // nullopt: all slots are in use
    void release_unopened(std::uint32_t lane, SlotIndex slot);  // acquired, but never opened
    std::uint32_t free_for(std::uint32_t lane) const;           // how many more acquire() would find, at least
    // So few are free for the lane that settled ones should not wait for the usual time of their block.
    bool scarce_for(std::uint32_t lane);
    void publish_open(SlotIndex slot, std::span<const std::byte> record);  // state last, release order
    void publish_progress(SlotIndex slot, std::uint64_t progress);
    void publish_hold(SlotIndex slot, std::uint64_t hold);  // it is another than the open record says
    // That candidate is in use from now on, and its progress is zero.
    void publish_candidate(SlotIndex slot, std::uint8_t candidate);
    // Publishes the settlement and queues the slot for the journal writer. The terminal bytes may leave after this or,
    // where they wait for the disk, once committed(lane) is not below the ticket that this returns: how many of the
    // lane's requests have been settled.
    std::uint64_t publish_settled(std::uint32_t lane, SlotIndex slot, std::span<const std::byte> record);

    // --- Journal writer only.
    // Moves up to `limit` queued slots of all lanes to `out`, oldest first per lane.
    std::size_t take_settled(std::span<SlotIndex> out);
    void prefetch(SlotIndex slot) const;  // a few slots ahead of view(): the worker's processor has its lines
    LeftOverSlot view(SlotIndex slot) const;
    void mark_taken(SlotIndex slot, std::uint64_t block);  // before the block is committed
    void release_committed(SlotIndex slot);                // after; back to its lane
    // Writes what is open or settled now to a new file that open() takes. Workers go on meanwhile; every slot is copied
    // in a state that it really had. As only this thread frees slots, the copy and the journal of this moment agree.
    Status copy_to(const std::string& path) const;

    // --- Any thread.
    std::uint32_t slots() const;
    std::uint32_t in_use() const;                       // open + settled
    std::uint32_t awaiting_journal() const;             // settled, not yet committed: the journal's queue
    std::uint64_t committed(std::uint32_t lane) const;  // how many of the lane's settlements are, in their order

  private:
    void take_returned(std::uint32_t lane);

    SlotFile();
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace tollgate
