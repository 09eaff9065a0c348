// The machine that a simulated gateway runs on: a store and a slot file that outlive it, crash points, and what breaks:
// commits that fail with or without having been written, a full disk, kill -9 at any point, power cuts.
//
// A crash does not unwind the code that runs. From the moment of the crash the machine keeps what was there: commits
// fail and change nothing, and the slot file is copied. The process then runs on as a ghost until the step is over, is
// thrown away, and the next one starts from what was kept.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "store/store.h"
#include "tests/simulation/random.h"

namespace tollgate::simulation {

// What becomes of the next commit.
enum class CommitFault : std::uint8_t {
    none,
    refused,  // an error, and nothing is written
    unknown,  // an error, but it is written
};

class Machine final : public Store {
  public:
    // One machine at a time: the crash points of the program report to it.
    Machine(std::string slot_path, Random& random);
    ~Machine() override;

    // --- Store
    Result<std::string> get(Family family, std::string_view key) override;
    Status scan(Family family, std::string_view begin, std::string_view end,
                const std::function<bool(std::string_view key, std::string_view value)>& visit) override;
    Result<std::pair<std::string, std::string>> last_before(Family family, std::string_view begin,
                                                            std::string_view end) override;
    Status commit(const WriteBatch& batch, Durability durability) override;
    bool read_only() const override { return read_only_; }
    Status resume() override;

    // --- Faults
    void fail_next_commit(CommitFault fault) { fault_ = fault; }
    void set_full(bool full) { full_ = full; }  // commits are refused while it is
    bool full() const { return full_; }

    // --- Crashes. After crash(), or once the armed point is passed, nothing that the process does is kept.
    void arm(std::uint64_t passes) { passes_left_ = passes; }  // crash at the passes-th crash point; 0: never
    void crash();
    void pass(std::string_view point);
    bool crashed() const { return crashed_; }
    // The kernel writes some pages of the slot file to the disk.
    void write_back();
    // With the process gone: power was cut too. A random number of the commits since the last that was synced are
    // lost, the newest first; each slot is as it last was in memory or on the disk.
    void cut_power();
    // With the process gone: what is kept is there for the next one.
    void restart();

    // One byte of one value becomes another, behind the program's back. False: the family is empty.
    bool flip_byte(Family family);

    const std::string& slot_path() const { return slot_path_; }
    std::uint64_t commits() const { return commits_; }
    // Where the last crash was: the point's name.
    const std::string& crash_point() const { return crash_point_; }

  private:
    using Keys = std::map<std::string, std::string, std::less<>>;
    struct Undo {
        Family family;
        std::string key;
        bool existed;
        std::string value;
    };

    Keys& at(Family family) { return contents_[static_cast<std::size_t>(family)]; }
    void apply(const WriteBatch& batch, Durability durability);
    std::string read_slots() const;
    void write_slots(const std::string& bytes) const;

    const std::string slot_path_;
    Random& random_;
    std::array<Keys, kFamilyCount> contents_;
    std::vector<std::vector<Undo>> unsynced_;  // oldest first; how each commit since the last synced one is undone
    std::string slots_at_crash_, slots_on_disk_;
    std::string crash_point_;
    std::uint64_t passes_left_ = 0;
    std::uint64_t commits_ = 0;
    CommitFault fault_ = CommitFault::none;
    bool full_ = false, read_only_ = false, crashed_ = false;
};

}  // namespace tollgate::simulation
