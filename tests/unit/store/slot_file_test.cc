#include "store/slot_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "store/slot_layout.h"
#include "tests/support/temporary_directory.h"

namespace tollgate {
namespace {

namespace fs = std::filesystem;

// Where the format says things stand; a change of the format must fail these tests.
constexpr off_t kFirstSlotAt = 4096;
constexpr off_t kOpenRecordAt = 64;
constexpr off_t kSettlementAt = 64 + kSlotOpenBytes;

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

std::string text(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class SlotFileTest : public testing::Test {
  protected:
    Result<std::unique_ptr<SlotFile>> try_open(std::uint32_t slots, std::uint32_t workers = 1,
                                               std::uint64_t boot_epoch = 1) {
        return SlotFile::open({.path = path_, .slots = slots, .workers = workers, .boot_epoch = boot_epoch});
    }

    // Opened, and ready for workers.
    std::unique_ptr<SlotFile> start(std::uint32_t slots, std::uint32_t workers = 1) {
        auto file = try_open(slots, workers);
        if (!file) {
            ADD_FAILURE() << file.error().message();
            return nullptr;
        }
        (*file)->finish_recovery();
        return std::move(*file);
    }

    // A process that leaves slot 0 settled, slot 1 open with progress 42, and the rest free.
    void leave_two_slots(std::uint32_t slots) {
        auto file = start(slots);
        const SlotIndex first = file->acquire(0).value(), second = file->acquire(0).value();
        ASSERT_EQ(first, 0u);
        ASSERT_EQ(second, 1u);
        file->publish_open(first, bytes("first open"));
        file->publish_open(second, bytes("second open"));
        file->publish_settled(0, first, bytes("first settled"));
        file->mark_taken(first, 99);
        file->publish_progress(second, 42);
    }

    void flip_byte(off_t at) {
        const int fd = ::open(path_.c_str(), O_RDWR);
        char byte = 0;
        ASSERT_EQ(::pread(fd, &byte, 1, at), 1);
        byte = static_cast<char>(byte ^ 0x40);
        ASSERT_EQ(::pwrite(fd, &byte, 1, at), 1);
        ::close(fd);
    }

    static Status visit_nothing(const LeftOverSlot&) { return {}; }

    const TemporaryDirectory directory_;
    const std::string path_ = directory_.file("slots");
};

using SlotFileDeathTest = SlotFileTest;

TEST_F(SlotFileTest, SpaceIsAllocatedWhenTheFileIsMade) {
    start(100);
    struct stat info{};
    ASSERT_EQ(::stat(path_.c_str(), &info), 0);
    EXPECT_EQ(static_cast<std::size_t>(info.st_size), 4096 + 100 * kSlotBytes);
    EXPECT_GE(static_cast<std::size_t>(info.st_blocks) * 512, 100 * kSlotBytes);
    EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(SlotFileTest, NoSlotIsGivenBeforeRecoveryIsFinished) {
    auto file = try_open(4);
    ASSERT_TRUE(file);
    EXPECT_FALSE((*file)->acquire(0));
}

TEST_F(SlotFileTest, EverySlotCanBeAcquiredOnceAndThenNone) {
    auto file = start(5);
    std::set<SlotIndex> slots;
    while (const auto slot = file->acquire(0)) slots.insert(*slot);
    EXPECT_EQ(slots, (std::set<SlotIndex>{0, 1, 2, 3, 4}));
}

TEST_F(SlotFileTest, LanesShareOutEverySlotBetweenThem) {
    auto file = start(11, 3);
    std::vector<SlotIndex> slots;
    for (std::uint32_t lane = 0; lane < 3; ++lane) {
        while (const auto slot = file->acquire(lane)) slots.push_back(*slot);
    }
    std::ranges::sort(slots);
    EXPECT_EQ(slots, (std::vector<SlotIndex>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}));
}

TEST_F(SlotFileTest, SharedSlotsReturnForEveryLane) {
    auto file = start(8, 2);  // two for each lane, four shared
    std::vector<SlotIndex> slots;
    while (const auto slot = file->acquire(0)) slots.push_back(*slot);
    ASSERT_EQ(slots.size(), 6u);
    for (const SlotIndex slot : slots) {
        file->publish_open(slot, bytes("open"));
        file->publish_settled(0, slot, bytes("settled"));
    }
    std::vector<SlotIndex> taken(8);
    ASSERT_EQ(file->take_settled(taken), 6u);
    for (const SlotIndex slot : slots) file->release_committed(slot);
    std::size_t of_other_lane = 0;
    while (file->acquire(1)) ++of_other_lane;
    EXPECT_EQ(of_other_lane, 6u);
}

TEST_F(SlotFileTest, TheSlotFreedLastIsUsedFirst) {
    auto file = start(1000);
    std::vector<SlotIndex> taken(1);
    for (int i = 0; i < 50; ++i) {
        const SlotIndex slot = file->acquire(0).value();
        EXPECT_EQ(slot, 0u);
        file->publish_open(slot, bytes("open"));
        file->publish_settled(0, slot, bytes("settled"));
        ASSERT_EQ(file->take_settled(taken), 1u);
        file->release_committed(slot);
    }
}

TEST_F(SlotFileTest, SlotsAreScarceUntilSettledOnesReturn) {
    auto file = start(8);
    std::vector<SlotIndex> slots;
    for (int i = 0; i < 6; ++i) slots.push_back(file->acquire(0).value());
    EXPECT_FALSE(file->scarce_for(0));
    slots.push_back(file->acquire(0).value());
    EXPECT_TRUE(file->scarce_for(0));
    for (const SlotIndex slot : slots) {
        file->publish_open(slot, bytes("open"));
        file->publish_settled(0, slot, bytes("settled"));
    }
    EXPECT_TRUE(file->scarce_for(0));
    std::vector<SlotIndex> taken(8);
    ASSERT_EQ(file->take_settled(taken), slots.size());
    for (const SlotIndex slot : slots) file->release_committed(slot);
    EXPECT_FALSE(file->scarce_for(0));
}

TEST_F(SlotFileTest, UnopenedSlotIsFreeAgain) {
    auto file = start(1);
    const SlotIndex slot = file->acquire(0).value();
    EXPECT_FALSE(file->acquire(0));
    file->release_unopened(0, slot);
    EXPECT_EQ(file->acquire(0), slot);
}

TEST_F(SlotFileTest, CountersFollowASlotThroughItsLife) {
    auto file = start(4);
    const SlotIndex slot = file->acquire(0).value();
    EXPECT_EQ(file->in_use(), 0u);
    file->publish_open(slot, bytes("open"));
    EXPECT_EQ(file->in_use(), 1u);
    EXPECT_EQ(file->awaiting_journal(), 0u);
    file->publish_settled(0, slot, bytes("settled"));
    EXPECT_EQ(file->in_use(), 1u);
    EXPECT_EQ(file->awaiting_journal(), 1u);
    std::vector<SlotIndex> taken(4);
    ASSERT_EQ(file->take_settled(taken), 1u);
    file->mark_taken(slot, 7);
    EXPECT_EQ(file->awaiting_journal(), 1u);
    file->release_committed(slot);
    EXPECT_EQ(file->in_use(), 0u);
    EXPECT_EQ(file->awaiting_journal(), 0u);
}

TEST_F(SlotFileTest, WriterSeesSettledSlotsOldestFirst) {
    auto file = start(8);
    std::vector<SlotIndex> settled;
    for (int i = 0; i < 4; ++i) {
        settled.push_back(file->acquire(0).value());
        file->publish_open(settled.back(), bytes("open " + std::to_string(i)));
    }
    std::ranges::reverse(settled);
    for (const SlotIndex slot : settled) file->publish_settled(0, slot, bytes("settled " + std::to_string(slot)));
    std::vector<SlotIndex> taken(3);
    ASSERT_EQ(file->take_settled(taken), 3u);
    EXPECT_TRUE(std::ranges::equal(taken, std::span(settled).first(3)));
    const LeftOverSlot slot = file->view(taken[0]);
    EXPECT_TRUE(slot.settled);
    EXPECT_EQ(text(slot.settlement), "settled " + std::to_string(taken[0]));
    ASSERT_EQ(file->take_settled(taken), 1u);
    EXPECT_EQ(taken[0], settled[3]);
    EXPECT_EQ(file->take_settled(taken), 0u);
}

TEST_F(SlotFileTest, RecoveryFindsOpenAndSettledSlots) {
    leave_two_slots(8);
    auto file = try_open(8, 3, 2);  // another number of workers
    ASSERT_TRUE(file) << file.error().message();
    int visits = 0;
    const auto status = (*file)->for_each_left_over([&](const LeftOverSlot& slot) -> Status {
        ++visits;
        EXPECT_EQ(slot.boot_epoch, 1u);
        EXPECT_EQ(slot.settled, slot.index == 0);
        EXPECT_EQ(text(slot.open), slot.index == 0 ? "first open" : "second open");
        EXPECT_EQ(text(slot.settlement), slot.index == 0 ? "first settled" : "");
        EXPECT_EQ(slot.progress, slot.index == 0 ? 0u : 42u);
        EXPECT_EQ(slot.block, slot.index == 0 ? 99u : 0u);
        return {};
    });
    EXPECT_TRUE(status.ok()) << status.message();
    EXPECT_EQ(visits, 2);
}

TEST_F(SlotFileTest, FinishedRecoveryFreesEverySlotForGood) {
    leave_two_slots(4);
    {
        auto file = std::move(try_open(4).value());
        ASSERT_TRUE(file->for_each_left_over(visit_nothing).ok());
        file->finish_recovery();
        int free = 0;
        while (file->acquire(0)) ++free;
        EXPECT_EQ(free, 4);
    }
    auto file = std::move(try_open(4).value());
    ASSERT_TRUE(file->for_each_left_over(
                        [](const LeftOverSlot&) { return Status(StatusCode::invalid, "nothing should be left"); })
                    .ok());
}

TEST_F(SlotFileTest, SlotsReleasedDuringRecoveryAreFreedOnce) {
    leave_two_slots(2);
    auto file = std::move(try_open(2).value());
    ASSERT_TRUE(file->for_each_left_over(visit_nothing).ok());
    file->mark_taken(1, 100);  // an open one, settled by policy
    file->release_committed(0);
    file->release_committed(1);
    file->finish_recovery();
    EXPECT_EQ(file->in_use(), 0u);
    EXPECT_TRUE(file->acquire(0));
    EXPECT_TRUE(file->acquire(0));
    EXPECT_FALSE(file->acquire(0));
}

TEST_F(SlotFileTest, VisitorsFailureEndsRecovery) {
    leave_two_slots(4);
    auto file = std::move(try_open(4).value());
    const auto status =
        file->for_each_left_over([](const LeftOverSlot&) { return Status(StatusCode::io, "from the visitor"); });
    EXPECT_EQ(status.message(), "from the visitor");
}

TEST_F(SlotFileTest, DamagedOpenRecordIsCorruptAndNamesTheSlot) {
    leave_two_slots(4);
    flip_byte(kFirstSlotAt + static_cast<off_t>(kSlotBytes) + kOpenRecordAt + 3);
    auto file = std::move(try_open(4).value());
    int visits = 0;
    const auto status = file->for_each_left_over([&](const LeftOverSlot&) {
        ++visits;
        return Status();
    });
    EXPECT_EQ(status.code(), StatusCode::corrupt);
    EXPECT_NE(status.message().find("slot 1: its open record fails its checksum"), std::string::npos)
        << status.message();
    EXPECT_EQ(visits, 0);
}

TEST_F(SlotFileTest, DamagedSettlementIsCorruptAndNamesTheSlot) {
    leave_two_slots(4);
    flip_byte(kFirstSlotAt + kSettlementAt);
    const auto status = try_open(4).value()->for_each_left_over(visit_nothing);
    EXPECT_EQ(status.code(), StatusCode::corrupt);
    EXPECT_NE(status.message().find("slot 0: its settlement fails its checksum"), std::string::npos);
}

TEST_F(SlotFileTest, DamagedSlotIsKeptAndLeftOutWhereThatIsAskedFor) {
    leave_two_slots(4);
    flip_byte(kFirstSlotAt + kSettlementAt);
    {
        auto file = SlotFile::open({.path = path_, .slots = 4, .boot_epoch = 2, .set_damaged_aside = true}).value();
        std::vector<SlotIndex> seen;
        ASSERT_TRUE(file->for_each_left_over([&](const LeftOverSlot& slot) {
                            seen.push_back(slot.index);
                            return Status();
                        })
                        .ok());
        EXPECT_EQ(seen, std::vector<SlotIndex>{1});
        EXPECT_EQ(file->set_aside(), 1u);
        file->finish_recovery();
        EXPECT_EQ(file->in_use(), 0u);
    }
    std::ifstream kept(path_ + ".damaged", std::ios::binary);
    const std::string found((std::istreambuf_iterator<char>(kept)), std::istreambuf_iterator<char>());
    ASSERT_EQ(found.size(), kSlotBytes);
    EXPECT_EQ(found.substr(kOpenRecordAt, 10), "first open");
    EXPECT_TRUE(try_open(4).value()->for_each_left_over(visit_nothing).ok());  // and freed
}

TEST_F(SlotFileTest, TicketsOfALaneAreReachedInTheirOrder) {
    auto file = start(16, 2);
    std::uint64_t tickets[2] = {0, 0};
    for (int round = 0; round < 3; ++round) {
        for (std::uint32_t lane = 0; lane < 2; ++lane) {
            const SlotIndex slot = file->acquire(lane).value();
            file->publish_open(slot, bytes("open"));
            EXPECT_EQ(file->publish_settled(lane, slot, bytes("settled")), ++tickets[lane]);
        }
    }
    std::array<SlotIndex, 4> taken;
    ASSERT_EQ(file->take_settled(taken), 4u);
    EXPECT_EQ(file->committed(0) + file->committed(1), 0u);
    for (const SlotIndex slot : taken) {
        file->mark_taken(slot, 1);
        file->release_committed(slot);
    }
    EXPECT_EQ(file->committed(0), 3u);
    EXPECT_EQ(file->committed(1), 1u);
}

// State, epoch, lengths, checksums and the records: everything but progress and block, which change at any time.
TEST_F(SlotFileTest, EveryFlippedByteOfASettledSlotIsFound) {
    leave_two_slots(4);
    std::vector<off_t> places;
    for (off_t at = 0; at < 16; ++at) places.push_back(at);
    for (off_t at = 32; at < 56; ++at) places.push_back(at);
    for (off_t at = 0; at < 10; ++at) places.push_back(kOpenRecordAt + at);
    for (off_t at = 0; at < 13; ++at) places.push_back(kSettlementAt + at);
    for (const off_t at : places) {
        flip_byte(kFirstSlotAt + at);
        const auto status = try_open(4).value()->for_each_left_over(visit_nothing);
        ASSERT_EQ(status.code(), StatusCode::corrupt) << "byte " << at;
        flip_byte(kFirstSlotAt + at);
    }
    EXPECT_TRUE(try_open(4).value()->for_each_left_over(visit_nothing).ok());
}

TEST_F(SlotFileTest, ACopyHoldsWhatIsOpenAndSettledAndOpensLikeTheOriginal) {
    auto file = start(8);
    const SlotIndex settled = file->acquire(0).value(), open = file->acquire(0).value(),
                    freed = file->acquire(0).value();
    for (const SlotIndex slot : {settled, open, freed}) file->publish_open(slot, bytes("open"));
    file->publish_settled(0, freed, bytes("freed"));
    file->mark_taken(freed, 7);
    file->release_committed(freed);
    file->publish_settled(0, settled, bytes("settled"));
    file->publish_progress(open, 42);
    file->publish_hold(open, 77);
    const std::string copy = path_ + ".copy";
    ASSERT_TRUE(file->copy_to(copy).ok());
    EXPECT_FALSE(file->copy_to(copy).ok());  // it exists
    file.reset();

    auto copied = SlotFile::open({.path = copy, .slots = 8, .boot_epoch = 2});
    ASSERT_TRUE(copied) << copied.error().message();
    std::vector<std::string> found;
    const Status visited = (*copied)->for_each_left_over([&](const LeftOverSlot& slot) {
        found.push_back(std::to_string(slot.index) + " " + text(slot.open) + " " + text(slot.settlement) + " " +
                        std::to_string(slot.progress) + " " + std::to_string(slot.hold));
        return Status();
    });
    EXPECT_TRUE(visited.ok()) << visited.message();
    EXPECT_EQ(found, (std::vector<std::string>{"0 open settled 0 0", "1 open  42 77"}));
}

TEST_F(SlotFileTest, InspectionCountsSlotsAndNamesTheLastBlockThatFreedOne) {
    EXPECT_EQ(SlotFile::inspect(path_).error().code(), StatusCode::not_found);
    leave_two_slots(8);
    {
        auto file = try_open(8);
        ASSERT_TRUE((*file)->for_each_left_over(visit_nothing).ok());
    }
    auto summary = SlotFile::inspect(path_);
    ASSERT_TRUE(summary) << summary.error().message();
    EXPECT_EQ(summary->slots, 8u);
    EXPECT_EQ(summary->open, 1u);
    EXPECT_EQ(summary->settled, 1u);
    EXPECT_EQ(summary->freed_after_block, 0u);
    {
        auto file = try_open(8);
        ASSERT_TRUE((*file)->for_each_left_over(visit_nothing).ok());
        (*file)->finish_recovery();
    }
    summary = SlotFile::inspect(path_);
    ASSERT_TRUE(summary);
    EXPECT_EQ(summary->open + summary->settled, 0u);
    EXPECT_EQ(summary->freed_after_block, 99u);
}

TEST_F(SlotFileTest, InspectionNamesADamagedSlot) {
    leave_two_slots(8);
    flip_byte(kFirstSlotAt + static_cast<off_t>(kSlotBytes) + kOpenRecordAt);
    const auto summary = SlotFile::inspect(path_);
    ASSERT_FALSE(summary);
    EXPECT_EQ(summary.error().code(), StatusCode::corrupt);
    EXPECT_NE(summary.error().message().find("slot 1"), std::string::npos);
}

TEST_F(SlotFileTest, FileGrowsAndKeepsWhatIsInUse) {
    leave_two_slots(4);
    auto file = std::move(try_open(16).value());
    EXPECT_EQ(file->slots(), 16u);
    int visits = 0;
    ASSERT_TRUE(file->for_each_left_over([&](const LeftOverSlot&) {
                        ++visits;
                        return Status();
                    })
                    .ok());
    EXPECT_EQ(visits, 2);
    file->finish_recovery();
    int free = 0;
    while (file->acquire(0)) ++free;
    EXPECT_EQ(free, 16);
}

TEST_F(SlotFileTest, FileShrinksOnlyWhenNothingIsInUse) {
    leave_two_slots(64);
    {
        auto file = std::move(try_open(2).value());
        EXPECT_EQ(file->slots(), 64u);
        ASSERT_TRUE(file->for_each_left_over(visit_nothing).ok());
        file->finish_recovery();
    }
    EXPECT_EQ(try_open(2).value()->slots(), 2u);
    EXPECT_EQ(fs::file_size(path_), 4096 + 2 * kSlotBytes);
}

TEST_F(SlotFileTest, NewerFormatIsTooNew) {
    start(4);
    const int fd = ::open(path_.c_str(), O_RDWR);
    const std::uint32_t version = 2;
    ASSERT_EQ(::pwrite(fd, &version, sizeof version, 8), 4);
    ::close(fd);
    EXPECT_EQ(try_open(4).error().code(), StatusCode::too_new);
}

TEST_F(SlotFileTest, AnotherCandidateBeginsWithoutProgress) {
    auto file = start(2);
    const SlotIndex slot = file->acquire(0).value();
    file->publish_open(slot, bytes("open"));
    file->publish_progress(slot, 20);
    EXPECT_EQ(file->view(slot).candidate, 0);
    file->publish_candidate(slot, 7);
    EXPECT_EQ(file->view(slot).candidate, 7);
    EXPECT_EQ(file->view(slot).progress, 0u);
    file->publish_progress(slot, std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(file->view(slot).candidate, 7) << "no progress is so large that it names another";
    file->publish_progress(slot, 3);
    EXPECT_EQ(file->view(slot).candidate, 7);
    EXPECT_EQ(file->view(slot).progress, 3u);
    ASSERT_TRUE(file->copy_to(path_ + ".copy").ok());
    auto copied = SlotFile::open({.path = path_ + ".copy", .slots = 2, .workers = 1, .boot_epoch = 2});
    ASSERT_TRUE(copied);
    ASSERT_TRUE((*copied)
                    ->for_each_left_over([](const LeftOverSlot& copy) {
                        EXPECT_EQ(copy.candidate, 7);
                        EXPECT_EQ(copy.progress, 3u);
                        return Status();
                    })
                    .ok());
    file->publish_settled(0, slot, bytes("settled"));
    SlotIndex taken[1];
    ASSERT_EQ(file->take_settled(taken), 1u);
    file->mark_taken(slot, 1);
    file->release_committed(slot);
    ASSERT_EQ(file->acquire(0), slot);
    file->publish_open(slot, bytes("open"));
    EXPECT_EQ(file->view(slot).candidate, 0);
}

TEST_F(SlotFileTest, HoldIsAsLastPublishedAndForgottenByTheNextOpening) {
    auto file = start(2);
    const SlotIndex slot = file->acquire(0).value();
    file->publish_open(slot, bytes("open"));
    EXPECT_EQ(file->view(slot).hold, 0u);
    file->publish_hold(slot, 77);
    EXPECT_EQ(file->view(slot).hold, 77u);
    file->publish_settled(0, slot, bytes("settled"));
    SlotIndex taken[1];
    ASSERT_EQ(file->take_settled(taken), 1u);
    file->mark_taken(slot, 1);
    file->release_committed(slot);
    ASSERT_EQ(file->acquire(0), slot);
    file->publish_open(slot, bytes("open"));
    EXPECT_EQ(file->view(slot).hold, 0u);
}

TEST_F(SlotFileTest, DamagedHeaderOrShortFileIsCorrupt) {
    start(4);
    for (off_t at = 0; at < 32; ++at) {
        if (at >= 8 && at < 12) continue;  // the version
        flip_byte(at);
        const auto file = try_open(4);
        ASSERT_FALSE(file) << "byte " << at;
        ASSERT_EQ(file.error().code(), StatusCode::corrupt) << "byte " << at;
        flip_byte(at);
    }
    ASSERT_TRUE(try_open(4));
    fs::resize_file(path_, 4096 + 3 * kSlotBytes);
    EXPECT_EQ(try_open(4).error().code(), StatusCode::corrupt);
    fs::resize_file(path_, 0);
    EXPECT_EQ(try_open(4).error().code(), StatusCode::corrupt);
}

TEST_F(SlotFileTest, ZeroSlotsOrWorkersAreInvalid) {
    EXPECT_EQ(try_open(0).error().code(), StatusCode::invalid);
    EXPECT_EQ(try_open(4, 0).error().code(), StatusCode::invalid);
}

TEST_F(SlotFileDeathTest, LifecycleMistakesAbort) {
    auto file = start(4);
    const SlotIndex slot = file->acquire(0).value();
    EXPECT_DEATH(file->publish_settled(0, slot, bytes("x")), "settled, but it is not open \\(slot 0\\)");
    EXPECT_DEATH(file->publish_progress(slot, 1), "not open");
    EXPECT_DEATH(file->mark_taken(slot, 1), "not settled");
    EXPECT_DEATH(file->publish_open(99, bytes("x")), "no such slot");
    file->publish_open(slot, bytes("x"));
    EXPECT_DEATH(file->publish_open(slot, bytes("x")), "not free");
    EXPECT_DEATH(file->release_unopened(0, slot), "open or settled");
    EXPECT_DEATH(file->release_committed(slot), "not settled");
    const std::string long_record(kSlotSettlementBytes + 1, 'x');
    EXPECT_DEATH(file->publish_settled(0, slot, bytes(long_record)), "longer than kSlotSettlementBytes");
}

TEST_F(SlotFileDeathTest, FreeingLeftOverSlotsUnseenAborts) {
    leave_two_slots(4);
    auto file = std::move(try_open(4).value());
    EXPECT_DEATH(file->finish_recovery(), "unseen");
}

// The child settles requests until it is killed at a moment it cannot choose; whatever it told of must be in the file.
TEST_F(SlotFileTest, WhatWasPublishedSurvivesKill9) {
    for (int round = 0; round < 5; ++round) {
        int told[2];
        ASSERT_EQ(::pipe(told), 0);
        const pid_t child = ::fork();
        if (child == 0) {
            auto file = std::move(try_open(4096).value());
            if (!file->for_each_left_over(visit_nothing).ok()) ::_exit(1);
            file->finish_recovery();
            for (std::uint32_t i = 0; i < 4096; ++i) {
                const SlotIndex slot = file->acquire(0).value();
                file->publish_open(slot, bytes("open " + std::to_string(slot)));
                file->publish_settled(0, slot, bytes("settled " + std::to_string(slot)));
                (void)!::write(told[1], &slot, sizeof slot);
            }
            ::pause();
        }
        ::close(told[1]);
        std::vector<SlotIndex> published;
        SlotIndex slot = 0;
        const std::size_t enough = 100 + static_cast<std::size_t>(round) * 300;
        while (published.size() < enough && ::read(told[0], &slot, sizeof slot) == sizeof slot) {
            published.push_back(slot);
        }
        ::kill(child, SIGKILL);
        while (::read(told[0], &slot, sizeof slot) == sizeof slot) published.push_back(slot);
        ::close(told[0]);
        ASSERT_EQ(::waitpid(child, nullptr, 0), child);
        ASSERT_GE(published.size(), enough);

        std::set<SlotIndex> found;
        auto file = std::move(try_open(4096).value());
        const auto status = file->for_each_left_over([&](const LeftOverSlot& left) -> Status {
            EXPECT_EQ(text(left.open), "open " + std::to_string(left.index));
            if (!left.settled) return {};
            EXPECT_EQ(text(left.settlement), "settled " + std::to_string(left.index));
            found.insert(left.index);
            return {};
        });
        ASSERT_TRUE(status.ok()) << status.message();
        for (const SlotIndex wanted : published) ASSERT_TRUE(found.contains(wanted)) << wanted;
    }
}

// Two workers and the writer at full speed over few slots, so that every path is taken: dry lanes, shared slots, full.
TEST_F(SlotFileTest, EverySettlementReachesTheWriterExactlyOnce) {
    constexpr std::uint32_t kWorkers = 2, kRequests = 20'000;
    auto file = start(16, kWorkers);
    std::vector<std::vector<int>> seen(kWorkers, std::vector<int>(kRequests));
    std::atomic<bool> torn{false};
    std::vector<std::thread> threads;
    for (std::uint32_t lane = 0; lane < kWorkers; ++lane) {
        threads.emplace_back([&, lane] {
            for (std::uint32_t request = 0; request < kRequests;) {
                const auto slot = file->acquire(lane);
                if (!slot) {
                    std::this_thread::yield();
                    continue;
                }
                const std::uint32_t record[2] = {lane, request++};
                file->publish_open(*slot, std::as_bytes(std::span(record)));
                file->publish_settled(lane, *slot, std::as_bytes(std::span(record)));
            }
        });
    }
    std::vector<SlotIndex> taken(5);
    for (std::uint32_t total = 0; total < kWorkers * kRequests;) {
        const std::size_t count = file->take_settled(taken);
        if (count == 0) std::this_thread::yield();
        for (const SlotIndex slot : std::span(taken).first(count)) {
            const LeftOverSlot view = file->view(slot);
            std::uint32_t record[2] = {};
            if (!std::ranges::equal(view.open, view.settlement) || view.open.size() != sizeof record) torn = true;
            std::memcpy(record, view.open.data(), sizeof record);
            ++seen.at(record[0]).at(record[1]);
            file->release_committed(slot);
            ++total;
        }
        EXPECT_LE(file->in_use(), 16u);
    }
    for (auto& thread : threads) thread.join();
    EXPECT_FALSE(torn);
    for (const auto& lane : seen) EXPECT_TRUE(std::ranges::all_of(lane, [](int times) { return times == 1; }));
    EXPECT_EQ(file->in_use(), 0u);
}

}  // namespace
}  // namespace tollgate
