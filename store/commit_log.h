// The commit log: what makes a commit survive power loss at the price of one write and one fdatasync. A file that was
// allocated and written once, so that no later write changes what the file system itself has to store. Each commit is
// appended; when the file is full it begins again, after the database has put all of it on its own disk. On open, the
// commits above the last one that the database has are applied again.
//
// File: a header in the first page, then records, each on whole pages, so that no write touches a page that an earlier
// commit relies on. Integers are big-endian.
//   header: version u8, magic 7 bytes, first sequence u64, SHA-256 of what precedes
//   record: SHA-256 of what follows; version u8, operations u32, bytes u32 (of the operations), the header's first
//           sequence u64, which tells it from records of an earlier round, sequence u64, durable u64 (the last sequence
//           known to be on disk when this was written), then for each operation family u8, erase u8, key bytes u32,
//           value bytes u32, key, value
// The first page that does not begin the record with the next sequence is the end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "store/store.h"

namespace tollgate {

class CommitLog {
  public:
    static constexpr std::size_t kDefaultBytes = 64u << 20;

    // Opens the log at `path`; not_found if there is none. too_new, corrupt (its header), io.
    static Result<std::unique_ptr<CommitLog>> open(const std::string& path);
    // Makes it, with `bytes` bytes on disk (a multiple of the page size), empty.
    static Result<std::unique_ptr<CommitLog>> create(const std::string& path, std::size_t bytes = kDefaultBytes);
    ~CommitLog();
    CommitLog(const CommitLog&) = delete;
    CommitLog& operator=(const CommitLog&) = delete;

    // Gives the commits above `sequence` to `apply`, in order, until it fails. corrupt: a commit above `sequence` that
    // was on disk is missing or unreadable.
    Status replay(std::uint64_t sequence,
                  const std::function<Status(std::uint64_t sequence, const WriteBatch& batch)>& apply);

    // Forgets every record, because the database has all of them on its disk; the next one is `next_sequence`. On disk
    // when it returns. To be called before the first append().
    Status start(std::uint64_t next_sequence);

    // full: there is no room left. Otherwise the commit is in the file and, at durability disk, on disk with all before
    // it. After io it is unknown whether it is: the log has to be opened again.
    Status append(std::uint64_t sequence, const WriteBatch& batch, Durability durability);

  private:
    CommitLog();
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace tollgate
