// A power cut for a process and everything it links, without root: the program that links this has its own write(),
// pwrite(), fsync(), fdatasync(), open() and rename(), which RocksDB's library calls too. They keep, in memory that
// survives the process, how to undo whatever was not synced yet. After kill -9 another process calls cut_power():
//
//   - each write since the file's last sync is kept, undone, or torn in the middle; of one file in order, or in none
//   - files made and renames since their directory's last sync may be gone and undone, the newest first: metadata is
//     journaled in order. (In any order, which POSIX allows, RocksDB 7.8's opening would not survive it: CURRENT may
//     then name a manifest whose table files are gone.)
//
// What was mapped (the slot file) is not seen here. Not modelled: deleted files that come back.
#pragma once

#include <cstdint>
#include <string>

namespace tollgate::power_cut {

struct CutFigures {
    std::uint64_t files = 0, writes_undone = 0, writes_torn = 0, bytes_lost = 0, files_lost = 0, renames_undone = 0;
};

// Once, before any fork: files below `directory` are watched from now on, by this process and its children.
void watch(const std::string& directory);
// Before a process is started on what is there: all of it is on the disk.
void everything_is_on_disk();
// With that process gone.
CutFigures cut_power(std::uint64_t seed);

}  // namespace tollgate::power_cut
